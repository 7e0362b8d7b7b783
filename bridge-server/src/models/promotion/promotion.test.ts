import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ModelsWorld, type ReportOf, type Signed } from '../../../test/support/models.js';
import type { LedgerRow } from '../../contract/ledger.js';
import type { PairedFigures } from '../../contract/training/paired.js';
import type { RegisteredModel } from '../contract.js';
import type { ModelMove, ModelRequest, ModelRules } from './contract.js';

let world: ModelsWorld;
let sara: Signed;
let omid: Signed;
let viewer: Signed;
beforeAll(async () => {
  world = await ModelsWorld.start();
  ({ sara } = world);
  omid = await world.member('omid', 'editor');
  viewer = await world.member('vida', 'viewer');
});
afterAll(() => world.close());

type Page<T> = { items: T[]; next_cursor: string | null };
const at = (name: string, rest = ''): string => `/api/v1/models/${encodeURIComponent(name)}${rest}`;
const refusal = ({ status, body }: { status: number; body: { code?: string } }) => [status, body.code];
const request = (who: Signed, name: string, version: number, alias = 'champion') =>
  world.ask<ModelRequest>(who, 'POST', at(name, '/requests'), { version, alias, why: `نسخهٔ ${String(version)}` });
const decide = (who: Signed, { request_id: id }: ModelRequest, act: string, reason?: string) =>
  world.ask<ModelRequest>(who, 'POST', `/api/v1/model-requests/${id}/${act}`, reason === undefined ? {} : { reason });
const rollBack = (who: Signed, name: string, body: object = {}, alias = 'champion') =>
  world.ask<ModelMove>(who, 'POST', at(name, `/aliases/${alias}/rollback`), body);
const history = async (name: string, query = '') =>
  (await world.ask<Page<ModelMove>>(sara, 'GET', at(name, `/history?${query}`))).body.items;
const aliases = async (name: string) =>
  (await world.ask<RegisteredModel>(sara, 'GET', at(name))).body.aliases.map(({ alias, version }) => [alias, version]);
/** Where MLflow's own clients find it. */
const inMlflow = async (name: string, alias = 'champion'): Promise<string | null> => {
  const found = await world.mlflow(
    sara,
    'GET',
    `/mlflow/registered-models/alias?name=${encodeURIComponent(name)}&alias=${alias}`,
  );
  return found.status === 200 ? found.json<{ model_version: { version: string } }>().model_version.version : null;
};
const RULES = (): string => `/api/v1/projects/${world.project}/model-rules`;
async function withRules(aliasRules: Partial<Record<string, object>>): Promise<void> {
  const { revision } = (await world.ask<ModelRules>(sara, 'GET', RULES())).body;
  const set = await world.ask<ModelRules>(sara, 'PUT', RULES(), { aliases: aliasRules, revision });
  expect([set.status, set.body]).toEqual([200, expect.anything()]);
}
/** The next version of a name, of a job that learned from one dataset and split if nothing else is said. */
async function add(name: string, report: ReportOf | null, learned: object = {}): Promise<void> {
  const job_id = await world.trained('n', report, { dataset_sha256: 'abc', split_id: 'spl_1', ...learned });
  expect((await world.ask(sara, 'POST', at(name, '/versions'), { job_id })).status).toBe(201);
}
const gates = ({ checks }: ModelRequest) => checks.map(({ gate, state, why }) => [gate, state, why?.code ?? null]);
/** As the rules are where nobody set any. */
const FIRST = { challenger: {}, champion: { report: true, test_rows: true, approval: 'if_there_is_another' } };

describe('the rules of a project', () => {
  it('protect a challenger and a champion, which another person approves, before anybody sets any', async () => {
    const { status, body } = await world.ask<ModelRules>(viewer, 'GET', RULES());
    expect([status, body]).toMatchObject([
      200,
      { revision: 0, changed_by: null, aliases: { challenger: { approval: 'none' }, champion: FIRST.champion } },
    ]);
  });

  it('are set by owners alone, as fields or as one YAML that says the same', async () => {
    for (const who of [omid, viewer])
      expect(refusal(await world.ask(who, 'PUT', RULES(), { aliases: {}, revision: 0 }))).toEqual([403, 'forbidden']);
    const yaml =
      'aliases:\n  prod:\n    metrics:\n      - metric: accuracy\n        at_least: 0.8\n    approval: another\n';
    const before = (await world.ask<ModelRules>(sara, 'GET', RULES())).body;
    const set = await world.ask<ModelRules>(sara, 'PUT', RULES(), { yaml, revision: before.revision });
    expect(set.body).toMatchObject({
      revision: before.revision + 1,
      aliases: { prod: { metrics: [{ metric: 'accuracy', at_least: 0.8, interval: true }], approval: 'another' } },
    });
    const again = await world.ask<ModelRules>(sara, 'PUT', RULES(), {
      yaml: set.body.yaml,
      revision: set.body.revision,
    });
    expect(again.body.aliases).toEqual(set.body.aliases);
    expect(refusal(await world.ask(sara, 'PUT', RULES(), { yaml, revision: before.revision }))).toEqual([
      409,
      'rules_moved',
    ]);
    await withRules(FIRST);
  });

  it.each(['a: [', 'aliases: 3', 'champion:\n  aproval: another', 'champion:\n  metrics: [{metric: x}]'])(
    'that cannot be read, %j, are refused with what is wrong',
    async (yaml) => {
      const { revision } = (await world.ask<ModelRules>(sara, 'GET', RULES())).body;
      expect(refusal(await world.ask(sara, 'PUT', RULES(), { yaml, revision }))).toEqual([422, 'rules_unreadable']);
    },
  );

  it('name no alias that MLflow would refuse', async () => {
    const { revision } = (await world.ask<ModelRules>(sara, 'GET', RULES())).body;
    const answer = await world.ask(sara, 'PUT', RULES(), { aliases: { latest: {} }, revision });
    expect(refusal(answer)).toEqual([422, 'alias_refused']);
  });
});

describe('a request', () => {
  it('waits for another person, who approves it; then the alias points there, in MLflow too', async () => {
    await world.registered('price', { part: 'test' });
    const asked = await request(omid, 'price', 1);
    expect([asked.status, asked.body]).toMatchObject([
      201,
      { state: 'waiting', alias: 'champion', version: 1, why: 'نسخهٔ 1', requested_by: { user_id: omid.userId } },
    ]);
    expect(gates(asked.body)).toEqual([
      ['version', 'passed', null],
      ['report', 'passed', null],
      ['test_rows', 'passed', null],
      ['approval', 'waiting', null],
    ]);
    expect(await inMlflow('price')).toBeNull();
    expect(refusal(await decide(omid, asked.body, 'approve'))).toEqual([403, 'own_request']);
    expect(refusal(await decide(viewer, asked.body, 'approve'))).toEqual([403, 'forbidden']);
    const waiting = async (who: Signed) =>
      (
        await world.ask<Page<ModelRequest>>(who, 'GET', '/api/v1/model-requests?waiting_for_me=true&name=price')
      ).body.items.map(({ request_id }) => request_id);
    expect([await waiting(omid), await waiting(viewer), await waiting(sara)]).toEqual([
      [],
      [],
      [asked.body.request_id],
    ]);
    const done = await decide(sara, asked.body, 'approve', 'خوب است');
    expect([done.status, done.body]).toMatchObject([
      200,
      { state: 'done', decided_by: { user_id: sara.userId }, reason: 'خوب است' },
    ]);
    expect([await aliases('price'), await inMlflow('price')]).toEqual([[['champion', 1]], '1']);
    expect(await history('price')).toMatchObject([
      { kind: 'promote', from_version: null, to_version: 1, by: { user_id: sara.userId }, why: 'نسخهٔ 1' },
    ]);
    expect(refusal(await decide(sara, asked.body, 'approve'))).toEqual([409, 'request_not_open']);
    const object = encodeURIComponent('model/price@champion');
    const { items } = (await world.ask<Page<LedgerRow>>(sara, 'GET', `/api/v1/ledger?object=${object}`)).body;
    expect(items).toMatchObject([
      {
        action: 'model.promote',
        actor: { id: sara.userId },
        before: { alias: 'champion', version: null },
        after: { alias: 'champion', version: 1, requested_by: omid.userId },
      },
    ]);
  });

  it('is refused with a reason, or withdrawn by whoever made it', async () => {
    await world.registered('decided', { part: 'test' });
    const first = (await request(omid, 'decided', 1)).body;
    expect((await decide(sara, first, 'refuse')).status).toBe(422);
    expect((await decide(sara, first, 'refuse', 'داده کم است')).body).toMatchObject({
      state: 'refused',
      reason: 'داده کم است',
    });
    const second = (await request(omid, 'decided', 1)).body;
    expect(refusal(await request(sara, 'decided', 1))).toEqual([409, 'request_open']);
    expect(refusal(await decide(sara, second, 'withdraw'))).toEqual([403, 'forbidden']);
    expect((await decide(omid, second, 'withdraw')).body).toMatchObject({ state: 'withdrawn' });
    expect(refusal(await decide(sara, second, 'approve'))).toEqual([409, 'request_not_open']);
    expect(await aliases('decided')).toEqual([]);
  });

  it('moves the alias at once where nobody has to approve', async () => {
    await world.registered('quick');
    expect((await request(omid, 'quick', 1, 'challenger')).body).toMatchObject({ state: 'done' });
    expect([await aliases('quick'), await inMlflow('quick', 'challenger')]).toEqual([[['challenger', 1]], '1']);
    expect(refusal(await request(omid, 'quick', 1, 'challenger'))).toEqual([409, 'already_there']);
  });

  it('for an alias that is not protected, a version that is not there, or by a viewer is refused', async () => {
    await world.registered('bad');
    expect(refusal(await request(omid, 'bad', 1, 'canary'))).toEqual([422, 'alias_not_protected']);
    expect(refusal(await request(omid, 'bad', 9))).toEqual([404, 'not_found']);
    expect(refusal(await request(viewer, 'bad', 1))).toEqual([403, 'forbidden']);
  });

  it.each([
    ['no report', null, {}, ['report', 'gate_no_report']],
    [
      'a report on the rows by which the best epoch was chosen',
      { part: 'validation' },
      {},
      ['test_rows', 'gate_chosen_on_these'],
    ],
    [
      'a metric that the report has not',
      { part: 'test' },
      { metrics: [{ metric: 'f2', at_least: 0.1 }] },
      ['metric', 'gate_metric_missing'],
    ],
    [
      'a metric that the rows did not tell',
      { part: 'test', accuracy: { value: null, low: null, high: null } },
      { metrics: [{ metric: 'accuracy', at_least: 0.1 }] },
      ['metric', 'gate_metric_unknown'],
    ],
    [
      'a metric whose interval begins below the limit',
      { part: 'test', accuracy: { value: 0.91, low: 0.88, high: 0.94 } },
      { metrics: [{ metric: 'accuracy', at_least: 0.9 }] },
      ['metric', 'gate_metric_short'],
    ],
    [
      'a metric above the most that it may be',
      { part: 'test' },
      { metrics: [{ metric: 'accuracy', at_most: 0.5 }] },
      ['metric', 'gate_metric_short'],
    ],
  ] as const)('fails on %s, and says what to do', async (title, report, more, [gate, code]) => {
    await withRules({ champion: { report: true, test_rows: true, ...more } });
    const name = `gate-${String(title.length)}`;
    await world.registered(name, report);
    const { body } = await request(sara, name, 1);
    expect(body).toMatchObject({ state: 'failed' });
    expect(body.checks.filter(({ state }) => state === 'failed').map((check) => [check.gate, check.why?.code])).toEqual(
      [[gate, code]],
    );
    expect(body.checks.at(-1)?.why?.detail_fa).toMatch(/[\u0600-\u06ff]/u);
    expect(await aliases(name)).toEqual([]);
    await withRules(FIRST);
  });

  it('passes a least metric by its value where the interval does not count', async () => {
    await withRules({ champion: { metrics: [{ metric: 'accuracy', at_least: 0.9, interval: false }] } });
    await world.registered('by-value', { part: 'test', accuracy: { value: 0.91, low: 0.88, high: 0.94 } });
    expect((await request(sara, 'by-value', 1)).body).toMatchObject({ state: 'done' });
    await withRules(FIRST);
  });

  it('is held against the present champion row by row: by the worse end of the interval, or by the difference', async () => {
    const rules = (interval: boolean) => ({
      champion: { not_worse: { metric: 'accuracy', margin: 0.02, interval } },
    });
    await withRules(rules(true));
    for (const right of [180, 160, 179, 170]) await add('rivals', { right });
    expect((await request(sara, 'rivals', 1)).body.state).toBe('done');
    expect((await request(sara, 'rivals', 2)).body.checks.at(-1)).toMatchObject({
      gate: 'not_worse',
      value: 0.8,
      limit: 0.9,
      paired: { rows: 200, difference: expect.closeTo(-0.1) },
      why: {
        code: 'gate_worse',
        detail: expect.stringMatching(
          /^rivals 2 is worse than rivals 1 by 10\.0 points \(accuracy\), 95 % interval .*on the same 200 rows\. .*0\.02/u,
        ),
        detail_fa: expect.stringContaining('همان 200 ردیف'),
      },
    });
    // One row worse: known to be no worse than by two in a hundred.
    expect((await request(sara, 'rivals', 3)).body).toMatchObject({
      state: 'done',
      checks: [{}, {}, {}, { paired: { low: expect.closeTo(-0.015, 1) } }],
    });
    // Nine rows worse: by 0.045, and who asks for no interval allows that.
    const wide = { champion: { not_worse: { metric: 'accuracy', margin: 0.05 } } };
    await withRules(wide);
    expect((await request(sara, 'rivals', 4)).body.checks.at(-1)?.why?.code).toBe('gate_worse');
    await withRules({ champion: { not_worse: { metric: 'accuracy', margin: 0.05, interval: false } } });
    expect((await request(sara, 'rivals', 4)).body.state).toBe('done');
    await withRules(FIRST);
  });

  it('that cannot be held against the champion says what is missing for that, and what to do', async () => {
    const rules = { champion: { not_worse: { metric: 'accuracy', margin: 0.01 } } };
    await withRules(rules);
    await add('lacks', { right: 180 });
    await add('lacks', { right: 190 }, { split_id: 'spl_2' });
    await add('lacks', { right: 190 }, { dataset_sha256: 'def' });
    await add('lacks', {});
    await add('lacks', { right: 90, kept: 100 });
    await add('lacks', { right: 190, accuracy: { value: null, low: null, high: null } });
    await add('lacks', null);
    expect((await request(sara, 'lacks', 1)).body.state).toBe('done');
    const why = async (version: number) => (await request(sara, 'lacks', version)).body.checks.at(-1)?.why?.code;
    expect([await why(2), await why(3), await why(4), await why(5), await why(6), await why(7)]).toEqual([
      'gate_other_split',
      'gate_other_data',
      'gate_rows_missing',
      'gate_other_rows',
      'gate_metric_unknown',
      'gate_no_report',
    ]);
    await withRules({ champion: {} });
    expect((await request(sara, 'lacks', 7)).body.state).toBe('done');
    await withRules(rules);
    expect(await why(1)).toBe('gate_champion_unreported');
    await withRules(FIRST);
  });

  it('aside, two versions are held against each other by whoever may read them', async () => {
    for (const right of [160, 180]) await add('pair', { right });
    await add('pair', {});
    const against = (who: Signed, other: number, query = '') =>
      world.ask<PairedFigures>(who, 'GET', at('pair', `/versions/1/against/${String(other)}${query}`));
    const { body } = await against(viewer, 2);
    expect(body).toMatchObject({
      metric: 'accuracy',
      first: { value: 0.8, rows: 200 },
      second: { value: 0.9, rows: 200 },
      rows: 200,
      difference: expect.closeTo(0.1),
    });
    expect(body.sentence).toMatch(/^pair 2 is better than pair 1 by 10\.0 points/u);
    expect((await against(viewer, 2, '?metric=log_loss')).body).toMatchObject({ metric: 'log_loss' });
    const refused = await against(viewer, 2, '?metric=r2');
    expect([refusal(refused), refused.body.detail]).toEqual([
      [409, 'rows_differ'],
      expect.stringContaining('they have accuracy'),
    ]);
    expect(refusal(await against(viewer, 3))).toEqual([404, 'report_rows_missing']);
    expect(refusal(await against(viewer, 9))).toEqual([404, 'not_found']);
    const foreign = await world.bridge.call('GET', at('pair', '/versions/1/against/2'), {
      token: (await world.person('reza')).token,
    });
    expect(foreign.status).toBe(404);
  });

  it('whose version MLflow’s own client deletes meanwhile fails when it is approved', async () => {
    await world.registered('vanishes', { part: 'test' });
    const asked = (await request(omid, 'vanishes', 1)).body;
    const gone = await world.mlflow(sara, 'DELETE', '/mlflow/model-versions/delete', {
      name: 'vanishes',
      version: '1',
    });
    expect(gone.status).toBe(200);
    expect(refusal(await decide(sara, asked, 'approve'))).toEqual([409, 'gates_failed']);
    const { body } = await world.ask<ModelRequest>(sara, 'GET', `/api/v1/model-requests/${asked.request_id}`);
    expect([body.state, gates(body)]).toEqual(['failed', [['version', 'failed', 'gate_version_gone']]]);
  });

  it('of somebody who was made a viewer since is not approved, and says that another one has to ask', async () => {
    await world.registered('orphan', { part: 'test' });
    const nima = await world.member('nima', 'editor');
    const asked = (await request(nima, 'orphan', 1)).body;
    const member = `/api/v1/projects/${world.project}/members/${nima.userId}`;
    expect((await world.ask(sara, 'PATCH', member, { role: 'viewer' })).status).toBe(200);
    expect(refusal(await decide(sara, asked, 'approve'))).toEqual([409, 'requester_may_not']);
    const { body } = await world.ask<ModelRequest>(sara, 'GET', `/api/v1/model-requests/${asked.request_id}`);
    expect([body.state, gates(body).at(-1)]).toEqual(['failed', ['approval', 'failed', 'requester_may_not']]);
    expect([await aliases('orphan'), await inMlflow('orphan')]).toEqual([[], null]);
  });

  it('that another one overtakes does not move the alias, and whoever approves is told', async () => {
    await world.registered('race', { part: 'test' });
    await world.registered('race', { part: 'test' });
    const first = (await request(omid, 'race', 1)).body;
    const second = (await request(omid, 'race', 2)).body;
    const answers = await Promise.all([decide(sara, first, 'approve'), decide(sara, second, 'approve')]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
    expect(answers.find(({ status }) => status === 409)?.body.code).toBe('alias_moved');
    const winner = answers.find(({ status }) => status === 200)!.body;
    expect([await aliases('race'), await inMlflow('race')]).toEqual([
      [['champion', winner.version]],
      String(winner.version),
    ]);
    const loser = winner.request_id === first.request_id ? second : first;
    const { body } = await world.ask<ModelRequest>(sara, 'GET', `/api/v1/model-requests/${loser.request_id}`);
    expect(body.state).toBe('overtaken');
    expect(await history('race')).toHaveLength(1);
  });
});

describe('rolling back', () => {
  it('returns to what the alias named before, and further back, never forward again', async () => {
    await withRules({ champion: {} });
    for (let n = 0; n < 3; n += 1) await world.registered('back');
    for (const version of [1, 2, 3]) expect((await request(sara, 'back', version)).body.state).toBe('done');
    const { body: model } = await world.ask<RegisteredModel>(sara, 'GET', at('back'));
    expect(model.aliases).toMatchObject([
      { alias: 'champion', version: 3, protected: true, before: 2, by: { user_id: sara.userId } },
    ]);
    const moved = await rollBack(omid, 'back', { why: 'خطا بالا رفت', from_version: 3 });
    expect([moved.status, moved.body]).toMatchObject([
      200,
      { kind: 'roll_back', from_version: 3, to_version: 2, why: 'خطا بالا رفت', by: { user_id: omid.userId } },
    ]);
    expect([await aliases('back'), await inMlflow('back')]).toEqual([[['champion', 2]], '2']);
    expect((await rollBack(sara, 'back')).body).toMatchObject({ to_version: 1 });
    expect(refusal(await rollBack(sara, 'back'))).toEqual([409, 'nothing_before']);
    expect(await inMlflow('back')).toBe('1');
  });

  it('passes over what was deleted since, and is for those who may promote', async () => {
    for (let n = 0; n < 3; n += 1) await world.registered('holes');
    for (const version of [1, 2, 3]) await request(sara, 'holes', version);
    expect((await world.ask(sara, 'DELETE', at('holes', '/versions/2'))).status).toBe(204);
    expect(refusal(await rollBack(viewer, 'holes'))).toEqual([403, 'forbidden']);
    expect(refusal(await rollBack(sara, 'holes', {}, 'canary'))).toEqual([422, 'alias_not_protected']);
    expect((await rollBack(sara, 'holes')).body).toMatchObject({ from_version: 3, to_version: 1 });
  });

  it('is told when somebody was quicker', async () => {
    for (let n = 0; n < 2; n += 1) await world.registered('quicker');
    for (const version of [1, 2]) await request(sara, 'quicker', version);
    const both = await Promise.all([
      rollBack(sara, 'quicker', { from_version: 2 }),
      rollBack(omid, 'quicker', { from_version: 2 }),
    ]);
    expect(both.map((one) => refusal(one)).toSorted()).toEqual([
      [200, undefined],
      [409, 'alias_moved'],
    ]);
    expect(await inMlflow('quicker')).toBe('1');
  });

  it('works while MLflow is away, which follows when it is back; history says what held at a moment', async () => {
    for (let n = 0; n < 2; n += 1) await world.registered('away');
    for (const version of [1, 2]) await request(sara, 'away', version);
    await world.mlflowAway();
    expect((await rollBack(sara, 'away')).body).toMatchObject({ to_version: 1 });
    expect(await aliases('away')).toEqual([['champion', 1]]);
    expect(refusal(await request(sara, 'away', 2))).toEqual([503, 'mlflow_unavailable']);
    await world.mlflowUp();
    await expect.poll(() => inMlflow('away')).toBe('1');
    const [third, second, first] = await history('away');
    for (const move of [third!, second!, first!])
      expect(await history('away', `alias=champion&at=${encodeURIComponent(move.at)}`)).toMatchObject([
        { to_version: move.to_version },
      ]);
    expect(await history('away', `at=2020-01-01T00:00:00.000Z`)).toEqual([]);
    await withRules(FIRST);
  });
});

describe('a protected alias', () => {
  it('is neither set nor taken away by MLflow’s own client, which is told how to', async () => {
    await withRules({ champion: {} });
    for (let n = 0; n < 2; n += 1) await world.registered('guarded');
    await request(sara, 'guarded', 1);
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
    expect(await inMlflow('guarded')).toBe('1');
  });

  it('is taken away through the bridge, and comes back by rolling back', async () => {
    await world.registered('demoted');
    await request(sara, 'demoted', 1);
    expect((await world.ask(omid, 'DELETE', at('demoted', '/aliases/champion'))).status).toBe(204);
    expect([await aliases('demoted'), await inMlflow('demoted')]).toEqual([[], null]);
    expect(await history('demoted')).toMatchObject([{ kind: 'demote', from_version: 1, to_version: null }, {}]);
    expect((await rollBack(sara, 'demoted')).body).toMatchObject({ from_version: null, to_version: 1 });
    expect(await inMlflow('demoted')).toBe('1');
  });

  it('is adopted where MLflow has it when it becomes protected, and from then on stays where it is put', async () => {
    await world.registered('adopted');
    const set = { name: 'adopted', alias: 'live', version: '1' };
    expect((await world.mlflow(sara, 'POST', '/mlflow/registered-models/alias', set)).status).toBe(200);
    await withRules({ champion: {}, live: {} });
    expect(await history('adopted')).toMatchObject([
      { kind: 'adopt', alias: 'live', to_version: 1, by: { user_id: 'kargah' } },
    ]);
    expect((await world.mlflow(sara, 'POST', '/mlflow/registered-models/alias', set)).status).toBe(403);
    await withRules(FIRST);
  });

  it('that is protected no longer is MLflow’s own again, and is adopted anew when it is protected again', async () => {
    await withRules({ champion: {}, live: {} });
    for (let n = 0; n < 2; n += 1) await world.registered('freed');
    await request(sara, 'freed', 1, 'live');
    await withRules({ champion: {} });
    const set = { name: 'freed', alias: 'live', version: '2' };
    expect((await world.mlflow(sara, 'POST', '/mlflow/registered-models/alias', set)).status).toBe(200);
    expect(await aliases('freed')).toEqual([['live', 2]]);
    await withRules({ champion: {}, live: {} });
    expect(await history('freed')).toMatchObject([
      { kind: 'adopt', to_version: 2 },
      { kind: 'promote', to_version: 1 },
    ]);
    expect([await aliases('freed'), await inMlflow('freed', 'live')]).toEqual([[['live', 2]], '2']);
    await withRules(FIRST);
  });
});
