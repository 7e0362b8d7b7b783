import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ModelsWorld, type Signed } from '../../../test/support/models.js';
import { at, failures, FIRST, Promotions, refusal } from '../../../test/support/promotion.js';
import type { ModelVersion, RegisteredModel } from '../contract.js';
import type { ModelRequest } from './contract.js';

let world: ModelsWorld;
let on: Promotions;
let sara: Signed;
let omid: Signed;
let viewer: Signed;
beforeAll(async () => {
  world = await ModelsWorld.start();
  on = new Promotions(world);
  ({ sara } = world);
  omid = await world.member('omid', 'editor');
  viewer = await world.member('vida', 'viewer');
});
afterAll(() => world.close());

describe('rolling back', () => {
  it('returns to what the alias named before, and further back, never forward again', async () => {
    await on.withRules({ champion: {} });
    for (let n = 0; n < 3; n += 1) await world.registered('back');
    for (const version of [1, 2, 3]) expect((await on.request(sara, 'back', version)).body.state).toBe('done');
    const { body: model } = await world.ask<RegisteredModel>(sara, 'GET', at('back'));
    expect(model.aliases).toMatchObject([
      { alias: 'champion', version: 3, protected: true, before: 2, by: { user_id: sara.userId } },
    ]);
    const moved = await on.rollBack(omid, 'back', { why: 'خطا بالا رفت', from_version: 3 });
    expect([moved.status, moved.body]).toMatchObject([
      200,
      { kind: 'roll_back', from_version: 3, to_version: 2, why: 'خطا بالا رفت', by: { user_id: omid.userId } },
    ]);
    expect([await on.aliases('back'), await on.inMlflow('back')]).toEqual([[['champion', 2]], '2']);
    expect((await on.rollBack(sara, 'back')).body).toMatchObject({ to_version: 1 });
    expect(refusal(await on.rollBack(sara, 'back'))).toEqual([409, 'nothing_before']);
    expect(await on.inMlflow('back')).toBe('1');
  });

  it('passes over what was deleted since, and is for those who may promote', async () => {
    for (let n = 0; n < 3; n += 1) await world.registered('holes');
    for (const version of [1, 2, 3]) await on.request(sara, 'holes', version);
    expect((await world.ask(sara, 'DELETE', at('holes', '/versions/2'))).status).toBe(204);
    expect(refusal(await on.rollBack(viewer, 'holes'))).toEqual([403, 'forbidden']);
    expect(refusal(await on.rollBack(sara, 'holes', {}, 'canary'))).toEqual([422, 'alias_not_protected']);
    expect((await on.rollBack(sara, 'holes')).body).toMatchObject({ from_version: 3, to_version: 1 });
  });

  it('is told when somebody was quicker', async () => {
    for (let n = 0; n < 2; n += 1) await world.registered('quicker');
    for (const version of [1, 2]) await on.request(sara, 'quicker', version);
    const both = await Promise.all([
      on.rollBack(sara, 'quicker', { from_version: 2 }),
      on.rollBack(omid, 'quicker', { from_version: 2 }),
    ]);
    expect(both.map((one) => refusal(one)).toSorted()).toEqual([
      [200, undefined],
      [409, 'alias_moved'],
    ]);
    expect(await on.inMlflow('quicker')).toBe('1');
  });

  it('works while MLflow is away, which follows when it is back; history says what held at a moment', async () => {
    for (let n = 0; n < 2; n += 1) await world.registered('away');
    for (const version of [1, 2]) await on.request(sara, 'away', version);
    await world.mlflowAway();
    expect((await on.rollBack(sara, 'away')).body).toMatchObject({ to_version: 1 });
    expect(await on.aliases('away')).toEqual([['champion', 1]]);
    expect(refusal(await on.request(sara, 'away', 2))).toEqual([503, 'mlflow_unavailable']);
    await world.mlflowUp();
    await expect.poll(() => on.inMlflow('away')).toBe('1');
    const [third, second, first] = await on.history('away');
    for (const move of [third!, second!, first!])
      expect(await on.history('away', `alias=champion&at=${encodeURIComponent(move.at)}`)).toMatchObject([
        { to_version: move.to_version },
      ]);
    expect(await on.history('away', `at=2020-01-01T00:00:00.000Z`)).toEqual([]);
    await on.withRules(FIRST);
  });
});

describe('a protected alias', () => {
  it('is neither set nor taken away by MLflow’s own client, which is told how to', async () => {
    await on.withRules({ champion: {} });
    for (let n = 0; n < 2; n += 1) await world.registered('guarded');
    await on.request(sara, 'guarded', 1);
    const set = { name: 'guarded', alias: 'champion', version: '2' };
    const refused = await world.mlflow(sara, 'POST', '/mlflow/registered-models/alias', set);
    expect([refused.status, refused.text]).toEqual([403, expect.stringContaining('kargah models promote')]);
    expect(refused.json<{ error_code: string }>().error_code).toBe('PERMISSION_DENIED');
    const taken = { name: 'guarded', alias: 'champion' };
    expect((await world.mlflow(sara, 'DELETE', '/mlflow/registered-models/alias', taken)).status).toBe(403);
    const renamed = { name: 'guarded', new_name: 'free' };
    expect((await world.mlflow(sara, 'POST', '/mlflow/registered-models/rename', renamed)).status).toBe(409);
    expect(refusal(await world.ask(sara, 'PUT', at('guarded', '/aliases/champion'), { version: 2 }))).toEqual([
      403,
      'alias_protected',
    ]);
    expect(refusal(await world.ask(sara, 'DELETE', at('guarded', '/versions/1')))).toEqual([409, 'version_aliased']);
    expect(await on.inMlflow('guarded')).toBe('1');
  });

  it('is taken away through the bridge, and comes back by rolling back', async () => {
    await world.registered('demoted');
    await on.request(sara, 'demoted', 1);
    expect((await world.ask(omid, 'DELETE', at('demoted', '/aliases/champion'))).status).toBe(204);
    expect([await on.aliases('demoted'), await on.inMlflow('demoted')]).toEqual([[], null]);
    expect(await on.history('demoted')).toMatchObject([{ kind: 'demote', from_version: 1, to_version: null }, {}]);
    expect((await on.rollBack(sara, 'demoted')).body).toMatchObject({ from_version: null, to_version: 1 });
    expect(await on.inMlflow('demoted')).toBe('1');
  });

  it('is adopted where MLflow has it when it becomes protected, and from then on stays where it is put', async () => {
    await world.registered('adopted');
    const set = { name: 'adopted', alias: 'live', version: '1' };
    expect((await world.mlflow(sara, 'POST', '/mlflow/registered-models/alias', set)).status).toBe(200);
    await on.withRules({ champion: {}, live: {} });
    expect(await on.history('adopted')).toMatchObject([
      { kind: 'adopt', alias: 'live', to_version: 1, by: { user_id: 'kargah' } },
    ]);
    expect((await world.mlflow(sara, 'POST', '/mlflow/registered-models/alias', set)).status).toBe(403);
    await on.withRules(FIRST);
  });

  it('that is protected no longer is MLflow’s own again, and is adopted anew when it is protected again', async () => {
    await on.withRules({ champion: {}, live: {} });
    for (let n = 0; n < 2; n += 1) await world.registered('freed');
    await on.request(sara, 'freed', 1, 'live');
    await on.withRules({ champion: {} });
    const set = { name: 'freed', alias: 'live', version: '2' };
    expect((await world.mlflow(sara, 'POST', '/mlflow/registered-models/alias', set)).status).toBe(200);
    expect(await on.aliases('freed')).toEqual([['live', 2]]);
    await on.withRules({ champion: {}, live: {} });
    expect(await on.history('freed')).toMatchObject([
      { kind: 'adopt', to_version: 2 },
      { kind: 'promote', to_version: 1 },
    ]);
    expect([await on.aliases('freed'), await on.inMlflow('freed', 'live')]).toEqual([[['live', 2]], '2']);
    await on.withRules(FIRST);
  });
});

describe('a version of a model that was deleted and made again', () => {
  it('is not what the alias pointed to before, though it has the number: rolling back passes over it', async () => {
    await on.withRules({ champion: {} });
    await world.registered('anew');
    expect((await on.request(omid, 'anew', 1)).body.state).toBe('done');
    await on.remove(omid, 'anew', '/aliases/champion');
    await on.remove(omid, 'anew');
    expect(await world.registered('anew')).toBe(1);
    expect(refusal(await on.rollBack(omid, 'anew'))).toEqual([409, 'nothing_before']);
    expect(await on.aliases('anew')).toEqual([]);
  });

  it('is not what a waiting request asked for, which fails when it is approved', async () => {
    await on.withRules({ champion: { approval: 'another' } });
    await world.registered('switched');
    const asked = (await on.request(omid, 'switched', 1)).body;
    expect(asked.state).toBe('waiting');
    await on.remove(omid, 'switched');
    expect(await world.registered('switched')).toBe(1);
    expect(refusal(await on.decide(sara, asked, 'approve'))).toEqual([409, 'gates_failed']);
    const { body } = await world.ask<ModelRequest>(sara, 'GET', `/api/v1/model-requests/${asked.request_id}`);
    expect([body.state, failures(body)]).toEqual(['failed', [['version', 'gate_version_gone']]]);
    expect(await on.aliases('switched')).toEqual([]);
  });

  it('may be asked for while a request for the earlier one of its number waits, which ends then', async () => {
    await on.withRules({ champion: { approval: 'another' } });
    await world.registered('again');
    const first = (await on.request(omid, 'again', 1)).body;
    await on.remove(omid, 'again');
    await world.registered('again');
    const second = await on.request(omid, 'again', 1);
    expect([second.status, second.body.state]).toEqual([201, 'waiting']);
    const { body } = await world.ask<ModelRequest>(sara, 'GET', `/api/v1/model-requests/${first.request_id}`);
    expect([body.state, failures(body)]).toEqual(['failed', [['version', 'gate_version_gone']]]);
    expect((await on.decide(sara, second.body, 'approve')).body.state).toBe('done');
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
    await on.withRules({ champion: { report: true } });
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
    expect(failures((await on.request(omid, 'two', 1)).body)).toEqual([['report', 'gate_no_report']]);
    expect(failures((await on.request(omid, 'two', 2)).body)).toEqual([]);
    expect(await on.aliases('two')).toEqual([['champion', 2]]);
    expect((await world.mlflow(omid, 'DELETE', `/mlflow/logged-models/${good.id}`)).status).toBe(409);
    // The run's own files have a report, and no logged model of that name stands for them.
    await version('two', { source: `${await world.artifactsOf(run)}/model`, run_id: run });
    expect(failures((await on.request(omid, 'two', 3)).body)).toEqual([]);
  });

  it('is none where its files are another run’s than it names, and then nobody knows what it learned from', async () => {
    await on.withRules({ champion: { report: true } });
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
    expect(failures((await on.request(omid, 'borrowed', 1)).body)).toEqual([['report', 'gate_no_report']]);
    expect(await on.aliases('borrowed')).toEqual([]);
  });
});

describe('MLflow’s own client', () => {
  it.each(['0_1', '۱', ' 1', '1 ', '+1', '01', '1_', '1e0', ''])(
    'that spells the champion’s version as %j deletes nothing',
    async (spelled) => {
      await on.withRules({ champion: {} });
      const name = 'spelled';
      if ((await world.ask(sara, 'GET', at(name))).status === 404) {
        await world.registered(name);
        expect((await on.request(omid, name, 1)).body.state).toBe('done');
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
      expect(await on.aliases(name)).toEqual([['champion', 1]]);
      expect((await world.ask(sara, 'GET', at(name, '/versions/1'))).status).toBe(200);
    },
  );

  it('that names one version in the query and another as a number in the body deletes neither', async () => {
    await on.withRules({ champion: {} });
    for (let n = 0; n < 2; n += 1) await world.registered('twice');
    await on.request(omid, 'twice', 1);
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
  await on.withRules({ champion: rules });
  const learned = { dataset_sha256: 'abc', split_id: 'spl_1' };
  for (const right of [180, 160]) {
    const job_id = await world.trained('n', { right }, learned);
    expect((await world.ask(sara, 'POST', at('dethroned', '/versions'), { job_id })).status).toBe(201);
  }
  expect((await on.request(omid, 'dethroned', 1)).body.state).toBe('done');
  await on.remove(omid, 'dethroned', '/aliases/champion');
  const worse = (await on.request(omid, 'dethroned', 2)).body;
  expect(worse.checks.at(-1)).toMatchObject({ gate: 'not_worse', value: 0.8, limit: 0.9, why: { code: 'gate_worse' } });
  expect((await on.request(omid, 'dethroned', 1)).body.state).toBe('done');
  // Nothing that it pointed to is left: nothing to be worse than.
  await on.remove(omid, 'dethroned', '/aliases/champion');
  await on.remove(omid, 'dethroned', '/versions/1');
  expect((await on.request(omid, 'dethroned', 2)).body.state).toBe('done');
});
