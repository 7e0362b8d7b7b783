import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Dataset } from '../../contract/datasets/datasets.js';
import { newId } from '../../lib/ids.js';
import { projectRow } from '../../../test/rows.js';
import { DatasetFixture, codeOf, person } from '../../../test/support/datasets.js';

let bench: DatasetFixture;
let made = 0;
const table = (): string => {
  made += 1;
  return `a,b,label\n${Array.from({ length: 20 }, (_, i) => `${i},${made},${i % 2 ? 'x' : 'y'}`).join('\n')}\n`;
};
beforeAll(async () => {
  bench = await DatasetFixture.open();
});
afterAll(() => bench.close());

const share = (id: string, body: object, as = 'sara'): Promise<Response> =>
  bench.send('PUT', `/datasets/${id}/sharing`, body, as);
const refusal = async (answer: Promise<Response>): Promise<[number, string]> => {
  const response = await answer;
  return [response.status, await codeOf(response)];
};
const listed = async (as: string, query = ''): Promise<Dataset[]> =>
  (await bench.json<{ items: Dataset[] }>(`/datasets?${query}`, as)).items;

// One story: it is shared, used, renamed, and taken away.
describe('a dataset that is shared with a person', { shuffle: false }, () => {
  let id: string;
  beforeAll(async () => {
    ({ dataset_id: id } = await bench.dataset('shared.csv', table()));
    const answer = await share(id, { emails: ['Reza@example.org', 'sara@example.org'] });
    expect([answer.status, await answer.json()]).toEqual([
      200,
      { everyone: false, people: [{ user_id: 'reza', email: 'reza@example.org', name: 'reza' }], projects: [] },
    ]);
  });

  it('is in their list beside their own, newest first, and says that it is not theirs', async () => {
    const { dataset_id: own } = await bench.dataset('shared too.csv', table(), 'reza');
    const seen = async (as: string): Promise<Dataset[]> =>
      (await listed(as)).filter(({ dataset_id }) => [id, own].includes(dataset_id));
    expect(await seen('reza')).toMatchObject([
      { name: 'shared too.csv', mine: true, shared: 'nobody' },
      { name: 'shared.csv', mine: false, shared: 'people', owner: { user_id: 'sara' } },
    ]);
    expect(await seen('sara')).toMatchObject([{ mine: true, shared: 'people' }]);
    expect(await seen('mina')).toEqual([]);
    type Page = { items: Dataset[]; next_cursor: string };
    const page = await bench.json<Page>('/datasets?limit=1&search=shared', 'reza');
    const rest = await bench.json<Page>(`/datasets?limit=1&search=shared&cursor=${page.next_cursor}`, 'reza');
    expect(rest).toMatchObject({ items: [{ name: 'shared.csv' }], next_cursor: null });
  });

  it.each(['', '/preview', '/profile', '/versions', '/versions/1', '/lineage', '/content', '/export?format=jsonl'])(
    'may be read by them (%s), and by nobody else',
    async (path) => {
      expect((await bench.call(`/datasets/${id}${path}`, { as: 'reza' })).status).toBe(200);
      expect(await refusal(bench.call(`/datasets/${id}${path}`, { as: 'mina' }))).toEqual([404, 'not_found']);
    },
  );

  it('may be asked in SQL and trained on by them', async () => {
    const answer = await bench.send('POST', `/datasets/${id}/query`, { sql: 'select count(*) n from data' }, 'reza');
    expect(await answer.json()).toMatchObject({ rows: [[20]] });
    const { service } = bench.datasets;
    expect(await service.forTraining(person('reza'), { datasetId: id })).toMatchObject({
      name: 'shared.csv',
      version: 1,
    });
    await expect(service.forTraining(person('mina'), { datasetId: id })).rejects.toMatchObject({ code: 'not_found' });
  });

  it.each([
    ['PATCH', '', { name: 'mine now' }],
    ['DELETE', '', undefined],
    ['GET', '/sharing', undefined],
    ['PUT', '/sharing', { everyone: true }],
    ['POST', '/versions', { reading: {} }],
    ['DELETE', '/versions/1', undefined],
    ['POST', '/versions/1/splits', {}],
  ])('may not be changed by them: %s %s', async (method, path, body) => {
    const as = (who: string): Promise<Response> =>
      body === undefined
        ? bench.call(`/datasets/${id}${path}`, { method, as: who })
        : bench.send(method, `/datasets/${id}${path}`, body, who);
    expect(await refusal(as('reza'))).toEqual([403, 'forbidden']);
    expect(await refusal(as('mina'))).toEqual([404, 'not_found']);
  });

  it('takes no version of theirs', async () => {
    const created = bench.create('v.csv', 5, 'reza', { dataset_id: id });
    expect(await refusal(created)).toEqual([403, 'forbidden']);
    const unseen = bench.create('v.csv', 5, 'mina', { dataset_id: id });
    expect(await refusal(unseen)).toEqual([404, 'not_found']);
  });

  it('tells them of every change, and when it is taken away', async () => {
    await bench.send('PATCH', `/datasets/${id}`, { name: 'renamed' });
    expect(
      bench
        .changesOf(id)
        .filter(({ to }) => to === 'reza')
        .at(-1),
    ).toMatchObject({
      deleted: false,
      dataset: { name: 'renamed', mine: false },
    });
    await share(id, { emails: [] });
    expect(
      bench
        .changesOf(id)
        .filter(({ to }) => to === 'reza')
        .at(-1),
    ).toMatchObject({ deleted: true });
    expect((await bench.call(`/datasets/${id}`, { as: 'reza' })).status).toBe(404);
    expect(await bench.json(`/datasets/${id}/sharing`)).toEqual({ everyone: false, people: [], projects: [] });
  });
});

it('a dataset that is shared with everyone is everyone’s to read, and all hear of it', async () => {
  const { dataset_id: id } = await bench.dataset('all.csv', table());
  await share(id, { everyone: true });
  expect(bench.changesOf(id).at(-1)).toMatchObject({
    to: 'all but project-sara',
    dataset: { mine: false, shared: 'everyone' },
  });
  expect(await listed('mina')).toMatchObject([{ name: 'all.csv', mine: false }]);
  await share(id, { emails: ['mina@example.org'] });
  expect(await listed('mina')).toMatchObject([{ name: 'all.csv', shared: 'people' }]);
  expect((await listed('reza')).map(({ name }) => name)).not.toContain('all.csv');
  await bench.call(`/datasets/${id}`, { method: 'DELETE' });
  expect(bench.changesOf(id).at(-1)).toMatchObject({ to: 'mina', deleted: true });
});

it('a dataset that is shared with a project is read by whoever is in it, as long as they are', async () => {
  const team = 'prj_teamteam';
  const created_at = '2026-01-01T00:00:00.000Z';
  await bench.db.insertInto('projects').values(projectRow(team)).execute();
  await bench.db
    .insertInto('project_members')
    .values({ project_id: team, user_id: 'reza', role: 'viewer', created_at })
    .execute();
  const inTeam = (name: string): void => {
    const own = person(name);
    const memberships = new Map([...own.memberships, [team, { role: 'viewer', workspace: 'w-team' }] as const]);
    bench.jobs.set(`${name}-in-team`, { ...own, memberships });
  };
  for (const name of ['sara', 'reza']) inTeam(name);
  const { dataset_id: id } = await bench.dataset('for the team.csv', table());
  // Of a project that they are not in nobody learns whether it is there.
  expect(await refusal(share(id, { project_ids: [team] }))).toEqual([404, 'not_found']);
  const answer = await share(id, { project_ids: [team] }, 'sara-in-team');
  expect([answer.status, await answer.json()]).toEqual([
    200,
    { everyone: false, people: [], projects: [{ project_id: team, name: team }] },
  ]);
  expect(bench.changesOf(id).at(-1)).toMatchObject({ to: 'reza', deleted: false, dataset: { mine: false } });
  expect((await listed('reza-in-team')).map(({ dataset_id }) => dataset_id)).toContain(id);
  expect((await bench.call(`/datasets/${id}/content`, { as: 'reza-in-team' })).status).toBe(200);
  // Reza with no role in it any more, and somebody else.
  for (const as of ['reza', 'mina']) {
    expect(await refusal(bench.call(`/datasets/${id}`, { as }))).toEqual([404, 'not_found']);
    expect((await listed(as)).map(({ dataset_id }) => dataset_id)).not.toContain(id);
  }
  // Who was not in it may leave it as it is.
  expect((await share(id, { project_ids: [team] })).status).toBe(200);
  expect((await share(id, { emails: [] })).status).toBe(200);
  expect(await refusal(bench.call(`/datasets/${id}`, { as: 'reza-in-team' }))).toEqual([404, 'not_found']);
});

it('a dataset stays shared where a request says nothing of whom with, which is 422', async () => {
  const { dataset_id: id } = await bench.dataset('kept.csv', table());
  expect((await share(id, { everyone: true })).status).toBe(200);
  for (const body of [{}, { email: ['reza@example.org'] }]) {
    const answer = await share(id, body);
    expect(answer.status).toBe(422);
    expect(JSON.stringify(await answer.json())).toContain('هم‌رسانی');
  }
  expect(await bench.json(`/datasets/${id}/sharing`)).toEqual({ everyone: true, people: [], projects: [] });
  expect((await share(id, { emails: [] })).status).toBe(200);
  expect(await bench.json(`/datasets/${id}/sharing`)).toEqual({ everyone: false, people: [], projects: [] });
});

it('a dataset is shared with nobody at all where one of the emails is unknown', async () => {
  const { dataset_id: id } = await bench.dataset('b.csv', table());
  const answer = share(id, { emails: ['reza@example.org', 'nobody@example.org'] });
  expect(await refusal(answer)).toEqual([422, 'unknown_person']);
  expect(await bench.json(`/datasets/${id}`)).toMatchObject({ shared: 'nobody' });
  expect(await refusal(share(newId('ds'), { emails: [] }))).toEqual([404, 'not_found']);
});

it('what others made of a shared dataset keeps it when its owner deletes it, and stays theirs', async () => {
  const { dataset_id: id } = await bench.dataset('c.csv', table());
  await share(id, { everyone: true });
  const { versionId } = await bench.datasets.service.forTraining(person('reza'), { datasetId: id });
  await bench.job(id, 1, { project_id: 'project-reza', state: 'running' });
  const answer = await bench.call(`/datasets/${id}`, { method: 'DELETE' });
  expect([answer.status, await answer.json()]).toMatchObject([200, { kept: [{ version: 1, jobs: [] }] }]);
  expect((await bench.call(`/datasets/${id}`, { as: 'reza' })).status).toBe(404);
  const given = { versionId, splitId: null };
  expect(await bench.datasets.service.again(person('reza'), given)).toMatchObject({ version: 1 });
  expect(await bench.datasets.service.ofJob(given)).toMatchObject({ version: 1 });
});

it('a dataset is found by its tags, whatever letters they are typed in, and by one of them', async () => {
  const { dataset_id: id } = await bench.dataset('d.csv', table());
  const tagged = await bench.send('PATCH', `/datasets/${id}`, { tags: ['فروش ۱۴۰۴', 'كتاب', 'كتاب', '100%_"a"'] });
  expect(await tagged.json()).toMatchObject({ tags: ['فروش ۱۴۰۴', 'كتاب', '100%_"a"'], name: 'd.csv' });
  const names = async (query: string): Promise<string[]> => (await listed('sara', query)).map(({ name }) => name);
  expect(await names(`search=${encodeURIComponent('کتاب')}`)).toEqual(['d.csv']);
  expect(await names(`search=${encodeURIComponent('فروش 1404')}`)).toEqual(['d.csv']);
  expect(await names(`tag=${encodeURIComponent('كتاب')}`)).toEqual(['d.csv']);
  expect(await names(`tag=${encodeURIComponent('100%_"a"')}`)).toEqual(['d.csv']);
  expect(await names(`tag=${encodeURIComponent('كتا')}`)).toEqual([]);
  // A new version keeps them, and so does a new name.
  await bench.version(id, table());
  await bench.send('PATCH', `/datasets/${id}`, { name: 'e' });
  expect(await names(`search=${encodeURIComponent('کتاب')}`)).toEqual(['e']);
});
