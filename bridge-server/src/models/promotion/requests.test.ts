import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ModelsWorld, type Signed } from '../../../test/support/models.js';
import { at, FIRST, gates, Promotions, refusal, type PageOf } from '../../../test/support/promotion.js';
import type { LedgerRow } from '../../contract/ledger.js';
import type { PairedFigures } from '../../contract/training/paired.js';
import type { ModelRequest, ModelRules } from './contract.js';

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

describe('the rules of a project', () => {
  it('protect a challenger and a champion, which another person approves, before anybody sets any', async () => {
    const { status, body } = await world.ask<ModelRules>(viewer, 'GET', on.rulesPath);
    expect([status, body]).toMatchObject([
      200,
      { revision: 0, changed_by: null, aliases: { challenger: { approval: 'none' }, champion: FIRST.champion } },
    ]);
  });

  it('are set by owners alone, as fields or as one YAML that says the same', async () => {
    for (const who of [omid, viewer])
      expect(refusal(await world.ask(who, 'PUT', on.rulesPath, { aliases: {}, revision: 0 }))).toEqual([
        403,
        'forbidden',
      ]);
    const yaml =
      'aliases:\n  prod:\n    metrics:\n      - metric: accuracy\n        at_least: 0.8\n    approval: another\n';
    const before = (await world.ask<ModelRules>(sara, 'GET', on.rulesPath)).body;
    const set = await world.ask<ModelRules>(sara, 'PUT', on.rulesPath, { yaml, revision: before.revision });
    expect(set.body).toMatchObject({
      revision: before.revision + 1,
      aliases: { prod: { metrics: [{ metric: 'accuracy', at_least: 0.8, interval: true }], approval: 'another' } },
    });
    const again = await world.ask<ModelRules>(sara, 'PUT', on.rulesPath, {
      yaml: set.body.yaml,
      revision: set.body.revision,
    });
    expect(again.body.aliases).toEqual(set.body.aliases);
    expect(refusal(await world.ask(sara, 'PUT', on.rulesPath, { yaml, revision: before.revision }))).toEqual([
      409,
      'rules_moved',
    ]);
    await on.withRules(FIRST);
  });

  it.each([
    ['a: 1\nb: [', 2],
    ['aliases: 3', 1],
    ['champion:\n  report: true\n  aproval: another', 3],
    ['aliases:\n  champion:\n    metrics:\n      - metric: x\n        at_least: 1\n      - metric: y', 6],
    ['champion: &a { report: true }\nchallenger: *a', 1],
  ])('that cannot be read, %j, are refused with what is wrong and the line, %i', async (yaml, line) => {
    const { revision } = (await world.ask<ModelRules>(sara, 'GET', on.rulesPath)).body;
    const answer = await world.ask(sara, 'PUT', on.rulesPath, { yaml, revision });
    expect(answer).toMatchObject({ status: 422, body: { code: 'rules_unreadable', params: { line } } });
  });

  it('name no alias that MLflow would refuse', async () => {
    const { revision } = (await world.ask<ModelRules>(sara, 'GET', on.rulesPath)).body;
    const answer = await world.ask(sara, 'PUT', on.rulesPath, { aliases: { latest: {} }, revision });
    expect(refusal(answer)).toEqual([422, 'alias_refused']);
  });
});

describe('a request', () => {
  it('waits for another person, who approves it; then the alias points there, in MLflow too', async () => {
    await world.registered('price', { part: 'test' });
    const asked = await on.request(omid, 'price', 1);
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
    expect(await on.inMlflow('price')).toBeNull();
    expect(refusal(await on.decide(omid, asked.body, 'approve'))).toEqual([403, 'own_request']);
    expect(refusal(await on.decide(viewer, asked.body, 'approve'))).toEqual([403, 'forbidden']);
    const waiting = async (who: Signed) =>
      (
        await world.ask<PageOf<ModelRequest>>(who, 'GET', '/api/v1/model-requests?waiting_for_me=true&name=price')
      ).body.items.map(({ request_id }) => request_id);
    expect([await waiting(omid), await waiting(viewer), await waiting(sara)]).toEqual([
      [],
      [],
      [asked.body.request_id],
    ]);
    const done = await on.decide(sara, asked.body, 'approve', 'خوب است');
    expect([done.status, done.body]).toMatchObject([
      200,
      { state: 'done', decided_by: { user_id: sara.userId }, reason: 'خوب است' },
    ]);
    expect([await on.aliases('price'), await on.inMlflow('price')]).toEqual([[['champion', 1]], '1']);
    expect(await on.history('price')).toMatchObject([
      { kind: 'promote', from_version: null, to_version: 1, by: { user_id: sara.userId }, why: 'نسخهٔ 1' },
    ]);
    expect(refusal(await on.decide(sara, asked.body, 'approve'))).toEqual([409, 'request_not_open']);
    const object = encodeURIComponent('model/price@champion');
    const { items } = (await world.ask<PageOf<LedgerRow>>(sara, 'GET', `/api/v1/ledger?object=${object}`)).body;
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
    const first = (await on.request(omid, 'decided', 1)).body;
    expect((await on.decide(sara, first, 'refuse')).status).toBe(422);
    expect((await on.decide(sara, first, 'refuse', 'داده کم است')).body).toMatchObject({
      state: 'refused',
      reason: 'داده کم است',
    });
    const second = (await on.request(omid, 'decided', 1)).body;
    expect(refusal(await on.request(sara, 'decided', 1))).toEqual([409, 'request_open']);
    expect(refusal(await on.decide(sara, second, 'withdraw'))).toEqual([403, 'forbidden']);
    expect((await on.decide(omid, second, 'withdraw')).body).toMatchObject({ state: 'withdrawn' });
    expect(refusal(await on.decide(sara, second, 'approve'))).toEqual([409, 'request_not_open']);
    expect(await on.aliases('decided')).toEqual([]);
  });

  it('moves the alias at once where nobody has to approve', async () => {
    await world.registered('quick');
    expect((await on.request(omid, 'quick', 1, 'challenger')).body).toMatchObject({ state: 'done' });
    expect([await on.aliases('quick'), await on.inMlflow('quick', 'challenger')]).toEqual([[['challenger', 1]], '1']);
    expect(refusal(await on.request(omid, 'quick', 1, 'challenger'))).toEqual([409, 'already_there']);
  });

  it('for an alias that is not protected, a version that is not there, or by a viewer is refused', async () => {
    await world.registered('bad');
    expect(refusal(await on.request(omid, 'bad', 1, 'canary'))).toEqual([422, 'alias_not_protected']);
    expect(refusal(await on.request(omid, 'bad', 9))).toEqual([404, 'not_found']);
    expect(refusal(await on.request(viewer, 'bad', 1))).toEqual([403, 'forbidden']);
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
    await on.withRules({ champion: { report: true, test_rows: true, ...more } });
    const name = `gate-${String(title.length)}`;
    await world.registered(name, report);
    const { body } = await on.request(sara, name, 1);
    expect(body).toMatchObject({ state: 'failed' });
    expect(body.checks.filter(({ state }) => state === 'failed').map((check) => [check.gate, check.why?.code])).toEqual(
      [[gate, code]],
    );
    expect(body.checks.at(-1)?.why?.detail_fa).toMatch(/[\u0600-\u06ff]/u);
    expect(await on.aliases(name)).toEqual([]);
    await on.withRules(FIRST);
  });

  it('passes a least metric by its value where the interval does not count', async () => {
    await on.withRules({ champion: { metrics: [{ metric: 'accuracy', at_least: 0.9, interval: false }] } });
    await world.registered('by-value', { part: 'test', accuracy: { value: 0.91, low: 0.88, high: 0.94 } });
    expect((await on.request(sara, 'by-value', 1)).body).toMatchObject({ state: 'done' });
    await on.withRules(FIRST);
  });

  it('is held against the present champion row by row: by the worse end of the interval, or by the difference', async () => {
    const rules = (interval: boolean) => ({
      champion: { not_worse: { metric: 'accuracy', margin: 0.02, interval } },
    });
    await on.withRules(rules(true));
    for (const right of [180, 160, 179, 170]) await on.add('rivals', { right });
    expect((await on.request(sara, 'rivals', 1)).body.state).toBe('done');
    expect((await on.request(sara, 'rivals', 2)).body.checks.at(-1)).toMatchObject({
      gate: 'not_worse',
      value: 0.8,
      limit: 0.9,
      paired: { rows: 200, difference: expect.closeTo(-0.1) },
      why: {
        code: 'gate_worse',
        detail: expect.stringMatching(
          /^rivals 2 is worse than rivals 1 by 10\.0 points \(accuracy\), 95 % interval .*on the same 200 rows\. .*worse by 2 points at most/u,
        ),
        detail_fa: expect.stringMatching(/همان 200 ردیف.*حداکثر 2 واحد درصد/u),
      },
    });
    // One row worse: known to be no worse than by two in a hundred.
    expect((await on.request(sara, 'rivals', 3)).body).toMatchObject({
      state: 'done',
      checks: [{}, {}, {}, { paired: { low: expect.closeTo(-0.015, 1) } }],
    });
    // Nine rows worse: by 0.045, and who asks for no interval allows that.
    const wide = { champion: { not_worse: { metric: 'accuracy', margin: 0.05 } } };
    await on.withRules(wide);
    expect((await on.request(sara, 'rivals', 4)).body.checks.at(-1)?.why?.code).toBe('gate_worse');
    await on.withRules({ champion: { not_worse: { metric: 'accuracy', margin: 0.05, interval: false } } });
    expect((await on.request(sara, 'rivals', 4)).body.state).toBe('done');
    await on.withRules(FIRST);
  });

  it('that cannot be held against the champion says what is missing for that, and what to do', async () => {
    const rules = { champion: { not_worse: { metric: 'accuracy', margin: 0.01 } } };
    await on.withRules(rules);
    await on.add('lacks', { right: 180 });
    await on.add('lacks', { right: 190 }, { split_id: 'spl_2' });
    await on.add('lacks', { right: 190 }, { dataset_sha256: 'def' });
    await on.add('lacks', {});
    await on.add('lacks', { right: 90, kept: 100 });
    await on.add('lacks', { right: 190, accuracy: { value: null, low: null, high: null } });
    await on.add('lacks', null);
    expect((await on.request(sara, 'lacks', 1)).body.state).toBe('done');
    const why = async (version: number) => (await on.request(sara, 'lacks', version)).body.checks.at(-1)?.why?.code;
    expect([await why(2), await why(3), await why(4), await why(5), await why(6), await why(7)]).toEqual([
      'gate_other_split',
      'gate_other_data',
      'gate_rows_missing',
      'gate_other_rows',
      'gate_metric_unknown',
      'gate_no_report',
    ]);
    await on.withRules({ champion: {} });
    expect((await on.request(sara, 'lacks', 7)).body.state).toBe('done');
    await on.withRules(rules);
    expect(await why(1)).toBe('gate_champion_unreported');
    await on.withRules(FIRST);
  });

  it('aside, two versions are held against each other by whoever may read them', async () => {
    for (const right of [160, 180]) await on.add('pair', { right });
    await on.add('pair', {});
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
    const asked = (await on.request(omid, 'vanishes', 1)).body;
    const gone = await world.mlflow(sara, 'DELETE', '/mlflow/model-versions/delete', {
      name: 'vanishes',
      version: '1',
    });
    expect(gone.status).toBe(200);
    expect(refusal(await on.decide(sara, asked, 'approve'))).toEqual([409, 'gates_failed']);
    const { body } = await world.ask<ModelRequest>(sara, 'GET', `/api/v1/model-requests/${asked.request_id}`);
    expect([body.state, gates(body)]).toEqual(['failed', [['version', 'failed', 'gate_version_gone']]]);
  });

  it('of somebody who was made a viewer since is not approved, and says that another one has to ask', async () => {
    await world.registered('orphan', { part: 'test' });
    const nima = await world.member('nima', 'editor');
    const asked = (await on.request(nima, 'orphan', 1)).body;
    const member = `/api/v1/projects/${world.project}/members/${nima.userId}`;
    expect((await world.ask(sara, 'PATCH', member, { role: 'viewer' })).status).toBe(200);
    expect(refusal(await on.decide(sara, asked, 'approve'))).toEqual([409, 'requester_may_not']);
    const { body } = await world.ask<ModelRequest>(sara, 'GET', `/api/v1/model-requests/${asked.request_id}`);
    expect([body.state, gates(body).at(-1)]).toEqual(['failed', ['approval', 'failed', 'requester_may_not']]);
    expect([await on.aliases('orphan'), await on.inMlflow('orphan')]).toEqual([[], null]);
  });

  it('that another one overtakes does not move the alias, and whoever approves is told', async () => {
    await world.registered('race', { part: 'test' });
    await world.registered('race', { part: 'test' });
    const first = (await on.request(omid, 'race', 1)).body;
    const second = (await on.request(omid, 'race', 2)).body;
    const answers = await Promise.all([on.decide(sara, first, 'approve'), on.decide(sara, second, 'approve')]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
    expect(answers.find(({ status }) => status === 409)?.body.code).toBe('alias_moved');
    const winner = answers.find(({ status }) => status === 200)!.body;
    expect([await on.aliases('race'), await on.inMlflow('race')]).toEqual([
      [['champion', winner.version]],
      String(winner.version),
    ]);
    const loser = winner.request_id === first.request_id ? second : first;
    const { body } = await world.ask<ModelRequest>(sara, 'GET', `/api/v1/model-requests/${loser.request_id}`);
    expect(body.state).toBe('overtaken');
    expect(await on.history('race')).toHaveLength(1);
  });
});
