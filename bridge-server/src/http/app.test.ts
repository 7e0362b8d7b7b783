import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { knownCallers, person, serve, type Served } from '../../test/app.js';
import { endpoint, type OpenPolicy } from '../contract/endpoint.js';
import { KargahError } from '../lib/errors.js';
import { route } from './route.js';

const make = endpoint({
  id: 'make',
  method: 'post',
  path: '/things/{thing_id}',
  tag: 't',
  policy: 'user',
  permission: 'job.write',
  summary: '',
  params: z.object({ thing_id: z.string().regex(/^t\d+$/u) }),
  query: z.object({ limit: z.coerce.number().int().min(1).default(5) }),
  body: z.object({ name: z.string().min(1), options: z.object({ epochs: z.number() }).optional() }),
  responses: { 201: z.object({ name: z.string(), limit: z.number(), user: z.string() }) },
  errors: [],
});
const job = endpoint({
  ...base('job'),
  policy: 'user_or_job',
  permission: 'job.read',
  responses: { 200: z.object({ kind: z.string() }) },
});
const admin = endpoint({ ...base('admin'), policy: 'user', permission: 'server.admin' });
const open = endpoint(openBase('open', 'public'));
const session = endpoint({ ...openBase('session', 'session'), method: 'post' });
const crash = endpoint(openBase('crash', 'public'));
const full = endpoint(openBase('full', 'public'));
const half = endpoint(openBase('half', 'public'));
const lie = endpoint({ ...openBase('lie', 'public'), responses: { 200: z.object({ told: z.string() }) } });

function openBase<const P extends OpenPolicy>(id: string, policy: P) {
  return { ...base(id), policy, permission: null };
}
function base(id: string) {
  return {
    id,
    method: 'get' as const,
    path: `/${id}`,
    tag: 't',
    summary: '',
    responses: { 204: null },
    errors: [],
  };
}

it('a route that names no permission does not start, whatever the types say', async () => {
  for (const permission of [null, undefined, 'job.everything'])
    await expect(
      serve({ authenticator: knownCallers(), routes: [route({ ...job, permission } as unknown as typeof job, done)] }),
    ).rejects.toThrow('names no permission');
});

const done = () => Promise.resolve({ status: 204 });
let served: Served;
const refused: unknown[] = [];
beforeAll(async () => {
  served = await serve({
    authenticator: knownCallers(person('sara'), person('root', { role: 'admin' }), {
      kind: 'job',
      jobId: 'job_1',
      userId: 'sara',
      projectId: 'prj_sara',
      workspace: 'ws-sara',
      datasetId: null,
    }),
    allowedOrigins: ['https://lab.example.org'],
    refused: (caller, { id }, params) => void refused.push([caller.userId, id, params]),
    mounts: [{ path: '/raw', handle: (req, res) => void req.pipe(res) }],
    routes: [
      route(make, ({ body, query, caller }) =>
        Promise.resolve({ status: 201, json: { name: body.name, limit: query.limit, user: caller.userId } }),
      ),
      route(job, ({ caller }) => Promise.resolve({ status: 200, json: { kind: caller.kind } })),
      route(admin, done),
      route(open, done),
      route(session, done),
      route(crash, () => Promise.reject(new TypeError('a bug with a secret path'))),
      route(full, () =>
        Promise.reject(new Error('write', { cause: Object.assign(new Error('x'), { code: 'ENOSPC' }) })),
      ),
      route(half, ({ res }) => {
        res.write('half');
        return Promise.reject(new Error('broke'));
      }),
      route(lie, () => Promise.resolve({ status: 200, json: { told: 1 } })),
    ],
  });
});
afterAll(() => served.close());

const sara = { 'X-Kargah-Token': 'token-of-sara' };
const jsonHeaders = { ...sara, 'content-type': 'application/json' };
const post = (path: string, body: string, headers: Record<string, string> = jsonHeaders) =>
  fetch(served.url + path, { method: 'POST', body, headers });
async function problem(answer: Response, status: number, code: string): Promise<Record<string, unknown>> {
  const body = (await answer.json()) as Record<string, unknown>;
  expect({ status: answer.status, code: body['code'] }).toEqual({ status, code });
  expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  expect(body['request_id']).toBe(answer.headers.get('x-request-id'));
  return body;
}

describe('a route', () => {
  it('gets its params, query and body parsed, and knows who asks', async () => {
    const answer = await post('/things/t1?limit=7', '{"name":"کار"}');
    expect(answer.status).toBe(201);
    expect(await answer.json()).toEqual({ name: 'کار', limit: 7, user: 'sara' });
  });
  it('refuses wrong values field by field, in both languages, with dotted paths', async () => {
    const body = await problem(
      await post('/things/t1?limit=0', '{"options":{"epochs":"many"}}'),
      422,
      'validation_failed',
    );
    const errors = body['errors'] as { path: string; message: string; message_fa: string }[];
    expect(errors.map((e) => e.path)).toEqual(['limit', 'name', 'options.epochs']);
    for (const error of errors) {
      expect(error.message).not.toBe('');
      expect(error.message_fa).toMatch(/[\u0600-\u06ff]/u);
    }
  });
  it('refuses broken JSON, other media types and more than 1 MiB', async () => {
    await problem(await post('/things/t1', '{"name":'), 400, 'malformed_json');
    await problem(
      await post('/things/t1', 'name=x', { ...sara, 'content-type': 'text/plain' }),
      415,
      'unsupported_media_type',
    );
    await problem(await post('/things/t1', JSON.stringify({ name: 'x'.repeat(1_100_000) })), 413, 'payload_too_large');
  });
  it('answers an impossible id, an undecodable path and an unknown path like an object that does not exist', async () => {
    await problem(await post('/things/zzz', '{"name":"x"}'), 404, 'not_found');
    await problem(await post('/things/%E0%A4%A', '{"name":"x"}'), 404, 'not_found');
    await problem(await fetch(`${served.url}/nothing`), 404, 'not_found');
  });
  it('answers 405 with what is allowed for another method', async () => {
    const answer = await fetch(`${served.url}/things/t1`, { method: 'DELETE', headers: sara });
    await problem(answer, 405, 'method_not_allowed');
    expect(answer.headers.get('allow')).toBe('POST');
  });
});

describe('a policy', () => {
  const get = (path: string, headers: Record<string, string> = {}) => fetch(served.url + path, { headers });
  it('lets nobody in without a token or with an unknown one', async () => {
    await problem(
      await post('/things/t1', '{"name":"x"}', { 'content-type': 'application/json' }),
      401,
      'unauthenticated',
    );
    await problem(await get('/job', { 'X-Kargah-Token': 'nonsense' }), 401, 'unauthenticated');
  });
  it('takes the token from our header first, else from Authorization, even when Jupyter appended its own', async () => {
    expect((await get('/job', { Authorization: 'Bearer token-of-sara' })).status).toBe(200);
    expect((await get('/job', { Authorization: 'Bearer token-of-sara, token abcdef' })).status).toBe(200);
    expect((await get('/job', { ...sara, Authorization: 'token abcdef' })).status).toBe(200);
    await problem(await get('/job', { Authorization: 'token abcdef' }), 401, 'unauthenticated');
  });
  it('lets a job in only where jobs may go, and only admins where admins may', async () => {
    expect(await (await get('/job', { 'X-Kargah-Token': 'token-of-job_1' })).json()).toEqual({ kind: 'job' });
    await problem(
      await post('/things/t1', '{"name":"x"}', { ...jsonHeaders, 'X-Kargah-Token': 'token-of-job_1' }),
      403,
      'forbidden',
    );
    await problem(await get('/admin', sara), 403, 'forbidden');
    expect((await get('/admin', { 'X-Kargah-Token': 'token-of-root' })).status).toBe(204);
  });
  it('wants our own header where only a cookie says who asks', async () => {
    await problem(await fetch(`${served.url}/session`, { method: 'POST' }), 403, 'client_header_missing');
    expect(
      (await fetch(`${served.url}/session`, { method: 'POST', headers: { 'X-Kargah-Client': 'test' } })).status,
    ).toBe(204);
  });
});

describe('a failing handler', () => {
  it('answers `internal` with an id and without what went wrong, and the bridge lives on', async () => {
    const body = await problem(await fetch(`${served.url}/crash`), 500, 'internal');
    expect(JSON.stringify(body)).not.toContain('secret path');
    expect((await fetch(`${served.url}/open`)).status).toBe(204);
  });
  it('says that the disk is full when it is', async () => {
    await problem(await fetch(`${served.url}/full`), 507, 'storage_full');
  });
  it('breaks the connection when half an answer is out', async () => {
    await expect(fetch(`${served.url}/half`).then((answer) => answer.text())).rejects.toThrow();
  });
  it('is caught in tests when its answer is not the one of the contract', async () => {
    await problem(await fetch(`${served.url}/lie`), 500, 'internal');
  });
});

describe('every answer', () => {
  it('carries a request id, the given one where there is one, and strict headers', async () => {
    const answer = await fetch(`${served.url}/open`, { headers: { 'X-Request-Id': 'given-id-1' } });
    expect(answer.headers.get('x-request-id')).toBe('given-id-1');
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(answer.headers.get('x-powered-by')).toBeNull();
  });
  it('lets only the named origins read it', async () => {
    const origin = async (value: string) =>
      (await fetch(`${served.url}/open`, { headers: { origin: value } })).headers.get('access-control-allow-origin');
    expect(await origin('https://lab.example.org')).toBe('https://lab.example.org');
    expect(await origin('https://evil.example.org')).toBeNull();
    const preflight = await fetch(`${served.url}/things/t1`, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://lab.example.org',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'x-kargah-token',
      },
    });
    expect([preflight.status, preflight.headers.get('access-control-allow-headers')]).toEqual([204, 'x-kargah-token']);
  });
});

it('hands a mounted part its requests unread', async () => {
  const answer = await fetch(`${served.url}/raw/x`, {
    method: 'POST',
    body: '{"not json',
    headers: { 'content-type': 'application/json' },
  });
  expect(await answer.text()).toBe('{"not json');
});

it('throws coded errors with their public words', () => {
  expect(new KargahError('rate_limited', { seconds: 7 }).toProblem('r')).toMatchObject({
    status: 429,
    detail: 'Too many attempts; try again in 7 s.',
    params: { seconds: 7 },
  });
});

it('tells of what is refused to somebody who is signed in, and of nothing else', async () => {
  refused.length = 0;
  const get = (path: string, token?: string): Promise<Response> =>
    fetch(served.url + path, token === undefined ? {} : { headers: { Authorization: `Bearer ${token}` } });
  expect((await get('/admin')).status).toBe(401);
  expect((await get('/admin', 'token-of-root')).status).toBe(204);
  expect((await get('/nothing-here', 'token-of-sara')).status).toBe(404);
  expect(refused).toEqual([]);
  expect((await get('/admin', 'token-of-sara')).status).toBe(403);
  expect(refused).toEqual([['sara', 'admin', {}]]);
});
