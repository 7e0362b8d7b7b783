import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fold } from './fold.js';

// The very vectors that the bridge and Python answer alike.
const VECTORS = JSON.parse(
  readFileSync(join(__dirname, '../../../../bridge-server/src/contract/folding.json'), 'utf8'),
) as Record<'alike' | 'different' | 'search', string[][]>;

describe('folding for the panels’ search', () => {
  it.each(VECTORS.alike)('makes one of %j, %j and its other forms', (...forms: string[]) => {
    expect(new Set(forms.map(fold)).size).toBe(1);
  });
  it.each(VECTORS.different)('tells %s from %s', (one, other) => {
    expect(fold(one)).not.toBe(fold(other));
  });
  it.each(VECTORS.search)('makes %j to %j', (text, form) => {
    expect(fold(text)).toBe(form);
  });
});
