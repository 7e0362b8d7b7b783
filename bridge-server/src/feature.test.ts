import { sql } from 'kysely';
import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { knownCallers, person, serve } from '../test/app.js';
import { projectOf } from './access/resource.js';
import { requireAccess } from './access/require-access.js';
import { endpoint } from './contract/endpoint.js';
import { createFeatures, type Feature, type Parts } from './feature.js';
import { route } from './http/route.js';
import { openStorage, type Storage } from './storage/storage.js';

declare module './contract/permissions.js' {
  interface FeaturePermissions {
    'note.read': true;
  }
}

const listNotes = endpoint({
  id: 'listNotes',
  method: 'get',
  path: '/api/v1/notes',
  tag: 'notes',
  policy: 'user_or_job',
  permission: 'note.read',
  summary: 'Notes',
  responses: { 200: z.array(z.string()) },
  errors: [],
});
const notes: Feature = {
  name: 'notes',
  endpoints: [listNotes],
  permissions: { 'note.read': 'viewer' },
  migrations: {
    'notes-1': { up: (db) => db.schema.createTable('notes').addColumn('text', 'text').execute() },
    'notes-2': { up: (db) => sql`insert into notes values ('first')`.execute(db).then(() => undefined) },
  },
  create: ({ db }) =>
    Promise.resolve({
      routes: [
        route(listNotes, async ({ caller }) => {
          if (caller.kind === 'user') requireAccess(caller, 'note.read', projectOf(caller));
          const { rows } = await sql<{ text: string }>`select text from notes`.execute(db);
          return { status: 200, json: rows.map(({ text }) => text) };
        }),
      ],
    }),
};

async function opened(): Promise<Storage> {
  const storage = await openStorage({ file: ':memory:' });
  onTestFinished(() => storage.close());
  return storage;
}
/** Nothing else is asked for by the features of these tests. */
const partsOf = ({ db }: Storage): Parts => ({ db }) as Parts;

it('has its tables, its routes and its permission, which no job’s token has', async () => {
  const storage = await opened();
  const [running] = await createFeatures([notes], partsOf(storage));
  const sara = person('sara');
  const job = { kind: 'job', jobId: 'job_1', userId: 'sara', workspace: 'w', datasetId: null } as const;
  const { url, close } = await serve({
    routes: running!.routes,
    authenticator: knownCallers(sara, { ...job, projectId: sara.projectId }),
  });
  onTestFinished(close);
  const asked = (token: string) => fetch(`${url}/api/v1/notes`, { headers: { 'X-Kargah-Token': token } });
  const answer = await asked('token-of-sara');
  expect([answer.status, await answer.json()]).toEqual([200, ['first']]);
  expect((await asked('token-of-job_1')).status).toBe(403);
  expect((await asked('nobody')).status).toBe(401);
});

it('runs each migration once, apart from those of the core and of other features', async () => {
  const storage = await opened();
  await createFeatures([notes], partsOf(storage));
  const more: Feature['migrations'] = {
    ...notes.migrations,
    'notes-3': { up: (db) => sql`delete from notes`.execute(db).then(() => undefined) },
  };
  const others: Feature = { ...notes, name: 'others', migrations: { 'a-1': { up: () => Promise.resolve() } } };
  await createFeatures([others, { ...notes, migrations: more }], partsOf(storage));
  const ran = await sql<{ name: string }>`select name from kysely_migration_notes order by name`.execute(storage.db);
  expect(ran.rows.map(({ name }) => name)).toEqual(['notes-1', 'notes-2', 'notes-3']);
  const core = await sql<{ name: string }>`select name from kysely_migration`.execute(storage.db);
  expect(core.rows.some(({ name }) => name.startsWith('notes') || name.startsWith('a-'))).toBe(false);
});

it('does not begin where its routes are not the endpoints that it declares', async () => {
  const storage = await opened();
  await expect(createFeatures([{ ...notes, endpoints: [] }], partsOf(storage))).rejects.toThrow('listNotes');
  const silent: Feature = { ...notes, create: () => Promise.resolve({ routes: [] }) };
  await expect(createFeatures([silent], partsOf(storage))).rejects.toThrow('listNotes');
});
