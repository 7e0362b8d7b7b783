import { afterAll, beforeAll, expect, it } from 'vitest';
import { codeOf, DatasetFixture, person } from '../../../../test/support/datasets.js';
import { projectRow } from '../../../../test/rows.js';
import type { ProjectRole } from '../../../contract/projects.js';
import type { Dataset } from '../../../contract/datasets/datasets.js';

const TEAM = 'prj_teamteam';
let bench: DatasetFixture;
beforeAll(async () => {
  bench = await DatasetFixture.open();
  await bench.db.insertInto('projects').values(projectRow(TEAM)).execute();
});
afterAll(() => bench.close());

/** Reza in the team, as what he is from now on; null: as nobody there. */
function reza(role: ProjectRole | null): void {
  const own = person('reza');
  const there = { projectId: TEAM, workspace: 'w-team' };
  bench.jobs.set('reza-in-team', {
    ...own,
    ...(role === null ? {} : there),
    memberships: new Map([
      ...own.memberships,
      ...(role === null ? [] : [[TEAM, { role, workspace: 'w-team' }] as const]),
    ]),
  });
}

it('an upload whose sender’s role is lowered on its way takes nothing more of them, loses nothing, and goes on with the role', async () => {
  const text = 'a,b\n1,2\n3,4\n';
  reza('editor');
  const created = await bench.create('a.csv', text.length, 'reza-in-team');
  const id = created.headers.get('location')!.split('/').at(-1)!;
  expect((await bench.patch(id, 0, text.slice(0, 4), 'reza-in-team')).status).toBe(204);
  const refused = async (): Promise<unknown> => {
    const answer = await bench.patch(id, 4, text.slice(4), 'reza-in-team');
    return [answer.status, await codeOf(answer)];
  };
  reza('viewer');
  expect(await refused()).toEqual([403, 'forbidden']);
  reza(null);
  expect(await refused()).toEqual([404, 'not_found']);
  reza('editor');
  expect((await bench.patch(id, 4, text.slice(4), 'reza-in-team')).status).toBe(204);
  const { dataset_id } = await bench.settled(created.headers.get('kargah-dataset-id')!);
  const found = await bench.json<Dataset>(`/datasets/${dataset_id}`, 'reza-in-team');
  expect([found.state, found.rows]).toEqual(['ready', 2]);
});

it('an address is not even asked for who may only look', async () => {
  reza('viewer');
  const answer = await bench.send('POST', '/datasets/import/url', { url: 'https://localhost/a.csv' }, 'reza-in-team');
  expect([answer.status, await codeOf(answer)]).toEqual([403, 'forbidden']);
});
