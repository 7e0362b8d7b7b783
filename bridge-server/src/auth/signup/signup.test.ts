import { existsSync, mkdtempSync, readFileSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { io } from 'socket.io-client';
import { afterEach, describe, expect, it } from 'vitest';
import { removeFolder } from '../../../test/folders.js';
import { startBridge, type RunningBridge } from '../../bridge.js';
import { loadConfig } from '../../config.js';
import { openLog } from '../../observability/log.js';
import { ROOT } from '../../../test/bridge.js';

const SARA = { email: 'sara@example.org', password: 'a quiet blue lamp' };
const REZA = { email: 'reza@example.org', password: 'a quiet blue lamp' };
const WITHOUT_MLFLOW = { KARGAH_MLFLOW_URL: 'http://127.0.0.1:1', KARGAH_LAUNCHER: 'local-cold' };

interface Answered {
  readonly status: number;
  readonly json: { code?: string; token?: string; user?: { role: string }; [name: string]: unknown } | null;
  readonly headers: Record<string, string | string[] | undefined>;
}
interface Started extends RunningBridge {
  readonly data: string;
  readonly socket: string;
  readonly logged: string[];
  /** Over TCP, or as jupyter-server-proxy does over its socket. */
  ask(path: string, options?: Asked): Promise<Answered>;
}
interface Asked {
  readonly body?: object;
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly over?: 'tcp' | 'socket';
}

const folders: string[] = [];
const bridges: RunningBridge[] = [];
afterEach(async () => {
  for (const bridge of bridges.splice(0)) await bridge.close();
  for (const folder of folders.splice(0)) removeFolder(folder);
});

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'kargah-signup-'));
  folders.push(path);
  return path;
}

async function started(
  env: Record<string, string> = {},
  by: 'itself' | 'jupyter' = 'itself',
  data = folder(),
): Promise<Started> {
  const socket = join(data, 's');
  const config = loadConfig(
    { KARGAH_DATA_DIR: data, KARGAH_PYTHON: join(ROOT, '.venv/bin/python'), ...WITHOUT_MLFLOW, ...env },
    by === 'jupyter' ? [`--socket=${socket}`] : [],
  );
  const logged: string[] = [];
  const log = openLog('trace', { write: (line: string) => void logged.push(line) });
  const bridge = await startBridge(config, log, 'checked');
  bridges.push(bridge);
  const { hostname, port } = new URL(bridge.url);
  const ask: Started['ask'] = (path, { body, method, headers = {}, over = 'tcp' } = {}) =>
    new Promise((resolve, reject) => {
      request(
        {
          ...(over === 'socket' ? { socketPath: socket } : { host: hostname, port }),
          path,
          method: method ?? (body === undefined ? 'GET' : 'POST'),
          headers: { 'content-type': 'application/json', 'x-kargah-client': 'test', ...headers },
        },
        (answer) => {
          let text = '';
          answer.setEncoding('utf8').on('data', (piece: string) => (text += piece));
          answer.once('end', () =>
            resolve({
              status: answer.statusCode ?? 0,
              json: text === '' ? null : (JSON.parse(text) as Answered['json']),
              headers: answer.headers,
            }),
          );
        },
      )
        .on('error', reject)
        .end(body === undefined ? undefined : JSON.stringify(body));
    });
  return { ...bridge, data, socket, logged, ask };
}

const REGISTER = '/api/v1/auth/register';
const said = ({ status, json }: Answered): [number, string | undefined] => [status, json?.code];
const state = async (bridge: Started, over: 'tcp' | 'socket' = 'tcp') =>
  (await bridge.ask('/api/v1/auth/signup', { over })).json;

describe('a bridge started by itself', () => {
  it('makes the first account only with the code of this start, however it was copied', async () => {
    const bridge = await started();
    const code = bridge.signUpCode()!;
    expect(code).toMatch(/^(?:[a-z2-9]{4}-){4}[a-z2-9]{4}$/u);
    expect(await state(bridge)).toEqual({ open: true, first: true, code_required: true, invited: false });
    expect(said(await bridge.ask(REGISTER, { body: SARA }))).toEqual([403, 'signup_code_required']);
    expect(said(await bridge.ask(REGISTER, { body: { ...SARA, signup_code: '' } }))).toEqual([
      403,
      'signup_code_required',
    ]);
    for (const wrong of ['aaaa-aaaa-aaaa-aaaa-aaaa', code.slice(1), `${code}a`, '0'])
      expect(said(await bridge.ask(REGISTER, { body: { ...SARA, signup_code: wrong } }))).toEqual([
        403,
        'signup_code_wrong',
      ]);
    const persian = code.replace(/\d/gu, (digit) => '۰۱۲۳۴۵۶۷۸۹'[Number(digit)]!);
    const typed = ` ${persian.toUpperCase().replaceAll('-', ' ')}\n`;
    const made = await bridge.ask(REGISTER, { body: { ...SARA, signup_code: typed } });
    expect([made.status, made.json?.user?.role]).toEqual([201, 'admin']);
  });

  it('keeps the code in a private file while there is no account, and out of its log', async () => {
    const bridge = await started();
    const file = join(bridge.data, 'signup-code');
    const code = bridge.signUpCode()!;
    expect([readFileSync(file, 'utf8').trim(), statSync(file).mode & 0o777]).toEqual([code, 0o600]);
    await bridge.ask(REGISTER, { body: { ...SARA, signup_code: 'not-this' } });
    await bridge.ask(REGISTER, { body: { ...SARA, signup_code: code } });
    expect([existsSync(file), bridge.signUpCode()]).toEqual([false, null]);
    expect(bridge.logged.length).toBeGreaterThan(0);
    expect(bridge.logged.join('')).not.toContain(code);
  });

  it('has another code at each start, and none once there is an account', async () => {
    const first = await started();
    const old = first.signUpCode()!;
    await first.close();
    const second = await started({}, 'itself', first.data);
    expect(said(await second.ask(REGISTER, { body: { ...SARA, signup_code: old } }))).toEqual([
      403,
      'signup_code_wrong',
    ]);
    expect((await second.ask(REGISTER, { body: { ...SARA, signup_code: second.signUpCode() } })).status).toBe(201);
    await second.close();
    expect((await started({}, 'itself', first.data)).signUpCode()).toBeNull();
    expect(existsSync(join(first.data, 'signup-code'))).toBe(false);
  });

  it('answers a bounded number of wrong codes, and takes the right one all the same', async () => {
    const bridge = await started();
    const tries: [number, string | undefined][] = [];
    for (let i = 0; i < 15; i += 1)
      tries.push(said(await bridge.ask(REGISTER, { body: { ...SARA, signup_code: `guess${String(i)}` } })));
    expect(tries.slice(0, 10)).toEqual(Array(10).fill([403, 'signup_code_wrong']));
    expect(tries.slice(10)).toEqual(Array(5).fill([429, 'rate_limited']));
    const right = await bridge.ask(REGISTER, { body: { ...SARA, signup_code: bridge.signUpCode() } });
    expect(right.status).toBe(201);
  });

  it.each([
    ['first', 'signup_closed'],
    ['invitation', 'signup_by_invitation'],
  ])('with %s: is closed to whoever comes by themselves once there is one account', async (mode, code) => {
    const bridge = await started({ KARGAH_SIGNUP: mode });
    await bridge.ask(REGISTER, { body: { ...SARA, signup_code: bridge.signUpCode() } });
    expect(await state(bridge)).toEqual({
      open: false,
      first: false,
      code_required: false,
      invited: mode === 'invitation',
    });
    expect(said(await bridge.ask(REGISTER, { body: REZA }))).toEqual([403, code]);
    // Nobody learns there whose address has an account.
    expect(said(await bridge.ask('/api/auth/register', { body: SARA }))).toEqual([403, code]);
    const { token } = (await bridge.ask('/api/v1/auth/login', { body: SARA })).json!;
    expect((await bridge.ask('/api/v1/auth/me', { headers: { 'x-kargah-token': token! } })).status).toBe(200);
  });

  it('with open: makes later accounts without a code, the first one never', async () => {
    const bridge = await started({ KARGAH_SIGNUP: 'open' });
    expect(said(await bridge.ask(REGISTER, { body: SARA }))).toEqual([403, 'signup_code_required']);
    await bridge.ask(REGISTER, { body: { ...SARA, signup_code: bridge.signUpCode() } });
    expect(await state(bridge)).toEqual({ open: true, first: false, code_required: false, invited: true });
    expect((await bridge.ask(REGISTER, { body: REZA })).json?.user?.role).toBe('user');
  });

  it('with closed: makes none, not even the first', async () => {
    const bridge = await started({ KARGAH_SIGNUP: 'closed' });
    expect([bridge.signUpCode(), existsSync(join(bridge.data, 'signup-code'))]).toEqual([null, false]);
    expect(await state(bridge)).toEqual({ open: false, first: true, code_required: false, invited: false });
    expect(said(await bridge.ask(REGISTER, { body: { ...SARA, signup_code: 'x' } }))).toEqual([403, 'signup_closed']);
  });

  it('makes exactly one first account of two people who have the code', async () => {
    const bridge = await started();
    const signup_code = bridge.signUpCode();
    const both = await Promise.all(
      [SARA, REZA].map((account) => bridge.ask(REGISTER, { body: { ...account, signup_code } })),
    );
    expect(both.map(said).sort()).toEqual([
      [201, undefined],
      [403, 'signup_closed'],
    ]);
  });
});

describe('a bridge that JupyterLab started', () => {
  it('makes the first account through its socket without a code, and then no other', async () => {
    const bridge = await started({}, 'jupyter');
    expect([bridge.signUpCode(), existsSync(join(bridge.data, 'signup-code'))]).toEqual([null, false]);
    expect(await state(bridge, 'socket')).toEqual({ open: true, first: true, code_required: false, invited: false });
    expect((await bridge.ask(REGISTER, { body: SARA, over: 'socket' })).json?.user?.role).toBe('admin');
    expect(said(await bridge.ask(REGISTER, { body: REZA, over: 'socket' }))).toEqual([403, 'signup_closed']);
  });

  it('takes no password, no cookie and no access token on its port, whoever it is', async () => {
    const bridge = await started({ KARGAH_SIGNUP: 'open' }, 'jupyter');
    expect(await state(bridge)).toEqual({ open: false, first: true, code_required: false, invited: false });
    const refused = [403, 'only_through_jupyter'];
    for (const path of [REGISTER, '/api/auth/register', '/api/v1/auth/login', '/api/auth/login'])
      expect([path, ...said(await bridge.ask(path, { body: SARA }))]).toEqual([path, ...refused]);
    const signed = await bridge.ask(REGISTER, { body: SARA, over: 'socket' });
    const cookie = String((signed.headers['set-cookie'] as string[])[0]).split(';')[0]!;
    const token = signed.json!.token!;
    for (const path of ['/api/v1/auth/refresh', '/api/v1/auth/logout'])
      expect([path, ...said(await bridge.ask(path, { method: 'POST', headers: { cookie } }))]).toEqual([
        path,
        ...refused,
      ]);
    expect(said(await bridge.ask('/api/v1/auth/me', { headers: { authorization: `Bearer ${token}` } }))).toEqual(
      refused,
    );
    // A forged one gets the same answer.
    expect(said(await bridge.ask('/api/v1/auth/me', { headers: { authorization: 'Bearer a.b.c' } }))).toEqual(refused);
    expect((await bridge.ask('/api/v1/auth/me', { headers: { 'x-kargah-token': token }, over: 'socket' })).status).toBe(
      200,
    );
    const page = await bridge.ask('/api/v1/auth/mlflow-session', {
      method: 'POST',
      headers: { 'x-kargah-token': token },
      over: 'socket',
    });
    const pageCookie = String((page.headers['set-cookie'] as string[])[0]).split(';')[0]!;
    const searched = '/mlflow/ajax-api/2.0/mlflow/experiments/search?max_results=1';
    const headers = { cookie: pageCookie, 'sec-fetch-site': 'same-origin' };
    expect(said(await bridge.ask(searched, { headers }))).toEqual(refused);
    expect(said(await bridge.ask(searched, { headers, over: 'socket' }))).toEqual([503, 'mlflow_unavailable']);
    expect(said(await bridge.ask(searched, { headers: { 'x-kargah-token': token } }))).toEqual(refused);
    expect(await refusedBySocketIo(bridge, token)).toBe('only_through_jupyter');
  });

  it('takes a personal token on its port, for the API, MLflow and live events', async () => {
    const bridge = await started({}, 'jupyter');
    const { token } = (await bridge.ask(REGISTER, { body: SARA, over: 'socket' })).json!;
    const made = await bridge.ask('/api/v1/auth/tokens', {
      body: { name: 'notebook' },
      headers: { 'x-kargah-token': token! },
      over: 'socket',
    });
    const personal = made.json!.token!;
    const headers = { authorization: `Bearer ${personal}` };
    expect((await bridge.ask('/api/v1/auth/me', { headers })).status).toBe(200);
    const searched = '/mlflow/api/2.0/mlflow/experiments/search?max_results=1';
    expect(said(await bridge.ask(searched, { headers }))).toEqual([503, 'mlflow_unavailable']);
    expect(await refusedBySocketIo(bridge, personal)).toBeNull();
  });
});

/** The code of the refusal; null where the socket opens. */
async function refusedBySocketIo({ url }: Started, token: string): Promise<string | null> {
  const client = io(url, { transports: ['websocket'], auth: { token }, reconnection: false, forceNew: true });
  try {
    return await new Promise((resolve) => {
      client.once('connect', () => resolve(null));
      client.once('connect_error', (error) => resolve((error as { data?: { code?: string } }).data?.code ?? 'network'));
    });
  } finally {
    client.close();
  }
}
