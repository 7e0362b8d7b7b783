import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { removeFolder } from '../folders.js';
import { ROOT } from '../bridge.js';

// The built bridge as a process of its own: one bundle for a file of tests, each process ended after its test.

let build: string;
export const children: ChildProcess[] = [];
export const folders: string[] = [];

/** Where the bundle that is tested lies. */
export const bundle = (): string => join(build, 'main.js');

beforeAll(() => {
  build = mkdtempSync(join(tmpdir(), 'kargah-build-'));
  execFileSync(process.execPath, [join(ROOT, 'scripts/build-bridge.mjs'), `--out=${build}`]);
});
afterAll(() => rmSync(build, { recursive: true }));

export interface Started {
  readonly child: ChildProcess;
  readonly url: string;
}
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  }
  for (const folder of folders.splice(0)) removeFolder(folder);
});

export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'kargah-data-'));
  folders.push(path);
  return path;
}
function run(dataDir: string, env: Record<string, string> = {}, args: string[] = []): ChildProcess {
  const child = spawn(process.execPath, [bundle(), ...args], {
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
export async function started(
  dataDir: string,
  env: Record<string, string> = {},
  args: string[] = [],
): Promise<Started> {
  const child = run(dataDir, env, args);
  let out = '';
  for await (const chunk of child.stdout!) {
    out += String(chunk);
    const url = /^listening on (\S+)\n/u.exec(out)?.[1];
    if (url !== undefined) return { child, url };
  }
  throw new Error(`the bridge ended: ${out}`);
}
export async function refused(
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
export const deleted = removeFolder;
export const moved = (data: string): void => renameSync(data, `${data}-moved`);
export const replaced = (data: string): void => {
  moved(data);
  mkdirSync(data);
  writeFileSync(join(data, 'lock'), '');
  writeFileSync(join(data, 'bridge.json'), 'of another bridge');
};
export const ready = async (url: string): Promise<number> => (await fetch(`${url}/readyz`)).status;

/** Every process that began below `pid`. */
export function descendants(pid: number): number[] {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/u.test(name))
    .map((name) => [Number(name), parentOf(Number(name))] as const);
  const below = (one: number): number[] =>
    parents.filter(([, parent]) => parent === one).flatMap(([child]) => [child, ...below(child)]);
  return below(pid);
}
function parentOf(pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'latin1');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    // It ended meanwhile.
    return null;
  }
}
export const ACCOUNT = { email: 'a@example.org', password: 'a quiet blue lamp' };
export const codeIn = (dataDir: string): string => readFileSync(join(dataDir, 'signup-code'), 'utf8').trim();

interface Answered {
  readonly status: number;
  readonly cookies: readonly string[];
  readonly json: Record<string, unknown> | null;
}
/** As jupyter-server-proxy speaks to the bridge. */
export const throughSocket = (
  socketPath: string,
  path: string,
  body?: object,
  headers: Record<string, string> = {},
): Promise<Answered> =>
  new Promise((resolve, reject) => {
    const asked = {
      socketPath,
      path,
      method: body === undefined ? 'GET' : 'POST',
      headers: { 'content-type': 'application/json', 'x-kargah-client': 'test', ...headers },
    };
    request(asked, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (piece: string) => (text += piece));
      answer.once('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          cookies: answer.headers['set-cookie'] ?? [],
          json: text === '' ? null : (JSON.parse(text) as Record<string, unknown>),
        }),
      );
    })
      .on('error', reject)
      .end(body === undefined ? undefined : JSON.stringify(body));
  });
