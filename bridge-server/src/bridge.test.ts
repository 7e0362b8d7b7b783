import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { HUNG_MS } from '../test/hung.js';
import { jobRow } from '../test/rows.js';
import { startTimeOf } from './lib/processes.js';
import {
  ACCOUNT,
  bundle,
  children,
  codeIn,
  deleted,
  descendants,
  folder,
  folders,
  moved,
  ready,
  refused,
  replaced,
  started,
  throughSocket,
} from '../test/support/process.js';

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

  it.each([
    ['at its start', 'deleted', deleted],
    ['when MLflow is up', 'deleted', deleted],
    ['when MLflow is up', 'moved', moved],
    ['when MLflow is up', 'replaced', replaced],
  ] as const)('ends with all that it started, %s, when its data folder is %s', async (stage, _, happens) => {
    const data = folder();
    folders.push(`${data}-moved`);
    const { child, url } = await started(data);
    if (stage === 'when MLflow is up') await expect.poll(() => ready(url), { timeout: HUNG_MS }).toBe(200);
    const begun = [child.pid!, ...descendants(child.pid!)].map((pid) => [pid, startTimeOf(pid)] as const);
    const said = text(child.stderr!);
    happens(data);
    const [code] = (await once(child, 'exit')) as [number];
    expect(code).toBe(74);
    expect(await said).toBe(`${data} was deleted, moved or replaced; the bridge ends.\n`);
    const left = (): unknown[] => begun.filter(([pid, at]) => startTimeOf(pid) === at);
    await expect.poll(left, { timeout: HUNG_MS }).toEqual([]);
    // What another bridge wrote there stays.
    if (existsSync(join(data, 'bridge.json')))
      expect(readFileSync(join(data, 'bridge.json'), 'utf8')).toBe('of another bridge');
  });

  it('serves Jupyter’s socket and the port alike, and the cookie stays below Jupyter’s prefix', async () => {
    const data = folder();
    const socket = join(data, 's');
    const { url } = await started(data, { KARGAH_BASE_URL: '/user/x/' }, [`--socket=${socket}`]);
    expect((await throughSocket(socket, '/')).status).toBe(204);
    expect((await throughSocket(socket, '/api/v1/auth/me')).status).toBe(401);
    expect((await fetch(`${url}/api/v1/auth/me`)).status).toBe(401);
    const signedUp = await throughSocket(socket, '/api/v1/auth/register', ACCOUNT);
    expect([signedUp.status, signedUp.cookies[0]]).toEqual([201, expect.stringContaining('Path=/user/x/kargah/;')]);
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

  it('searches a job’s log, in the worker that is built beside it', async () => {
    const data = folder();
    const socket = join(data, 's');
    await started(data, {}, [`--socket=${socket}`]);
    const { json } = await throughSocket(socket, '/api/v1/auth/register', ACCOUNT);
    const job_id = 'job_searched';
    const db = new DatabaseSync(join(data, 'kargah.db'), { timeout: HUNG_MS });
    const [of] = db.prepare('select project_id from projects').all() as { project_id: string }[];
    const set = Object.entries(jobRow({ job_id, ...of })).filter(([, value]) => value !== null);
    db.prepare(`insert into jobs (${set.map(([name]) => name).join()}) values (${set.map(() => '?').join()})`).run(
      ...set.map(([, value]) => value as string | number),
    );
    db.close();
    mkdirSync(join(data, 'jobs', job_id), { recursive: true });
    writeFileSync(join(data, 'jobs', job_id, 'log.txt'), 'first\nكتاب‌های يك\nlast\n');
    const path = `/api/v1/train/jobs/${job_id}/logs/search?q=${encodeURIComponent('کتابهای')}`;
    const found = await throughSocket(socket, path, undefined, { 'x-kargah-token': String(json!['token']) });
    expect([found.status, found.json]).toEqual([
      200,
      { items: [{ offset: 6, text: 'كتاب‌های يك' }], next_offset: null },
    ]);
  });

  it('ends when the process that started it is killed', async () => {
    const data = folder();
    const parent = spawn(
      process.execPath,
      [
        '-e',
        `require('node:child_process').spawn(process.execPath, [${JSON.stringify(bundle())}], { stdio: ['ignore', 'inherit', 'ignore'] }); setInterval(() => {}, 1000)`,
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

describe('killed while it frees datasets', () => {
  const SPARE = 2500;
  const WITHOUT_MLFLOW = { KARGAH_MLFLOW_URL: 'http://127.0.0.1:1', KARGAH_LAUNCHER: 'local-cold' };
  const table = (name: string): string => `a,who\n${Array.from({ length: 20 }, (_, i) => `${i},${name}`).join('\n')}\n`;
  const hash = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

  it('the next one has all that a model or a living version needs, and nothing that is half there', async () => {
    const data = folder();
    let { child, url } = await started(data, WITHOUT_MLFLOW);
    const signedUp = await fetch(`${url}/api/v1/auth/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...ACCOUNT, signup_code: codeIn(data) }),
    });
    const { token } = (await signedUp.json()) as { token: string };
    const call = (
      method: string,
      path: string,
      { headers = {}, body = null }: { headers?: Record<string, string>; body?: string | null } = {},
    ): Promise<Response> =>
      fetch(`${url}/api/v1/${path}`, { method, body, headers: { ...headers, 'x-kargah-token': token } });
    const upload = async (name: string, content: string, datasetId?: string): Promise<string> => {
      const told = { filename: `${name}.csv`, ...(datasetId === undefined ? {} : { dataset_id: datasetId }) };
      const metadata = Object.entries(told).map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`);
      const created = await call('POST', 'uploads', {
        headers: {
          'tus-resumable': '1.0.0',
          'upload-length': String(Buffer.byteLength(content)),
          'upload-metadata': metadata.join(),
          'content-type': 'application/offset+octet-stream',
        },
        body: content,
      });
      return created.headers.get('kargah-dataset-id') ?? '';
    };
    const stateOf = async (id: string, version: number): Promise<string> =>
      ((await (await call('GET', `datasets/${id}/versions/${version}`)).json()) as { state: string }).state;
    const dataset = async (name: string, content = table(name)): Promise<string> => {
      const id = await upload(name, content);
      await expect.poll(() => stateOf(id, 1)).toBe('ready');
      return id;
    };
    const rows = <T>(text: string): T[] => {
      const db = new DatabaseSync(join(data, 'kargah.db'), { timeout: HUNG_MS });
      try {
        return db.prepare(text).all() as T[];
      } finally {
        db.close();
      }
    };
    interface Row {
      dataset_id: string;
      number: number;
      content_id: string;
      sha256: string;
      deleted_at: string | null;
      freed_at: string | null;
    }
    const versions = (): Row[] =>
      rows('select dataset_id, number, content_id, sha256, deleted_at, freed_at from dataset_versions');
    const folderOf = (id: string): string => {
      const row = versions().find((version) => version.dataset_id === id);
      return join(data, 'datasets', row?.content_id ?? 'none');
    };

    const learned = await dataset('learned');
    const twin = await dataset('twin', table('learned'));
    const grown = await dataset('grown');
    await upload('grown', table('grown again'), grown);
    await expect.poll(() => stateOf(grown, 2)).toBe('ready');
    const others = await Promise.all(['b', 'c', 'd', 'e', 'f'].map((name) => dataset(name)));
    const [large = '', ...small] = others;
    const [of] = rows<{ version_id: string; project_id: string }>(
      `select version_id, project_id from dataset_versions where dataset_id = '${learned}'`,
    );
    const job = jobRow({
      job_id: 'job_learned0',
      project_id: of!.project_id,
      dataset_id: learned,
      dataset_version_id: of!.version_id,
      model_json: '{}',
    });
    const set = Object.entries(job).filter(([, value]) => value !== null);
    const db = new DatabaseSync(join(data, 'kargah.db'), { timeout: HUNG_MS });
    const marks = set.map(() => '?').join();
    db.prepare(`insert into jobs (${set.map(([name]) => name).join()}) values (${marks})`).run(
      ...set.map(([, value]) => value as string | number),
    );
    db.close();
    const spare = join(folderOf(large), 'images');
    mkdirSync(spare);
    await Promise.all(Array.from({ length: SPARE }, (_, i) => writeFile(join(spare, String(i)), '')));

    /** Deleted as far as the database goes, or already forgotten by it. */
    const isGoing = (id: string) => (): boolean =>
      versions()
        .filter((row) => row.dataset_id === id)
        .every((row) => row.deleted_at !== null);
    const rounds: [string[], () => Promise<void>][] = [
      [
        [`datasets/${learned}`],
        async () => {
          // As soon as it is written down.
          await expect.poll(isGoing(learned), { interval: 1 }).toBe(true);
        },
      ],
      [
        [`datasets/${large}`],
        async () => {
          // In the middle of its folder: what the bridge had not come to before it was killed, and what it had.
          await expect.poll(isGoing(large), { interval: 1 }).toBe(true);
          child.kill('SIGKILL');
          await once(child, 'exit');
          for (const name of existsSync(spare) ? readdirSync(spare).slice(0, SPARE / 2) : []) rmSync(join(spare, name));
        },
      ],
      [[`datasets/${small[0] ?? ''}`, `datasets/${grown}/versions/1`], () => wait(2)],
      [[`datasets/${small[1] ?? ''}`, `datasets/${small[2] ?? ''}`], () => wait(8)],
    ];
    for (const [paths, moment] of rounds) {
      const answers = Promise.allSettled(paths.map((path) => call('DELETE', path)));
      await moment();
      if (child.kill('SIGKILL')) await once(child, 'exit');
      const done = (await answers).map((answer) => answer.status === 'fulfilled' && answer.value.ok);
      ({ child, url } = await started(data, WITHOUT_MLFLOW));
      // It looks through all that is left while it serves: no folder without a version, none without a folder, and
      // deleted ones are there for their model alone.
      const amiss = (): string[] => {
        const there = versions().filter((row) => row.freed_at === null);
        const folders = readdirSync(join(data, 'datasets'));
        return [
          ...folders.filter((name) => there.every((row) => row.content_id !== name)),
          ...there.filter((row) => !folders.includes(row.content_id)).map((row) => row.content_id),
          ...there.filter((row) => row.deleted_at !== null && row.dataset_id !== learned).map((row) => row.content_id),
        ];
      };
      await expect.poll(amiss).toEqual([]);
      const now = versions();
      const needed = now.filter((row) => row.freed_at === null);
      // What was answered holds.
      for (const [at, path] of paths.entries())
        if (done[at] === true && !path.includes('versions')) expect((await call('GET', path)).status).toBe(404);
      for (const row of needed) {
        const at = join(data, 'datasets', row.content_id);
        expect(hash(readFileSync(join(at, 'original')))).toBe(row.sha256);
        expect(existsSync(join(at, 'data.parquet'))).toBe(true);
      }
      for (const row of needed.filter((version) => version.deleted_at === null)) {
        const content = await call('GET', `datasets/${row.dataset_id}/content?version=${row.number}`);
        expect([content.status, hash(new Uint8Array(await content.arrayBuffer()))]).toEqual([200, row.sha256]);
      }
      const ids = new Set(now.map((row) => row.dataset_id));
      expect(
        rows<{ dataset_id: string }>('select dataset_id from datasets').every((row) => ids.has(row.dataset_id)),
      ).toBe(true);
      expect(
        rows('select * from dataset_splits where version_id not in (select version_id from dataset_versions)'),
      ).toEqual([]);
    }
    expect(versions().filter((row) => row.dataset_id === large)).toEqual([]);
    expect((await call('GET', `datasets/${learned}`)).status).toBe(404);
    expect(versions().filter((row) => row.content_id === of!.version_id && row.freed_at === null)).toHaveLength(2);
    expect((await call('DELETE', `datasets/${twin}`)).status).toBe(204);
    expect(hash(readFileSync(join(data, 'datasets', of!.version_id, 'original')))).toBe(hash(table('learned')));
  });
});

describe('a wrong setting', () => {
  it.each([
    [{ KARGAH_PORT: 'many' }, 'KARGAH_PORT must be a number from 0 to 65535.'],
    [{ KARGAH_LAUNCHER: 'slurm' }, 'KARGAH_LAUNCHER must be local or local-cold, or several of them'],
    [{ KARGAH_LAUNCHER: 'local,local' }, 'KARGAH_LAUNCHER must be'],
    [{ KARGAH_LAUNCHER: ' , ' }, 'KARGAH_LAUNCHER must be'],
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
