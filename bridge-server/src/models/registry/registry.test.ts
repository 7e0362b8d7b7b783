import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { HUNG_MS } from '../../../test/hung.js';
import { ModelsWorld, reportOf, type Signed } from '../../../test/support/models.js';
import type { LedgerRow } from '../../contract/ledger.js';
import { planTrain } from '../../contract/training/plans.js';
import { cloneJob, train } from '../../contract/training/training.js';
import type { ModelCard } from '../card/contract.js';
import type { Dependents, ModelVersion, RegisteredModel } from '../contract.js';

let world: ModelsWorld;
let sara: Signed;
let viewer: Signed;
beforeAll(async () => {
  world = await ModelsWorld.start();
  ({ sara } = world);
  viewer = await world.member('vida', 'viewer');
});
afterAll(() => world.close());

const REPORT = JSON.stringify({ ...reportOf({ part: 'test' }), part: 'all' });
type Page<T> = { items: T[]; next_cursor: string | null; current: boolean };
const M = '/api/v1/models';
const at = (name: string, rest = ''): string => `${M}/${encodeURIComponent(name)}${rest}`;
const ask = <T>(method: string, path: string, body?: unknown) => world.ask<T>(sara, method, path, body);
const refusal = ({ status, body }: { status: number; body: { code?: string } }) => [status, body.code];
/** The ledger's rows of what has such an id, oldest first; they are written once MLflow has answered. */
const toldOf = (id: RegExp, rows: unknown[]): Promise<void> =>
  vi.waitFor(
    async () => {
      const { items } = (await ask<{ items: LedgerRow[] }>('GET', '/api/v1/ledger?limit=200')).body;
      const of = items.filter(({ action, object }) => action !== 'access.refuse' && id.test(object.id)).reverse();
      expect(of.map(({ action, object, before, after }) => [action, object.id, before, after])).toEqual(rows);
    },
    { timeout: HUNG_MS, interval: 100 },
  );
const listed = async (query = '') => (await ask<Page<RegisteredModel>>('GET', `${M}?${query}`)).body;

describe('a registered model', () => {
  it('is made, described, tagged and deleted, under a name in Persian as MLflow takes it', async () => {
    const name = 'قیمت خانه';
    const made = await ask<RegisteredModel>('POST', M, {
      name,
      description: 'شهر تهران',
      tags: { team: 'الف', a: '1' },
    });
    expect([made.status, made.body]).toMatchObject([
      201,
      { name, description: 'شهر تهران', tags: { team: 'الف', a: '1' }, versions: 0, latest_version: null, aliases: [] },
    ]);
    const changed = await ask<RegisteredModel>('PATCH', at(name), {
      description: 'همهٔ شهرها',
      tags: { a: null, b: '2' },
    });
    expect(changed.body).toMatchObject({ description: 'همهٔ شهرها', tags: { team: 'الف', b: '2' } });
    expect(refusal(await ask('POST', M, { name }))).toEqual([409, 'model_exists']);
    expect((await ask('DELETE', at(name))).status).toBe(204);
    expect(refusal(await ask('GET', at(name)))).toEqual([404, 'not_found']);
  });

  it.each(['a/b', 'a:b', ' ', '..', './a'])('of the name %j is refused with the reason', async (name) => {
    const refused = await ask('POST', M, { name });
    expect(refusal(refused)).toEqual([422, 'model_name_refused']);
    const byMlflow = await world.mlflow(sara, 'POST', '/mlflow/registered-models/create', { name });
    expect(byMlflow.status).toBeGreaterThanOrEqual(400);
  });

  it('of a name longer than MLflow’s table takes on every database is refused', async () => {
    expect(refusal(await ask('POST', M, { name: 'x'.repeat(257) }))).toEqual([422, 'model_name_refused']);
  });

  it('is found by its name as people write it, by tag and by alias, in three orders, page by page', async () => {
    for (const [name, tags] of [
      ['sort-b', { kind: 'x' }],
      ['sort-a', { kind: 'X' }],
      ['sort-كتاب', { kind: 'y' }],
    ] as const)
      await ask('POST', M, { name, tags });
    expect((await listed('search=sort-کتاب')).items.map(({ name }) => name)).toEqual(['sort-كتاب']);
    expect((await listed('search=sort&sort=name')).items.map(({ name }) => name)).toEqual([
      'sort-a',
      'sort-b',
      'sort-كتاب',
    ]);
    expect((await listed('search=sort&sort=created')).items.map(({ name }) => name)).toEqual([
      'sort-كتاب',
      'sort-a',
      'sort-b',
    ]);
    expect((await listed('tag=kind%3Dx')).items.map(({ name }) => name)).toEqual(['sort-b']);
    expect((await listed('search=sort&tag=kind')).items).toHaveLength(3);
    expect((await listed('tag=kin')).items).toEqual([]);
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: Page<RegisteredModel> = await listed(
        `search=sort&sort=name&limit=1${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
      );
      seen.push(...page.items.map(({ name }) => name));
      cursor = page.next_cursor;
    }
    expect(seen).toEqual(['sort-a', 'sort-b', 'sort-كتاب']);
  });

  it.each(['name', 'created'])('is listed by %s page by page where names and descriptions are long', async (sort) => {
    const names = ['a', 'b'].map((letter) => `${sort}-${letter}-${'دراز'.repeat(50)}`);
    for (const name of names) {
      const made = await ask('POST', M, { name, description: 'شرح '.repeat(200) });
      expect(made.status).toBeLessThan(300);
    }
    const first = await listed(`search=${sort}-&sort=${sort}&limit=1`);
    const second = await listed(
      `search=${sort}-&sort=${sort}&limit=1&cursor=${encodeURIComponent(first.next_cursor ?? '')}`,
    );
    const found = [first, second].flatMap(({ items }) => items.map(({ name }) => name));
    expect(sort === 'name' ? found : found.toReversed()).toEqual(names);
    expect(second.next_cursor).toBeNull();
  });

  it('is looked at by viewers, and changed by none of them', async () => {
    await ask('POST', M, { name: 'looked-at' });
    expect((await world.ask(viewer, 'GET', at('looked-at'))).status).toBe(200);
    const changes: [string, string, unknown?][] = [
      ['POST', M, { name: 'mine' }],
      ['PATCH', at('looked-at'), { description: 'x' }],
      ['DELETE', at('looked-at')],
      ['POST', at('looked-at', '/versions'), { job_id: await world.trained('viewed') }],
    ];
    for (const [method, path, body] of changes)
      expect([path, ...refusal(await world.ask(viewer, method, path, body))]).toEqual([path, 403, 'forbidden']);
  });
});

describe('a version', () => {
  it('is registered from a job in one call, once, and says what it came from and who registered it', async () => {
    const job_id = await world.trained('خانه‌ها ۱', null, {
      dataset_id: 'ds_gone0000000000',
      dataset_name: 'خانه‌ها',
      dataset_version: 3,
      split_id: 'spl_1',
    });
    const first = await ask<ModelVersion>('POST', at('price', '/versions'), {
      job_id,
      description: 'اولی',
      tags: { a: 'b' },
    });
    expect([first.status, first.body]).toMatchObject([
      201,
      {
        name: 'price',
        version: 1,
        description: 'اولی',
        tags: { a: 'b' },
        model_uri: 'models:/price/1',
        registered_by: { user_id: sara.userId },
        lineage: {
          job_id,
          job_name: 'خانه‌ها ۱',
          recipe: 'tabular',
          dataset_name: 'خانه‌ها',
          dataset_version: 3,
          split_id: 'spl_1',
          best_metric: { key: 'val_accuracy', value: 0.9 },
        },
        job_deleted: false,
        dataset_deleted: true,
      },
    ]);
    const again = await ask<ModelVersion>('POST', at('price', '/versions'), { job_id });
    expect([again.status, again.body]).toEqual([200, first.body]);
    const found = await world.mlflow(sara, 'GET', '/mlflow/model-versions/get-download-uri?name=price&version=1');
    expect(found.text).toContain('mlflow-artifacts:/');
    expect((await ask<RegisteredModel>('GET', at('price'))).body).toMatchObject({ versions: 1, latest_version: 1 });
  });

  it('is registered once by ten who ask at once', async () => {
    const job_id = await world.trained('at once');
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => ask<ModelVersion>('POST', at('at-once', '/versions'), { job_id })),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([...Array<number>(9).fill(200), 201]);
    expect(new Set(answers.map(({ body }) => body.version))).toEqual(new Set([1]));
  });

  it('says what it learned from when its job is deleted', async () => {
    const job_id = await world.trained('to be deleted', null, { dataset_name: 'x', dataset_id: null });
    await ask('POST', at('orphan', '/versions'), { job_id });
    await world.storage.db.deleteFrom('jobs').where('job_id', '=', job_id).execute();
    expect((await ask<ModelVersion>('GET', at('orphan', '/versions/1'))).body).toMatchObject({
      job_deleted: true,
      lineage: { job_id, job_name: 'to be deleted', dataset_name: 'x' },
    });
  });

  it('that MLflow’s own client registers is listed at once, with who did it', async () => {
    const run_id = await world.run();
    const artifacts = await world.artifactsOf(run_id);
    await world.mlflow(sara, 'POST', '/mlflow/registered-models/create', { name: 'by-client' });
    const made = { name: 'by-client', source: `${artifacts}/model`, run_id, tags: [{ key: 'k', value: 'v' }] };
    expect((await world.mlflow(sara, 'POST', '/mlflow/model-versions/create', made)).status).toBe(200);
    const { body } = await ask<Page<ModelVersion>>('GET', at('by-client', '/versions'));
    expect(body).toMatchObject({
      items: [{ version: 1, tags: { k: 'v' }, lineage: null, registered_by: { user_id: sara.userId } }],
      current: true,
    });
  });

  it('of a job without a model, of another project’s job or of none is refused', async () => {
    const bare = await world.trained('bare', null, { model_json: null });
    expect(refusal(await ask('POST', at('none', '/versions'), { job_id: bare }))).toEqual([409, 'model_not_ready']);
    const foreign = await world.trained('foreign', null, { project_id: 'prj_another' });
    for (const job_id of [foreign, 'job_0000000000000000'])
      expect(refusal(await ask('POST', at('none', '/versions'), { job_id }))).toEqual([404, 'not_found']);
    expect(refusal(await ask('GET', at('none')))).toEqual([404, 'not_found']);
  });

  it('lists the jobs that judge it on other data, under a new name too, and has the reports of those that ended well alone', async () => {
    const version = await world.registered('judged', { part: 'test' });
    const { body } = await ask<ModelVersion>('GET', at('judged', `/versions/${String(version)}`));
    const judges = (of: string, state: string) => {
      const judged = JSON.stringify([version, of]);
      const progress = { fraction: 1, epoch: null, epochs: null, step: null, steps: null, eta_seconds: null };
      const job = { recipe: 'evaluation', state, judged, model_json: null, progress_json: JSON.stringify(progress) };
      return world.trained(`judges ${state}`, null, job);
    };
    const identity = `${body.created_at} ${body.mlflow_run_id ?? '-'}`;
    const [ended, stopped] = [await judges(identity, 'succeeded'), await judges(identity, 'stopped')];
    // Of a version of that name and number that is no more.
    await judges('another', 'succeeded');
    const reports = at('judged', `/versions/${String(version)}/reports`);
    const listing = await ask<Page<{ job_id: string }>>('GET', reports);
    expect(listing.body.items.map((one) => one.job_id).sort()).toEqual([ended, stopped].sort());
    for (const job of [ended, stopped]) {
      const row = await world.storage.db.selectFrom('jobs').select('mlflow_run_id').where('job_id', '=', job).execute();
      await world.upload(await world.artifactsOf(row[0]!.mlflow_run_id!), 'report/report.json', REPORT);
    }
    expect((await ask('GET', `/api/v1/train/jobs/${ended}/report`)).body).toMatchObject({ part: 'all' });
    expect(refusal(await ask('GET', `/api/v1/train/jobs/${stopped}/report`))).toEqual([404, 'report_missing']);
    expect(refusal(await ask('POST', `/api/v1/train/jobs/${ended}/clone`))).toEqual([422, 'evaluation_elsewhere']);
    const began = { dataset_id: 'ds_0000000000000009' };
    expect(refusal(await ask('POST', reports, began))).toEqual([404, 'not_found']);
    expect(refusal(await world.ask(viewer, 'POST', reports, began))).toEqual([403, 'forbidden']);
    expect(refusal(await ask('POST', '/api/v1/train', { recipe: 'evaluation', ...began }))).toEqual([404, 'not_found']);
    expect(refusal(await ask('POST', '/api/v1/train', { recipe: 'evaluation' }))).toEqual([
      422,
      'evaluation_elsewhere',
    ]);
    for (const { errors } of [train, planTrain, cloneJob]) expect(errors).toContain('evaluation_elsewhere');
    const renamed = { name: 'judged', new_name: 'judged-anew' };
    expect((await world.mlflow(sara, 'POST', '/mlflow/registered-models/rename', renamed)).status).toBe(200);
    const anew = at('judged-anew', `/versions/${String(version)}/reports`);
    expect((await ask<Page<unknown>>('GET', anew)).body).toEqual(listing.body);
  });

  it('is found by tag, described, and shows the report of its run', async () => {
    const version = await world.registered('reported', { part: 'test' });
    await world.registered('reported');
    expect((await ask('PATCH', at('reported', `/versions/${String(version)}`), { tags: { good: 'yes' } })).status).toBe(
      200,
    );
    const found = await ask<Page<ModelVersion>>('GET', at('reported', '/versions?tag=good'));
    expect(found.body.items.map((one) => one.version)).toEqual([1]);
    expect((await ask('GET', at('reported', '/versions/1/report'))).body).toMatchObject({ part: 'test' });
    expect(refusal(await ask('GET', at('reported', '/versions/2/report')))).toEqual([404, 'report_missing']);
  });

  it('is listed newest first, page by page, ten behind nine', async () => {
    await world.mlflow(sara, 'POST', '/mlflow/registered-models/create', { name: 'many' });
    const run_id = await world.run();
    const source = `${await world.artifactsOf(run_id)}/model`;
    for (let n = 0; n < 11; n += 1)
      expect(
        (await world.mlflow(sara, 'POST', '/mlflow/model-versions/create', { name: 'many', source, run_id })).status,
      ).toBe(200);
    const first = (await ask<Page<ModelVersion>>('GET', at('many', '/versions?limit=9'))).body;
    expect(first.items.map(({ version }) => version)).toEqual([11, 10, 9, 8, 7, 6, 5, 4, 3]);
    const rest = at('many', `/versions?limit=9&cursor=${encodeURIComponent(first.next_cursor!)}`);
    expect((await ask<Page<ModelVersion>>('GET', rest)).body.items.map(({ version }) => version)).toEqual([2, 1]);
  });
});

describe('the card of a version', () => {
  const card = at('carded', '/versions/1/card');
  const fields = { intended_use: 'برآورد', limitations: 'نوساز نه', license: 'mit', contact: 'sara@example.org' };

  it('is filled against the revision that was looked at, and read as JSON and as Markdown in both languages', async () => {
    await world.registered('carded', { part: 'test' });
    expect((await ask<ModelCard>('GET', card)).body).toMatchObject({ revision: 0, facts: { recipe: 'tabular' } });
    const filled = await ask<ModelCard>('PUT', card, { fields, revision: 0 });
    expect([filled.status, filled.body]).toMatchObject([
      200,
      { revision: 1, missing: [], fields: { contact: fields.contact } },
    ]);
    expect(refusal(await ask('PUT', card, { fields, revision: 0 }))).toEqual([409, 'card_moved']);
    expect((await ask('GET', `${card}/revisions`)).body).toMatchObject({ items: [{ revision: 1 }], next_cursor: null });
    for (const [language, heading] of [
      ['fa', '## ارزیابی'],
      ['en', '## Evaluation'],
    ] as const) {
      const answer = await world.bridge.call('GET', `${card}/markdown?language=${language}`, {
        token: sara.token,
        headers: { 'X-Kargah-Project': world.project },
      });
      expect(answer.headers.get('content-type')).toBe('text/markdown; charset=utf-8');
      expect(await answer.text()).toContain(heading);
    }
  });

  it('is read by viewers and filled by none, and is of no version that is not there', async () => {
    expect((await world.ask(viewer, 'GET', card)).status).toBe(200);
    expect(refusal(await world.ask(viewer, 'PUT', card, { fields, revision: 1 }))).toEqual([403, 'forbidden']);
    for (const rest of ['', '/markdown', '/revisions'])
      expect(refusal(await ask('GET', at('carded', `/versions/9/card${rest}`)))).toEqual([404, 'not_found']);
    expect(refusal(await ask('PUT', card, { fields: { ...fields, more: 'x' }, revision: 1 }))).toEqual([
      422,
      'validation_failed',
    ]);
  });
});

describe('an alias', () => {
  it.each(['latest', 'v3', 'a b', 'a.b', 'x'.repeat(256)])(
    '%j is refused as MLflow does, with the reason',
    async (alias) => {
      if ((await ask('GET', at('aliased'))).status === 404) await world.registered('aliased');
      const path = at('aliased', `/aliases/${encodeURIComponent(alias)}`);
      expect(refusal(await ask('PUT', path, { version: 1 }))).toEqual(
        alias.length > 255 ? [404, 'not_found'] : [422, 'alias_refused'],
      );
      const set = { name: 'aliased', alias, version: '1' };
      expect((await world.mlflow(sara, 'POST', '/mlflow/registered-models/alias', set)).status).toBe(400);
    },
  );

  it('holds what it points to: neither the version nor the model is deleted, by MLflow’s own client either', async () => {
    await world.registered('held');
    await world.registered('held');
    expect((await ask('PUT', at('held', '/aliases/آزمایشی'), { version: 1 })).status).toBe(200);
    expect((await ask<Dependents>('GET', at('held', '/dependents'))).body).toMatchObject({
      aliases: [{ alias: 'آزمایشی', version: 1 }],
      versions: 2,
      jobs: [expect.anything(), expect.anything()],
    });
    expect((await ask<Dependents>('GET', at('held', '/dependents?version=2'))).body).toMatchObject({
      aliases: [],
      versions: 1,
    });
    const refused = await ask('DELETE', at('held', '/versions/1'));
    expect(refusal(refused)).toEqual([409, 'version_aliased']);
    expect(refused.body.detail).toContain('آزمایشی');
    expect(refusal(await ask('DELETE', at('held')))).toEqual([409, 'model_aliased']);
    const byClient = await world.mlflow(sara, 'DELETE', '/mlflow/model-versions/delete', {
      name: 'held',
      version: '1',
    });
    expect([byClient.status, byClient.text]).toEqual([409, expect.stringContaining('آزمایشی')]);
    // MLflow takes what is to be deleted from the query, too.
    const byQuery = await world.mlflow(sara, 'DELETE', '/mlflow/model-versions/delete?name=held&version=1');
    expect(byQuery.status).toBe(409);
    const whole = await world.mlflow(sara, 'DELETE', '/mlflow/registered-models/delete', { name: 'held' });
    expect(whole.status).toBe(409);
    expect((await ask('DELETE', at('held', '/versions/2'))).status).toBe(204);
    expect(refusal(await ask('GET', at('held', '/versions/2')))).toEqual([404, 'not_found']);
    expect((await ask('DELETE', at('held', '/aliases/آزمایشی'))).status).toBe(204);
    expect(refusal(await ask('DELETE', at('held', '/aliases/آزمایشی')))).toEqual([404, 'not_found']);
    expect((await ask('DELETE', at('held', '/versions/1'))).status).toBe(204);
    expect((await world.mlflow(sara, 'DELETE', '/mlflow/registered-models/delete', { name: 'held' })).status).toBe(200);
    expect(refusal(await ask('GET', at('held')))).toEqual([404, 'not_found']);
    // What was refused is not among it.
    await toldOf(/^held(?:$|[@/])/u, [
      ['model.set_alias', 'held@آزمایشی', { alias: 'آزمایشی', version: null }, { alias: 'آزمایشی', version: 1 }],
      ['model.delete_version', 'held/2', { name: 'held', version: 2 }, null],
      ['model.set_alias', 'held@آزمایشی', { alias: 'آزمایشی', version: 1 }, { alias: 'آزمایشی', version: null }],
      ['model.delete_version', 'held/1', { name: 'held', version: 1 }, null],
      ['model.delete', 'held', { name: 'held', versions: 0 }, null],
    ]);
  });

  it('that MLflow’s own client moves is shown where it points now, after a rename too', async () => {
    await world.registered('moved');
    await world.registered('moved');
    for (const version of ['1', '2']) {
      const set = { name: 'moved', alias: 'canary', version };
      expect((await world.mlflow(sara, 'POST', '/mlflow/registered-models/alias', set)).status).toBe(200);
      expect((await ask<RegisteredModel>('GET', at('moved'))).body.aliases).toMatchObject([
        { alias: 'canary', version: Number(version) },
      ]);
    }
    const byAlias = await ask<Page<ModelVersion>>('GET', at('moved', '/versions?alias=canary'));
    expect(byAlias.body.items).toMatchObject([{ version: 2, aliases: ['canary'] }]);
    expect((await listed('alias=canary')).items.map(({ name }) => name)).toEqual(['moved']);
    const renamed = { name: 'moved', new_name: 'renamed' };
    expect((await world.mlflow(sara, 'POST', '/mlflow/registered-models/rename', renamed)).status).toBe(200);
    expect((await ask<RegisteredModel>('GET', at('renamed'))).body).toMatchObject({ versions: 2 });
    expect(refusal(await ask('GET', at('moved')))).toEqual([404, 'not_found']);
    await toldOf(/^moved/u, [
      ['model.set_alias', 'moved@canary', { alias: 'canary', version: null }, { alias: 'canary', version: 1 }],
      ['model.set_alias', 'moved@canary', { alias: 'canary', version: 1 }, { alias: 'canary', version: 2 }],
      ['model.rename', 'moved', { name: 'moved' }, { name: 'renamed' }],
    ]);
  });
});

it('is told in the ledger with the runs and experiments that MLflow’s own client deletes and brings back, and not what it was refused', async () => {
  const run = await world.run(null);
  const found = await world.mlflow(sara, 'GET', `/mlflow/runs/get?run_id=${run}`);
  const experiment = (JSON.parse(found.text) as { run: { info: { experiment_id: string } } }).run.info.experiment_id;
  const made = await world.mlflow(sara, 'POST', '/mlflow/experiments/create', { name: 'rows of the ledger' });
  const other = (JSON.parse(made.text) as { experiment_id: string }).experiment_id;
  for (const [path, body] of [
    ['runs/delete', { run_id: run }],
    ['runs/restore', { run_id: run }],
    ['experiments/delete', { experiment_id: other }],
    ['experiments/restore', { experiment_id: other }],
  ] as const)
    expect([path, (await world.mlflow(sara, 'POST', `/mlflow/${path}`, body)).status]).toEqual([path, 200]);
  expect((await world.mlflow(sara, 'POST', '/mlflow/runs/delete', { run_id: '0'.repeat(32) })).status).toBe(404);
  expect((await world.mlflow(viewer, 'POST', '/mlflow/experiments/delete', { experiment_id: experiment })).status).toBe(
    403,
  );
  await toldOf(new RegExp(`^(?:${run}|${other}|0+)$`, 'u'), [
    ['run.delete', run, null, null],
    ['run.restore', run, null, null],
    ['experiment.delete', other, null, null],
    ['experiment.restore', other, null, null],
  ]);
});

it('keeps a prompt, which MLflow holds as a registered model, out of the models', async () => {
  const tags = [{ key: 'mlflow.prompt.is_prompt', value: 'true' }];
  const made = await world.mlflow(sara, 'POST', '/mlflow/registered-models/create', { name: 'a-prompt', tags });
  expect(made.status).toBe(200);
  expect(refusal(await ask('GET', at('a-prompt')))).toEqual([404, 'not_found']);
});

it('is shown while MLflow is away, as last seen, and says so; what needs MLflow is refused with the code', async () => {
  const away = await ModelsWorld.start();
  onTestFinished(() => away.close());
  await away.registered('kept');
  expect((await away.ask<Page<RegisteredModel>>(away.sara, 'GET', M)).body).toMatchObject({ current: true });
  await away.mlflowAway();
  const list = (await away.ask<Page<RegisteredModel>>(away.sara, 'GET', M)).body;
  expect(list).toMatchObject({ items: [{ name: 'kept', versions: 1 }], current: false });
  const versions = await away.ask<Page<ModelVersion>>(away.sara, 'GET', at('kept', '/versions'));
  expect(versions.body).toMatchObject({ items: [{ version: 1 }], current: false });
  for (const [method, path, body] of [
    ['POST', M, { name: 'new' }],
    ['PATCH', at('kept'), { description: 'x' }],
    ['GET', at('kept', '/versions/1/report'), undefined],
    ['DELETE', at('kept'), undefined],
  ] as const)
    expect([path, ...refusal(await away.ask(away.sara, method, path, body))]).toEqual([
      path,
      503,
      'mlflow_unavailable',
    ]);
  await away.mlflowUp();
  expect((await away.ask<Page<RegisteredModel>>(away.sara, 'GET', M)).body).toMatchObject({ current: true });
});
