import { afterAll, beforeAll, expect, it } from 'vitest';
import { testBridge, type TestBridge } from '../../../test/bridge.js';

let bridge: TestBridge;
beforeAll(async () => {
  bridge = await testBridge();
});
afterAll(() => bridge.close());

it.each([
  ['the proxy’s probe', 'GET', '/'],
  ['a probe', 'GET', '/healthz'],
  ['a route’s refusal', 'GET', '/api/v1/datasets'],
  ['what is not there', 'GET', '/nothing'],
  ['another method', 'DELETE', '/api/v1/recipes'],
  ['the gateway’s refusal of a path', 'GET', '/mlflow/api/2.0/mlflow/users/list'],
  ['the gateway’s refusal of a stranger', 'GET', '/mlflow/'],
  ['the way to MLflow’s folder', 'GET', '/mlflow'],
  ['the API’s page', 'GET', '/docs'],
  ['a script of the API’s page', 'GET', '/docs/swagger-ui-bundle.js'],
  ['our script of the API’s page', 'GET', '/docs/start.js'],
  ['a live connection’s refusal', 'GET', '/socket.io/?EIO=3&transport=polling'],
  ['a live connection’s beginning', 'GET', '/socket.io/?EIO=4&transport=polling'],
])('strict headers stand on every answer: %s', async (_what, method, path) => {
  const { headers } = await fetch(bridge.url + path, { method, redirect: 'manual' });
  expect({
    sniff: headers.get('x-content-type-options'),
    policy: headers.get('content-security-policy')?.split(';')[0],
    framed: headers.get('x-frame-options'),
    referrer: headers.get('referrer-policy'),
    opener: headers.get('cross-origin-opener-policy'),
  }).toEqual({
    sniff: 'nosniff',
    policy: "default-src 'none'",
    framed: 'SAMEORIGIN',
    referrer: 'no-referrer',
    opener: 'same-origin',
  });
});
