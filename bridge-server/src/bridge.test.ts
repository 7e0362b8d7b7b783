import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../test/bridge.js';

let build: string;
beforeAll(() => {
  build = mkdtempSync(join(tmpdir(), 'kargah-build-'));
  execFileSync(process.execPath, [join(ROOT, 'scripts/build-bridge.mjs'), `--out=${build}`]);
}, 120_000);
afterAll(() => rmSync(build, { recursive: true }));

interface Started {
  readonly child: ChildProcess;
  readonly url: string;
}
const children: ChildProcess[] = [];
const folders: string[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  }
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'kargah-data-'));
  folders.push(path);
  return path;
}
function run(dataDir: string, env: Record<string, string> = {}, args: string[] = []): ChildProcess {
  const child = spawn(process.execPath, [join(build, 'main.js'), ...args], {
    env: {
      PATH: process.env['PATH'],
      KARGAH_DATA_DIR: dataDir,
      KARGAH_PYTHON: join(ROOT, '.venv/bin/python'),
      KARGAH_LOG_LEVEL: 'silent',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  return child;
}
async function started(dataDir: string, env: Record<string, string> = {}, args: string[] = []): Promise<Started> {
  const child = run(dataDir, env, args);
  let out = '';
  for await (const chunk of child.stdout!) {
    out += String(chunk);
    const url = /^listening on (\S+)\n/u.exec(out)?.[1];
    if (url !== undefined) return { child, url };
  }
  throw new Error(`the bridge ended: ${out}`);
}
async function refused(
  dataDir: string,
  env: Record<string, string> = {},
  args: string[] = [],
): Promise<{ code: number; lines: string[] }> {
  const child = run(dataDir, env, args);
  let text = '';
  child.stderr!.on('data', (chunk) => (text += String(chunk)));
  const [code] = (await once(child, 'close')) as [number];
  const lines = text.split('\n').filter((line) => line !== '');
  return { code, lines };
}
const throughSocket = (socketPath: string, path: string): Promise<number> =>
  new Promise((resolve, reject) => {
    request({ socketPath, path }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });

describe('the process', () => {
  it('says where it listens, keeps its port over restarts, and leaves no announcement when it ends', async () => {
    const data = folder();
    const first = await started(data);
    expect((await fetch(`${first.url}/healthz`)).status).toBe(200);
    expect(JSON.parse(readFileSync(join(data, 'bridge.json'), 'utf8'))).toMatchObject({
      pid: first.child.pid,
      url: first.url,
    });
    expect(statSync(data).mode & 0o777).toBe(0o700);
    expect(statSync(join(data, 'secret')).mode & 0o777).toBe(0o600);
    first.child.kill('SIGTERM');
    const [code] = (await once(first.child, 'exit')) as [number];
    // 0 would keep jupyter-server-proxy from starting it again.
    expect(code).toBe(143);
    expect(existsSync(join(data, 'bridge.json'))).toBe(false);
    expect((await started(data)).url).toBe(first.url);
  });

  it('is the only one on its data folder: a second names the first and ends, and a killed one leaves no lock', async () => {
    const data = folder();
    const { child } = await started(data);
    const { code, lines } = await refused(data);
    expect(code).toBe(75);
    expect(lines).toEqual([expect.stringContaining(`process ${String(child.pid)}`)]);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect((await started(data)).url).toMatch(/^http/u);
  });

  it('serves Jupyter’s socket and the port alike, and the cookie stays below Jupyter’s prefix', async () => {
    const data = folder();
    const socket = join(data, 's');
    const { url } = await started(data, { KARGAH_BASE_URL: '/user/x/' }, [`--socket=${socket}`]);
    expect(await throughSocket(socket, '/')).toBe(204);
    expect(await throughSocket(socket, '/api/v1/auth/me')).toBe(401);
    const answer = await fetch(`${url}/api/v1/auth/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'a@example.org', password: 'a quiet blue lamp' }),
    });
    expect(answer.headers.getSetCookie()[0]).toContain('Path=/user/x/kargah/;');
  });

  it('keeps to 120 MB of memory, and its compiled code for the next start', async () => {
    const data = folder();
    const { child, url } = await started(data);
    expect((await fetch(`${url}/api/v1/system`)).status).toBe(401);
    const status = readFileSync(`/proc/${String(child.pid)}/status`, 'utf8');
    expect(Number(/VmRSS:\s+(\d+)/u.exec(status)?.[1]) / 1024).toBeLessThan(120);
    child.kill('SIGTERM');
    await once(child, 'exit');
    expect(existsSync(join(data, 'cache'))).toBe(true);
  });

  it('ends when the process that started it is killed', async () => {
    const data = folder();
    const parent = spawn(
      process.execPath,
      [
        '-e',
        `require('node:child_process').spawn(process.execPath, [${JSON.stringify(join(build, 'main.js'))}], { stdio: ['ignore', 'inherit', 'ignore'] }); setInterval(() => {}, 1000)`,
      ],
      {
        env: { PATH: process.env['PATH'], KARGAH_DATA_DIR: data, KARGAH_PYTHON: 'python3', KARGAH_PARENT_WATCH: '1' },
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    );
    children.push(parent);
    await once(parent.stdout, 'data');
    parent.kill('SIGKILL');
    // The pipe closes when nobody holds its other end: the parent is gone, so it is the bridge.
    parent.stdout.resume();
    await once(parent.stdout, 'close');
    expect(existsSync(join(data, 'bridge.json'))).toBe(false);
  });
});

describe('a wrong setting', () => {
  it.each([
    [{ KARGAH_PORT: 'many' }, 'KARGAH_PORT must be a number from 0 to 65535.'],
    [{ KARGAH_ENV: 'prod' }, 'KARGAH_ENV must be development, staging or production.'],
    [{ KARGAH_BASE_URL: 'user' }, 'KARGAH_BASE_URL must be a path that begins and ends with /.'],
    [{ DATABASE_URL: 'mysql://x' }, 'DATABASE_URL must be a postgres:// URL.'],
    [{ KARGAH_SECRET: 'changeme' }, 'KARGAH_SECRET must be at least 32 characters that nobody knows.'],
    [{ KARGAH_ENV: 'production' }, 'KARGAH_SECRET must be'],
    [{ KARGAH_SECRET_FILE: '/nowhere' }, 'KARGAH_SECRET_FILE must be'],
    [{ KARGAH_ALLOWED_ORIGINS: 'https://a.example/path' }, 'KARGAH_ALLOWED_ORIGINS must be'],
  ])('%j stops the start with one line that names it', async (env, line) => {
    const { code, lines } = await refused(folder(), env);
    expect(code).toBe(78);
    expect(lines).toEqual([expect.stringContaining(line)]);
  });
  it('stops the start for an unknown argument too', async () => {
    expect(await refused(folder(), {}, ['--sokcet=x'])).toMatchObject({
      code: 78,
      lines: [expect.stringContaining('--sokcet')],
    });
  });
});
