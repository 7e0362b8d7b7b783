import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ModelsWorld, type Signed } from '../../../test/support/models.js';
import type { ModelVersion, RegisteredModel } from '../contract.js';
import type { ModelMove, ModelRequest, ModelRules } from './contract.js';

let world: ModelsWorld;
let sara: Signed;
let omid: Signed;
beforeAll(async () => {
  world = await ModelsWorld.start();
  ({ sara } = world);
  omid = await world.member('omid', 'editor');
});
afterAll(() => world.close());

const at = (name: string, rest = ''): string => `/api/v1/models/${encodeURIComponent(name)}${rest}`;
const refusal = ({ status, body }: { status: number; body: { code?: string } }) => [status, body.code];
const request = (name: string, version: number) =>
  world.ask<ModelRequest>(omid, 'POST', at(name, '/requests'), { version, alias: 'champion' });
const approve = ({ request_id: id }: ModelRequest) =>
  world.ask<ModelRequest>(sara, 'POST', `/api/v1/model-requests/${id}/approve`, {});
const rollBack = (name: string) =>
  world.ask<ModelMove>(omid, 'POST', at(name, '/aliases/champion/rollback'), { why: 'x' });
const champion = async (name: string) =>
  (await world.ask<RegisteredModel>(sara, 'GET', at(name))).body.aliases.map(({ alias, version }) => [alias, version]);
const failures = ({ checks }: ModelRequest) =>
  checks.filter(({ state }) => state === 'failed').map(({ gate, why }) => [gate, why?.code]);
async function withRules(rules: object): Promise<void> {
  const path = `/api/v1/projects/${world.project}/model-rules`;
  const { revision } = (await world.ask<ModelRules>(sara, 'GET', path)).body;
  const set = await world.ask<ModelRules>(sara, 'PUT', path, { aliases: { champion: rules }, revision });
  expect([set.status, set.body]).toEqual([200, expect.anything()]);
}
const remove = async (name: string, rest = ''): Promise<void> =>
  expect((await world.ask(omid, 'DELETE', at(name, rest))).status).toBe(204);

describe('a version of a model that was deleted and made again', () => {
  it('is not what the alias pointed to before, though it has the number: rolling back passes over it', async () => {
    await withRules({});
    await world.registered('anew');
    expect((await request('anew', 1)).body.state).toBe('done');
    await remove('anew', '/aliases/champion');
    await remove('anew');
    expect(await world.registered('anew')).toBe(1);
    expect(refusal(await rollBack('anew'))).toEqual([409, 'nothing_before']);
    expect(await champion('anew')).toEqual([]);
  });

  it('is not what a waiting request asked for, which fails when it is approved', async () => {
    await withRules({ approval: 'another' });
    await world.registered('switched');
    const asked = (await request('switched', 1)).body;
    expect(asked.state).toBe('waiting');
    await remove('switched');
    expect(await world.registered('switched')).toBe(1);
    expect(refusal(await approve(asked))).toEqual([409, 'gates_failed']);
    const { body } = await world.ask<ModelRequest>(sara, 'GET', `/api/v1/model-requests/${asked.request_id}`);
    expect([body.state, failures(body)]).toEqual(['failed', [['version', 'gate_version_gone']]]);
    expect(await champion('switched')).toEqual([]);
  });

  it('may be asked for while a request for the earlier one of its number waits, which ends then', async () => {
    await withRules({ approval: 'another' });
    await world.registered('again');
    const first = (await request('again', 1)).body;
    await remove('again');
    await world.registered('again');
    const second = await request('again', 1);
    expect([second.status, second.body.state]).toEqual([201, 'waiting']);
    const { body } = await world.ask<ModelRequest>(sara, 'GET', `/api/v1/model-requests/${first.request_id}`);
    expect([body.state, failures(body)]).toEqual(['failed', [['version', 'gate_version_gone']]]);
    expect((await approve(second.body)).body.state).toBe('done');
  });
});

describe('the report by which a version is judged', () => {
  interface Logged {
    readonly id: string;
    readonly files: string;
  }
  async function logged(run_id: string, name: string, report: string | null): Promise<Logged> {
    const run = await world.mlflow(sara, 'GET', `/mlflow/runs/get?run_id=${run_id}`);
    const { experiment_id } = run.json<{ run: { info: { experiment_id: string } } }>().run.info;
    const made = await world.mlflow(sara, 'POST', '/mlflow/logged-models', {
      experiment_id,
      name,
      source_run_id: run_id,
    });
    expect([made.status, made.text]).toEqual([200, expect.anything()]);
    const { model_id: id, artifact_uri: files } = made.json<{
      model: { info: { model_id: string; artifact_uri: string } };
    }>().model.info;
    await world.upload(files, 'MLmodel', 'x: 1');
    if (report !== null) await world.upload(files, 'report.json', report);
    const output = { run_id, models: [{ model_id: id, step: 0 }] };
    expect((await world.mlflow(sara, 'POST', '/mlflow/runs/outputs', output)).status).toBe(200);
    return { id, files };
  }
  async function version(name: string, body: object): Promise<void> {
    const made = await world.mlflow(omid, 'POST', '/mlflow/model-versions/create', { name, ...body });
    expect([made.status, made.text]).toEqual([200, expect.anything()]);
  }
  const model = (name: string) => world.mlflow(omid, 'POST', '/mlflow/registered-models/create', { name });
  const runOf = async (job: string): Promise<string> => {
    const query = world.storage.db.selectFrom('jobs').select('mlflow_run_id').where('job_id', '=', job);
    return (await query.executeTakeFirstOrThrow()).mlflow_run_id!;
  };
  const lineage = async (name: string, number: number) =>
    (await world.ask<ModelVersion>(sara, 'GET', at(name, `/versions/${String(number)}`))).body.lineage?.job_id ?? null;

  it('is its own logged model’s, not that of the newest one of its run', async () => {
    await withRules({ report: true });
    const job = await world.trained('two models', { part: 'test' });
    const run = await runOf(job);
    const text = (
      await world.mlflow(
        sara,
        'GET',
        `/mlflow-artifacts/artifacts/${(await world.artifactsOf(run)).replace('mlflow-artifacts:/', '')}/model/report.json`,
      )
    ).text;
    const bad = await logged(run, 'model', null);
    const good = await logged(run, 'model', text);
    await model('two');
    await version('two', { source: bad.files, run_id: run, model_id: bad.id });
    await version('two', { source: good.files, run_id: run, model_id: good.id });
    expect([await lineage('two', 1), await lineage('two', 2)]).toEqual([job, job]);
    expect(failures((await request('two', 1)).body)).toEqual([['report', 'gate_no_report']]);
    expect(failures((await request('two', 2)).body)).toEqual([]);
    expect(await champion('two')).toEqual([['champion', 2]]);
    expect((await world.mlflow(omid, 'DELETE', `/mlflow/logged-models/${good.id}`)).status).toBe(409);
    // The run's own files have a report, and no logged model of that name stands for them.
    await version('two', { source: `${await world.artifactsOf(run)}/model`, run_id: run });
    expect(failures((await request('two', 3)).body)).toEqual([]);
  });

  it('is none where its files are another run’s than it names, and then nobody knows what it learned from', async () => {
    await withRules({ report: true });
    const job = await world.trained('good', { part: 'test' });
    const good = await runOf(job);
    const other = await runOf(await world.trained('other', null));
    const theirs = await logged(other, 'model', null);
    await model('borrowed');
    const files = await world.artifactsOf(other);
    // Of a run's own files MLflow looks at it itself.
    const plain = { name: 'borrowed', source: `${files}/model`, run_id: good };
    expect((await world.mlflow(omid, 'POST', '/mlflow/model-versions/create', plain)).status).toBe(400);
    await version('borrowed', { source: theirs.files, run_id: good, model_id: theirs.id });
    expect(await lineage('borrowed', 1)).toBeNull();
    expect(failures((await request('borrowed', 1)).body)).toEqual([['report', 'gate_no_report']]);
    expect(await champion('borrowed')).toEqual([]);
  });
});

describe('MLflow’s own client', () => {
  it.each(['0_1', '۱', ' 1', '1 ', '+1', '01', '1_', '1e0', ''])(
    'that spells the champion’s version as %j deletes nothing',
    async (spelled) => {
      await withRules({});
      const name = 'spelled';
      if ((await world.ask(sara, 'GET', at(name))).status === 404) {
        await world.registered(name);
        expect((await request(name, 1)).body.state).toBe('done');
      }
      const path = '/mlflow/model-versions/delete';
      const query = `${path}?name=${name}&version=${encodeURIComponent(spelled)}`;
      for (const answer of [
        await world.mlflow(omid, 'DELETE', path, { name, version: spelled }),
        await world.mlflow(omid, 'DELETE', query),
      ]) {
        expect([answer.status, answer.json<{ error_code: string }>().error_code]).toEqual([
          400,
          'INVALID_PARAMETER_VALUE',
        ]);
      }
      expect(await champion(name)).toEqual([['champion', 1]]);
      expect((await world.ask(sara, 'GET', at(name, '/versions/1'))).status).toBe(200);
    },
  );

  it('that names one version in the query and another as a number in the body deletes neither', async () => {
    await withRules({});
    for (let n = 0; n < 2; n += 1) await world.registered('twice');
    await request('twice', 1);
    const path = '/mlflow/model-versions/delete?name=twice&version=1';
    expect((await world.mlflow(omid, 'DELETE', path, { name: 'twice', version: 2 })).status).toBe(403);
    expect(
      (await world.mlflow(omid, 'DELETE', '/mlflow/model-versions/delete', { name: 'twice', version: 1 })).status,
    ).toBe(409);
    for (const number of [1, 2])
      expect((await world.ask(sara, 'GET', at('twice', `/versions/${String(number)}`))).status).toBe(200);
  });
});

it('after the champion is taken away, “not worse” is held against what it was last', async () => {
  const rules = { not_worse: { metric: 'accuracy', margin: 0.01 } };
  await withRules(rules);
  const learned = { dataset_sha256: 'abc', split_id: 'spl_1' };
  for (const right of [180, 160]) {
    const job_id = await world.trained('n', { right }, learned);
    expect((await world.ask(sara, 'POST', at('dethroned', '/versions'), { job_id })).status).toBe(201);
  }
  expect((await request('dethroned', 1)).body.state).toBe('done');
  await remove('dethroned', '/aliases/champion');
  const worse = (await request('dethroned', 2)).body;
  expect(worse.checks.at(-1)).toMatchObject({ gate: 'not_worse', value: 0.8, limit: 0.9, why: { code: 'gate_worse' } });
  expect((await request('dethroned', 1)).body.state).toBe('done');
  // Nothing that it pointed to is left: nothing to be worse than.
  await remove('dethroned', '/aliases/champion');
  await remove('dethroned', '/versions/1');
  expect((await request('dethroned', 2)).body.state).toBe('done');
});
