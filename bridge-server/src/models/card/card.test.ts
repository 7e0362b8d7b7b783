import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ROOT } from '../../../test/bridge.js';
import { HandClock } from '../../../test/clock.js';
import { projectRow } from '../../../test/rows.js';
import { testStorage } from '../../../test/storage.js';
import type { Person } from '../../access/caller.js';
import type { Source } from '../../contract/datasets/intake.js';
import type { Report } from '../../contract/training/report.js';
import { Ledger } from '../../ledger/index.js';
import { KargahError } from '../../lib/errors.js';
import type { Storage } from '../../storage/storage.js';
import type { VersionRow } from '../registry/store.js';
import { NO_FIELDS, type CardFields } from './contract.js';
import { Facts } from './facts.js';
import { limitsOf } from './limits.js';
import { cardMarkdown } from './markdown.js';
import { CardService } from './service.js';
import { CardStore } from './store.js';

const made = '2026-03-03T10:00:00.000Z';
const sara = {
  kind: 'user',
  userId: 'u1',
  name: 'Sara',
  projectId: 'prj_1',
  workspace: 'ws',
  memberships: new Map([['prj_1', { role: 'owner', workspace: 'ws' }]]),
} as unknown as Person;
const lineage = {
  job_id: 'job_000001',
  job_name: 'flats',
  recipe: 'tabular',
  script: null,
  dataset_id: 'ds_000001',
  dataset_name: 'خانه‌ها',
  dataset_version: 2,
  dataset_sha256: 'ab'.repeat(32),
  split_id: 'spl_1',
  best_metric: null,
  size_bytes: 7,
  trained_by: { user_id: 'u1', name: 'Sara' },
  trained_at: made,
};
const REPORT = {
  task: 'classification',
  part: 'test',
  chosen_on_these: false,
  rows: 200,
  level: 0.95,
  metrics: {
    accuracy: { value: 0.912345, low: 0.87, high: 0.94, better: 'max' },
    auc: { value: null, low: null, high: null, better: 'max' },
  },
  classes: ['cheap', 'dear|`x`'],
  label_errors: { rows: 3, first: [] },
  learned_from: { columns: 3, rows_left_out: 0, columns_left_out: 0, left_out: [] },
  importance: [
    { column: 'area', growth: 1, spread: 0 },
    { column: 'year', growth: 0.5, spread: 0 },
  ],
  slices: [{ column: 'city*', value: 'قم', rows: 40, loss: 1.5, loss_elsewhere: 0.5 }],
  baselines: [{ kind: 'linear', verdict: 'hardly' }],
} as unknown as Report;
const FILLED: CardFields = {
  ...NO_FIELDS,
  intended_use: 'برآورد قیمت',
  limitations: 'نوساز نه',
  license: 'Apache-2.0',
  contact: 'sara@example.org',
};

let storage: Storage;
let cards: CardService;
let row: VersionRow;
let report: () => Promise<Report>;
let source: () => Promise<Source | null>;
let clock: HandClock;
const told: unknown[] = [];

beforeEach(async () => {
  storage = await testStorage();
  const { db } = storage;
  clock = new HandClock();
  source = () => Promise.resolve(null);
  report = () => Promise.resolve(REPORT);
  told.length = 0;
  row = {
    project_id: 'prj_1',
    name: 'price',
    version: 1,
    place: '0000000001',
    description: '',
    tags_json: '{}',
    source: 'models:/m-1',
    status: 'READY',
    run_id: 'run_1',
    model_id: 'm-1',
    job_id: lineage.job_id,
    lineage_json: JSON.stringify(lineage),
    registered_by: 'u1',
    registered_name: 'Sara',
    created_at: made,
    updated_at: made,
  };
  await db.insertInto('projects').values(projectRow('prj_1')).execute();
  await db
    .insertInto('project_members')
    .values({ project_id: 'prj_1', user_id: 'u1', role: 'owner', created_at: made })
    .execute();
  await db.insertInto('model_versions').values(row).execute();
  const catalogue = { source: () => source() };
  cards = new CardService({
    store: new CardStore(db, new Ledger(clock), clock),
    facts: new Facts({ db, registry: { reportOn: () => report() }, catalogue, clock }),
    registry: { version: () => Promise.resolve(row) },
    live: { tell: (_: string, event: string, payload: unknown) => void told.push([event, payload]) } as never,
  });
});
afterEach(() => storage.close());

const read = () => cards.read(sara, 'price', 1);
const fill = (fields: CardFields, revision: number) => cards.fill(sara, 'price', 1, { fields, revision });
const english = () => cards.markdown(sara, 'price', 1, 'en');
const frontMatter = (text: string): unknown => parse(text.split('---\n')[1]!);

describe('the card of a version', () => {
  it('says by itself what is known, what speaks against the model, and what people have to fill', async () => {
    expect(await read()).toMatchObject({
      revision: 0,
      fields: NO_FIELDS,
      missing: ['intended_use', 'limitations', 'license', 'contact'],
      facts_current: true,
      facts: {
        task: 'classification',
        recipe: 'tabular',
        dataset: { name: 'خانه‌ها', version: 2, split_id: 'spl_1', rows: null, license: null },
        evaluation: { part: 'test', rows: 200, metrics: { accuracy: { low: 0.87 } } },
        columns: ['area', 'year'],
        column_count: 3,
        trained_by: { name: 'Sara' },
        limits: [
          { en: 'On the same rows it is not known to be better than a linear model.' },
          { fa: 'آنجا که «city*» «قم» است (۴۰ ردیف) بدتر است: زیان آنجا ۱٫۵ و جاهای دیگر ۰٫۵ است.' },
          { en: '3 of the rows by which it was judged probably have a wrong label.' },
        ],
      },
    });
  });

  it('keeps each thing that was written with who and when, newest first, and tells the ledger which fields', async () => {
    await fill({ ...NO_FIELDS, contact: 'sara@example.org' }, 0);
    const filled = await fill(FILLED, 1);
    expect([filled.revision, filled.missing, filled.changed_by?.name]).toEqual([2, [], 'Sara']);
    const first = await cards.revisions(sara, 'price', 1, { limit: 1 });
    expect(first.items.map((one) => [one.revision, one.changed])).toEqual([
      [2, ['intended_use', 'limitations', 'license']],
    ]);
    const rest = await cards.revisions(sara, 'price', 1, { limit: 5, cursor: first.next_cursor! });
    expect(rest.items.map((one) => [one.revision, one.changed])).toEqual([[1, ['contact']]]);
    const acts = await storage.db
      .selectFrom('ledger')
      .selectAll()
      .where('action', '=', 'model.fill_card')
      .orderBy('seq')
      .execute();
    expect(acts.map(({ object_id: id, after_json: after }) => [id, JSON.parse(after!)])).toEqual([
      ['price/1', { revision: 1, fields: ['contact'], missing: ['intended_use', 'limitations', 'license'] }],
      ['price/1', { revision: 2, fields: ['intended_use', 'limitations', 'license'], missing: [] }],
    ]);
    expect(told).toContainEqual(['models_changed', { name: 'price' }]);
  });

  it('is written by one of two who looked at the same revision; the other is told and nothing is lost', async () => {
    const results = await Promise.allSettled([fill(FILLED, 0), fill({ ...FILLED, contact: 'omid@example.org' }, 0)]);
    expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const refused = results.find((one) => one.status === 'rejected');
    expect(refused?.reason).toMatchObject({ code: 'card_moved' });
    expect((await read()).revision).toBe(1);
  });

  it('is not what an earlier version of the same number had, and stays when its model is renamed', async () => {
    await fill(FILLED, 0);
    row = { ...row, name: 'renamed' };
    expect((await read()).missing).toEqual([]);
    row = { ...row, created_at: '2026-04-01T00:00:00.000Z' };
    expect((await read()).revision).toBe(0);
  });

  it('says while MLflow is away, and once the report is gone, what was known when it was last filled', async () => {
    await fill(FILLED, 0);
    report = () => Promise.reject(new KargahError('mlflow_unavailable'));
    expect(await read()).toMatchObject({ facts_current: false, facts: { evaluation: { rows: 200 } } });
    report = () => Promise.reject(new KargahError('report_missing'));
    expect(await read()).toMatchObject({ facts_current: true, facts: { evaluation: { rows: 200 } } });
  });

  it('gets no new revision, and tells nobody, where nothing on it differs', async () => {
    await fill(FILLED, 0);
    told.length = 0;
    expect((await fill(FILLED, 1)).revision).toBe(1);
    expect((await cards.revisions(sara, 'price', 1, { limit: 5 })).items).toHaveLength(1);
    expect(told).toEqual([]);
    await expect(fill(FILLED, 0)).rejects.toMatchObject({ code: 'card_moved' });
  });

  it('keeps what was known with the newest revision alone, and cut to what anybody reads', async () => {
    const figure = { value: 0.5, low: null, high: null, better: 'max' as const };
    const many = (name: string) => Array.from({ length: 300 }, (_, at) => `${name}${String(at)} ${'😀'.repeat(5_000)}`);
    const metrics = Object.fromEntries(many('m').map((metric) => [metric, figure]));
    const importance = many('c').map((column) => ({ column, growth: 1, spread: 0 }));
    const slices = [{ column: many('c')[0]!, value: many('v')[0]!, rows: 40, loss: 1.5, loss_elsewhere: 0.5 }];
    report = () => Promise.resolve({ ...REPORT, metrics, importance, slices, classes: many('k') } as unknown as Report);
    await fill({ ...FILLED, contact: 'omid@example.org' }, 0);
    await fill(FILLED, 1);
    const rows = await storage.db.selectFrom('model_cards').select('facts_json').orderBy('revision').execute();
    expect(rows[0]!.facts_json).toBe('{}');
    expect(rows[1]!.facts_json.length).toBeLessThan(400_000);
    expect(rows[1]!.facts_json).not.toMatch(/\\ud83d(?!\\ude00)/u);
    report = () => Promise.reject(new KargahError('report_missing'));
    const { facts } = await read();
    expect(facts.columns).toHaveLength(200);
    expect(Object.keys(facts.evaluation!.metrics)).toHaveLength(50);
    expect(Math.max(...[...facts.columns, ...facts.classes].map(({ length }) => length))).toBeLessThanOrEqual(200);
  });

  it('is not written on a version that was deleted, or whose number another one has, while somebody wrote', async () => {
    const { db } = storage;
    await db.updateTable('model_versions').set({ created_at: '2026-05-01T00:00:00.000Z' }).execute();
    await expect(fill(FILLED, 0)).rejects.toMatchObject({ code: 'not_found' });
    await db.deleteFrom('model_versions').execute();
    await expect(fill(FILLED, 0)).rejects.toMatchObject({ code: 'not_found' });
    expect(await db.selectFrom('model_cards').selectAll().execute()).toEqual([]);
  });

  it('does not wait for a list of the administrator’s that does not answer', async () => {
    await storage.db
      .insertInto('dataset_versions')
      .values({
        version_id: 'dv_1',
        dataset_id: lineage.dataset_id,
        project_id: 'prj_1',
        number: lineage.dataset_version,
        content_id: 'dv_1',
        state: 'ready',
        filename: 'flats.csv',
        size_bytes: 7,
        asked_json: '{}',
        reading_json: '{}',
        derived_bytes: 0,
        warnings_json: '[]',
        origin_json: JSON.stringify({ kind: 'source', source_id: 'flats' }),
        user_id: 'u1',
        owner_name: 'Sara',
        created_at: made,
      })
      .execute();
    const asked = Promise.withResolvers<undefined>();
    source = () => {
      asked.resolve(undefined);
      return Promise.withResolvers<null>().promise;
    };
    const answer = read();
    await asked.promise;
    clock.pass(60_000);
    expect((await answer).facts.dataset).toMatchObject({ name: 'خانه‌ها', source: null });
  });

  it('of a version that names a run which MLflow refuses is a card without a report', async () => {
    report = () => Promise.reject(new KargahError('model_refused', { reason: 'Invalid run ID: bad id' }));
    expect(await read()).toMatchObject({ facts_current: true, facts: { evaluation: null, recipe: 'tabular' } });
  });

  it('of a version of which nothing is known is a card all the same', async () => {
    row = { ...row, lineage_json: null, registered_by: null, registered_name: null };
    report = () => Promise.reject(new KargahError('report_missing'));
    expect(await read()).toMatchObject({ facts: { task: null, dataset: null, evaluation: null, columns: [] } });
    expect(await english()).toContain('> Still to be filled: Intended use, Limitations, Licence, Contact.');
  });
});

describe('the card in Markdown', () => {
  it('has the front matter of Hugging Face: licence, task, and results with their intervals', async () => {
    await fill(FILLED, 0);
    expect(frontMatter(await english())).toEqual({
      license: 'apache-2.0',
      library_name: 'pytorch',
      pipeline_tag: 'tabular-classification',
      tags: ['kargah', 'pytorch', 'tabular'],
      metrics: ['accuracy'],
      'model-index': [
        {
          name: 'price',
          results: [
            {
              task: { type: 'tabular-classification' },
              dataset: { name: 'خانه‌ها (2)', type: 'private', split: 'test', revision: lineage.dataset_sha256 },
              metrics: [
                {
                  type: 'accuracy',
                  name: 'accuracy',
                  value: 0.912345,
                  args: { level: 0.95, low: 0.87, high: 0.94 },
                },
              ],
            },
          ],
        },
      ],
    });
    await fill({ ...FILLED, license: 'داخلی: شرکت' }, 1);
    expect(frontMatter(await english())).toMatchObject({ license: 'other', license_name: 'داخلی: شرکت' });
  });

  it('says the same in English and in Persian, from right to left, with figures as each writes them', async () => {
    await fill(FILLED, 0);
    const [en, fa] = [await english(), await cards.markdown(sara, 'price', 1, 'fa')];
    expect(en).toContain('| `accuracy` | 0.9123 | 0.87 – 0.94 |');
    expect(en).toContain('- **Trained by:** Sara, March 3, 2026');
    expect(en).toContain('## Limitations');
    expect(fa).toContain('| `accuracy` | ۰٫۹۱۲۳ | ۰٫۸۷ – ۰٫۹۴ |');
    expect(fa).toContain('- **آموزش:** Sara، ۱۲ اسفند ۱۴۰۴');
    expect(fa).toMatch(/---\n\n<div dir="rtl">\n\n# price ۱/u);
    for (const text of [en, fa]) expect(text).toContain('برآورد قیمت');
  });

  it('is read by PyYAML, as Hugging Face reads it, with every text a text and every number a number', async () => {
    const names = [
      'no',
      'off',
      'y',
      '1_000',
      '2026-01-01',
      '12:30:45',
      '0o7',
      '0x1F',
      '1e3',
      '.inf',
      '~',
      '=',
      '<<',
      '',
    ];
    const { facts, ...card } = await read();
    const figure = { value: 1e-7, low: -2.5e-7, high: 1e21, better: 'max' as const };
    const texts = names.map((name) => {
      const evaluation = { ...facts.evaluation!, metrics: { [name]: figure } };
      const fields = { ...NO_FIELDS, license: name };
      return cardMarkdown({ ...card, name, fields, facts: { ...facts, evaluation, recipe: name } }, 'en');
    });
    expect(texts[0]).toContain('value: 1.0e-7\n');
    const program = 'import json, sys, yaml; print(json.dumps([yaml.safe_load(one) for one in json.load(sys.stdin)]))';
    const input = JSON.stringify(texts.map((text) => text.split('---\n')[1]!));
    const answer = execFileSync(join(ROOT, '.venv/bin/python'), ['-c', program], { input, encoding: 'utf8' });
    const figures = { type: undefined, value: 1e-7, args: { level: 0.95, low: -2.5e-7, high: 1e21 } };
    expect(JSON.parse(answer)).toMatchObject(
      names.map((name) => ({
        ...(name === '' ? {} : { license: 'other', license_name: name }),
        tags: ['kargah', 'pytorch', name],
        metrics: [name],
        'model-index': [{ name, results: [{ metrics: [{ ...figures, type: name, name }] }] }],
      })),
    );
  });

  it('says PyTorch of what a recipe made, and of no model of a script', async () => {
    row = { ...row, lineage_json: JSON.stringify({ ...lineage, recipe: null, script: 'train.py' }) };
    expect(frontMatter(await english())).not.toHaveProperty('library_name');
    expect(frontMatter(await english())).toMatchObject({ tags: ['kargah'] });
  });

  it('lets no words of people’s hide or forge what the report says: each field is a quotation without elements', async () => {
    const forged = 'fine <!-- \r\n</div>\n\n```\n# Evaluation\r| `accuracy` | 1 |\n~~~';
    await fill({ ...FILLED, intended_use: forged, limitations: forged, data_notes: forged, ethics: forged }, 0);
    for (const text of [await english(), await cards.markdown(sara, 'price', 1, 'fa')]) {
      const body = text.split('---\n').slice(2).join('---\n');
      expect(body.match(/<[^\n>]*/gu)).toEqual(body.startsWith('\n<div') ? ['<div dir="rtl"', '</div'] : null);
      const own = body.split('\n').filter((line) => !line.startsWith('>'));
      expect(own.filter((line) => /```|~~~|accuracy` \| 1|^# Evaluation/u.test(line))).toEqual([]);
      expect(body).toContain('> fine &lt;!-- \n> &lt;/div>\n>\n> ```\n> # Evaluation\n> | `accuracy` | 1 |\n> ~~~\n\n');
    }
  });

  it('writes figures by their size, and bounds as the data have them', () => {
    const slice = {
      column: 'year',
      rows: 1_200,
      loss: 1_234_567.5,
      loss_elsewhere: 0.123_456,
      low: 1998,
      high: 2005.25,
    };
    const limits = limitsOf({ ...REPORT, slices: [slice, { ...slice, high: 1998 }] });
    const [, first, second] = limits;
    expect(first).toEqual({
      en: 'It is worse where “year” is between 1998 and 2005.25 (1,200 rows): the loss is 1,234,568 there and 0.1235 elsewhere.',
      fa: 'آنجا که «year» بین ۱۹۹۸ و ۲۰۰۵٫۲۵ است (۱٬۲۰۰ ردیف) بدتر است: زیان آنجا ۱٬۲۳۴٬۵۶۸ و جاهای دیگر ۰٫۱۲۳۵ است.',
    });
    expect(second!.en).toContain('where “year” is 1998 (1,200 rows)');
  });

  it('says in Persian that a model is no better than an answer that never changes', () => {
    const baselines = [{ kind: 'majority', verdict: 'worse' }];
    expect(limitsOf({ ...REPORT, baselines } as unknown as Report)[0]!.fa).toBe(
      'روی همان ردیف‌ها از پاسخ همیشگی با پرشمارترین دسته بدتر است.',
    );
  });

  it('lets no name of a column or class end a table or become a mark', async () => {
    const text = await english();
    expect(text).toContain('“city\\*” is “قم”');
    expect(text).toContain('`cheap`, `` dear|`x` ``');
    expect(text).toContain('`area`, `year` and 1 more');
    const metrics = { 'a|b': { value: 0.5, low: null, high: null, better: 'max' } };
    report = () => Promise.resolve({ ...REPORT, classes: ['', 'x'], metrics } as unknown as Report);
    expect(await english()).toContain('| `a\\|b` | 0.5 | – |');
    expect(await english()).toContain('**Classes:** `""`, `x`');
    row = { ...row, registered_name: 'A &amp; B' };
    expect(await english()).toContain('**Registered by:** A \\&amp; B,');
  });
});
