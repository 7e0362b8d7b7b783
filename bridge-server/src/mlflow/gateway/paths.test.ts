import { describe, expect, it } from 'vitest';
import { match } from './paths.js';

const ARTIFACTS = '/api/2.0/mlflow-artifacts/artifacts';

describe('the path of a request', () => {
  it.each([
    ['50%25.txt', '50%.txt'],
    ['%DB%B5%DB%B0%25%20a%2525', '۵۰% a%25'],
    ['100%25%20done', '100% done'],
  ])('may have a percent sign in a name: %s', (sent, name) => {
    const found = match('PUT', `${ARTIFACTS}/workspaces/w/1/r/artifacts/${sent}`);
    expect(found?.params['path']).toBe(`workspaces/w/1/r/artifacts/${name}`);
    expect(decodeURIComponent(found!.path)).toBe(`${ARTIFACTS}/workspaces/w/1/r/artifacts/${name}`);
  });

  it.each(['%252e%252e', '%25252e%25252e', 'a%252fb', 'a%25252fb', 'a%255cb', '%2500', 'a%250ab', '%2e', 'a%2fb'])(
    'may hide nothing from one who decodes once more: %s',
    (segment) => {
      expect(match('PUT', `${ARTIFACTS}/${segment}/x`)).toBeNull();
    },
  );
});
