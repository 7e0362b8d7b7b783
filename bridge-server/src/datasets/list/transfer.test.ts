import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeOf, DatasetFixture, person } from '../../../test/support/datasets.js';
import { projectRow } from '../../../test/rows.js';
import type { ProjectRole } from '../../contract/projects.js';
import type { Dataset } from '../../contract/datasets/datasets.js';
import { LedgerStore } from '../../ledger/index.js';

const TEAM = 'prj_teamteam';
const OWN = person('sara').projectId;
let bench: DatasetFixture;
let made = 0;
const table = (): string => {
  made += 1;
  return `a,b,label\n${Array.from({ length: 20 }, (_, i) => `${i},${made},${i % 2 ? 'x' : 'y'}`).join('\n')}\n`;
};
/** A person in a project of their own and in the team, by `<name>-<role>` as their token. */
function inTeam(name: string, role: ProjectRole): string {
  const own = person(name);
  const token = `${name}-${role}`;
  bench.jobs.set(token, { ...own, memberships: new Map([...own.memberships, [TEAM, { role, workspace: 'w-team' }]]) });
  return token;
}
let sara: string;
let rezaInTeam: string;
beforeAll(async () => {
  bench = await DatasetFixture.open({ quotaBytes: 1_000_000 });
  await bench.db.insertInto('projects').values(projectRow(TEAM)).execute();
  sara = inTeam('sara', 'editor');
  const there = { projectId: TEAM, workspace: 'w-team' };
  rezaInTeam = 'reza-there';
  bench.jobs.set(rezaInTeam, {
    ...person('reza'),
    ...there,
    memberships: new Map([[TEAM, { role: 'viewer', workspace: 'w-team' }]]),
  });
});
afterAll(() => bench.close());

const take = (act: 'move' | 'copy', id: string, body: object, as: string): Promise<Response> =>
  bench.send('POST', `/datasets/${id}/${act}`, body, as);
const refusal = async (answer: Promise<Response>): Promise<[number, string]> => {
  const response = await answer;
  return [response.status, await codeOf(response)];
};
const ids = async (as: string): Promise<string[]> =>
  (await bench.json<{ items: Dataset[] }>('/datasets', as)).items.map(({ dataset_id: id }) => id);
/** Two versions, of which the first one has a split. */
async function two(name: string): Promise<string> {
  const { dataset_id: id } = await bench.dataset(name, table());
  expect((await bench.send('POST', `/datasets/${id}/versions/1/splits`, {}, 'sara')).status).toBe(201);
  await bench.version(id, table());
  return id;
}
const told = async (id: string) =>
  (await new LedgerStore(bench.db).page({ within: null }, 200, null))
    .filter(({ object, action }) => object.id === id && ['dataset.move', 'dataset.copy'].includes(action))
    .map(({ action, project_id, before, after }) => ({ action, project_id, before, after }))
    .reverse();
/** Number, split and its hash, of each split of each version. */
async function splits(id: string) {
  const rows = await bench.db
    .selectFrom('dataset_versions as v')
    .leftJoin('dataset_splits as s', 's.version_id', 'v.version_id')
    .select(['v.number', 'v.version_id', 's.split_id', 's.sha256'])
    .where('v.dataset_id', '=', id)
    .orderBy('v.number')
    .execute();
  return rows;
}
const numbers = async (id: string, as: string): Promise<number[]> =>
  (await bench.json<{ items: { version: number }[] }>(`/datasets/${id}/versions`, as)).items.map((one) => one.version);

describe('a dataset that is moved', () => {
  it('is in the other project with its versions and splits, and no longer in its own; both owners read of it', async () => {
    const id = await two('moved.csv');
    const before = await splits(id);
    expect(before).toMatchObject([
      { number: 1, split_id: expect.any(String) },
      { number: 2, split_id: null },
    ]);
    const from = bench.changes.length;
    expect((await take('move', id, { project_id: TEAM }, sara)).status).toBe(200);
    expect(await ids('sara')).not.toContain(id);
    expect(await ids(rezaInTeam)).toContain(id);
    expect(await refusal(bench.call(`/datasets/${id}`, { as: 'sara' }))).toEqual([404, 'not_found']);
    expect(await splits(id)).toEqual(before);
    expect(await numbers(id, rezaInTeam)).toEqual([2, 1]);
    expect((await bench.call(`/datasets/${id}/content?version=1`, { as: rezaInTeam })).status).toBe(200);
    expect(bench.changes.slice(from).map(({ to, deleted }) => [to, deleted])).toEqual([
      [OWN, true],
      [TEAM, false],
    ]);
    const facts = { before: { name: 'moved.csv', project_id: OWN }, after: { project_id: TEAM } };
    expect(await told(id)).toEqual([
      { action: 'dataset.move', project_id: OWN, ...facts },
      { action: 'dataset.move', project_id: TEAM, ...facts },
    ]);
  });

  it('while a job of the old project learns from it is still what the job was given', async () => {
    const id = await two('learned.csv');
    const version = await bench.db
      .selectFrom('dataset_versions')
      .selectAll()
      .where('dataset_id', '=', id)
      .where('number', '=', 1)
      .executeTakeFirstOrThrow();
    const [split] = await bench.db
      .selectFrom('dataset_splits')
      .select('split_id')
      .where('version_id', '=', version.version_id)
      .execute();
    const given = { versionId: version.version_id, splitId: split!.split_id };
    const before = await bench.datasets.service.ofJob(given);
    const job = { kind: 'job', jobId: 'job_1', userId: 'sara', projectId: OWN, workspace: 'w' } as const;
    bench.jobs.set('kgj_1', { ...job, datasetId: id });
    await take('move', id, { project_id: TEAM }, sara);
    expect(await bench.datasets.service.ofJob(given)).toEqual(before);
    expect((await bench.call(`/datasets/${id}`, { as: 'kgj_1' })).status).toBe(200);
  });

  it('stays shared with whom it was shared', async () => {
    const { dataset_id: id } = await bench.dataset('shared.csv', table());
    await bench.send('PUT', `/datasets/${id}/sharing`, { emails: ['mina@example.org'] }, 'sara');
    await take('move', id, { project_id: TEAM }, sara);
    expect((await bench.call(`/datasets/${id}`, { as: 'mina' })).status).toBe(200);
  });
});

describe('a dataset that is copied', () => {
  it('is another one of the same bytes, with versions and splits of its own, and lives on without the first', async () => {
    const id = await two('copied.csv');
    await bench.send('PUT', `/datasets/${id}/sharing`, { everyone: true }, 'sara');
    const folders = readdirSync(join(bench.dataDir, 'datasets')).length;
    const answer = await take('copy', id, { project_id: TEAM, name: 'نسخهٔ تیم' }, sara);
    expect(answer.status).toBe(201);
    const copy = (await answer.json()) as Dataset;
    expect(copy).toMatchObject({ name: 'نسخهٔ تیم', shared: 'nobody', version: 2, state: 'ready' });
    expect(readdirSync(join(bench.dataDir, 'datasets'))).toHaveLength(folders);
    const [before, after] = [await splits(id), await splits(copy.dataset_id)];
    expect(after.map(({ number, sha256 }) => [number, sha256])).toEqual(
      before.map(({ number, sha256 }) => [number, sha256]),
    );
    expect(after[0]!.split_id).not.toBe(before[0]!.split_id);
    expect(await numbers(copy.dataset_id, rezaInTeam)).toEqual([2, 1]);
    expect(await told(id)).toMatchObject([
      { action: 'dataset.copy', project_id: OWN, after: { copied_to: copy.dataset_id, project_id: TEAM } },
    ]);
    expect(await told(copy.dataset_id)).toMatchObject([{ action: 'dataset.copy', project_id: TEAM }]);

    expect((await bench.call(`/datasets/${id}`, { method: 'DELETE', as: 'sara' })).status).toBe(204);
    expect((await bench.call(`/datasets/${copy.dataset_id}/content`, { as: rezaInTeam })).status).toBe(200);
    const { version_id: versionId, split_id: splitId } = after[0]!;
    const given = await bench.datasets.service.ofJob({ versionId, splitId });
    expect(given.split?.path).toContain(splitId);
  });

  it('may be copied within its project', async () => {
    const { dataset_id: id } = await bench.dataset('twice.csv', table());
    await take('move', id, { project_id: TEAM }, sara);
    const copy = (await (await take('copy', id, { project_id: TEAM }, sara)).json()) as Dataset;
    expect(copy).toMatchObject({ name: 'twice.csv', mine: true });
    expect(copy.dataset_id).not.toBe(id);
  });
});

describe('taking a dataset to another project', () => {
  it.each(['move', 'copy'] as const)(
    'is refused to who may not write in both, and changes nothing: %s',
    async (act) => {
      const { dataset_id: id } = await bench.dataset(`${act}.csv`, table());
      await bench.send('PUT', `/datasets/${id}/sharing`, { everyone: true }, 'sara');
      const there = { project_id: TEAM };
      expect(await refusal(take(act, id, there, 'sara'))).toEqual([404, 'not_found']);
      expect(await refusal(take(act, id, there, inTeam('sara', 'viewer')))).toEqual([403, 'forbidden']);
      expect(await refusal(take(act, id, there, inTeam('reza', 'owner')))).toEqual([403, 'forbidden']);
      expect(await refusal(take(act, id, { project_id: 'prj_nowhere1' }, sara))).toEqual([404, 'not_found']);
      expect(await ids('sara')).toContain(id);
      expect(await told(id)).toEqual([]);
    },
  );

  it('is refused where it is already, and while a version of it is on its way', async () => {
    const { dataset_id: id } = await bench.dataset('here.csv', table());
    expect((await bench.create('next.csv', 100, 'sara', { dataset_id: id })).status).toBe(201);
    expect(await refusal(take('move', id, { project_id: TEAM }, sara))).toEqual([409, 'dataset_not_ready']);
    expect(await ids('sara')).toContain(id);
    // A copy has what is ready.
    expect((await take('copy', id, { project_id: TEAM }, sara)).status).toBe(201);
    const { dataset_id: moved } = await bench.dataset('there.csv', table());
    await take('move', moved, { project_id: TEAM }, sara);
    expect(await refusal(take('move', moved, { project_id: TEAM }, sara))).toEqual([409, 'already_in_project']);
  });

  it('into a project that is deleted is refused whole', async () => {
    const { dataset_id: id } = await bench.dataset('late.csv', table());
    const deleted = (deleted_at: string | null) =>
      bench.db.updateTable('projects').set({ deleted_at }).where('project_id', '=', TEAM).execute();
    await deleted('2026-01-01T00:00:00.000Z');
    for (const act of ['move', 'copy'] as const)
      expect(await refusal(take(act, id, { project_id: TEAM }, sara))).toEqual([404, 'not_found']);
    await deleted(null);
    expect(await ids('sara')).toContain(id);
    expect(await ids(rezaInTeam)).not.toContain(id);
  });

  it('counts a copy as stored by who copies it', async () => {
    const { dataset_id: id } = await bench.dataset('large.csv', table());
    await take('move', id, { project_id: TEAM }, sara);
    await bench.db
      .updateTable('dataset_versions')
      .set({ size_bytes: 2_000_000 })
      .where('dataset_id', '=', id)
      .execute();
    const reza = inTeam('reza', 'editor');
    expect(await refusal(take('copy', id, { project_id: TEAM }, reza))).toEqual([413, 'quota_exceeded']);
    expect(await told(id)).toHaveLength(2);
  });
});
