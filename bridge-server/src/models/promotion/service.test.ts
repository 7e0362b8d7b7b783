import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HandClock } from '../../../test/clock.js';
import { projectRow } from '../../../test/rows.js';
import { testStorage } from '../../../test/storage.js';
import type { Person } from '../../access/caller.js';
import type { Report } from '../../contract/training/report.js';
import { Ledger } from '../../ledger/index.js';
import { KargahError } from '../../lib/errors.js';
import type { RegistryModel, RegistryVersion } from '../../mlflow/port.js';
import type { Storage } from '../../storage/storage.js';
import { RegistryStore, type VersionRow } from '../registry/store.js';
import { ProtectedAliases } from './aliases.js';
import { Follower } from './follower.js';
import { RequestStore } from './records/request-store.js';
import type { RequestRow } from './records/rows.js';
import { ProjectRules } from './rules.js';
import { RulesStore } from './records/rules-store.js';
import { PromotionService } from './service.js';
import { PromotionStore } from './records/store.js';

const PROJECT = 'prj_1';
const GOOD = { chosen_on_these: false, metrics: {} } as unknown as Report;
const MINUTE = 60_000;
const RUN = 'run_1';
const made = '2026-01-01T00:00:00.000Z';
const place = { projectId: PROJECT, name: 'm', alias: 'champion' };
const sara: Person = {
  kind: 'user',
  userId: 'u1',
  name: 'Sara',
  projectId: PROJECT,
  workspace: 'ws',
  memberships: new Map([[PROJECT, { role: 'owner', workspace: 'ws' }]]),
} as unknown as Person;

let storage: Storage;
let clock: HandClock;
let store: PromotionStore;
let requests: RequestStore;
let rulesStore: RulesStore;
let rules: ProjectRules;
/** What MLflow has, beyond what was read of it. */
let inMlflow: RegistryVersion[];
let setAlias: (name: string, version: number | null) => Promise<void>;
let report: () => Promise<Report>;
const logged: string[] = [];

beforeEach(async () => {
  storage = await testStorage();
  clock = new HandClock();
  const ledger = new Ledger(clock);
  requests = new RequestStore(storage.db, ledger, clock);
  store = new PromotionStore(storage.db, ledger, clock, requests);
  rulesStore = new RulesStore(storage.db, ledger, clock);
  rules = new ProjectRules(rulesStore);
  inMlflow = [];
  setAlias = () => Promise.resolve();
  report = () => Promise.resolve(GOOD);
  logged.length = 0;
  await storage.db.insertInto('projects').values(projectRow(PROJECT)).execute();
  await storage.db
    .insertInto('project_members')
    .values({ project_id: PROJECT, user_id: 'u1', role: 'owner', created_at: made })
    .execute();
});
afterEach(() => storage.close());

const log = {
  warn: (_: object, message: string) => void logged.push(message),
  error: (_: object, message: string) => void logged.push(message),
};
const mlflow = { state: () => 'up' as const, onState: () => () => undefined };
const registry = { setAlias: (_: string, name: string, __: string, version: number | null) => setAlias(name, version) };
const followed = (): Follower => new Follower({ store, registry, mlflow, log });
/** One of the bridges that share the database. */
function bridge(): { readonly promotion: PromotionService; readonly aliases: ProtectedAliases } {
  const versions = new RegistryStore(storage.db);
  const found = async (name: string, version: number): Promise<VersionRow> => {
    const row = await versions.version(PROJECT, name, version);
    if (row === null) throw new KargahError('not_found');
    return row.row;
  };
  const live = { tell: () => undefined } as never;
  const aliases = new ProtectedAliases({
    store,
    rules,
    follower: followed(),
    registry: { model: () => Promise.resolve({ project_id: PROJECT } as never) },
    versions,
    inMlflow: {
      version: (_, name, version) =>
        Promise.resolve(inMlflow.find((one) => one.name === name && one.version === version) ?? null),
    },
    live,
  });
  const promotion = new PromotionService({
    store,
    requests,
    rules,
    aliases,
    registry: {
      version: (_, __, name, version) => found(name, version),
      readAgain: () => Promise.resolve(),
      current: () => Promise.resolve(),
      reportOn: () => report(),
      against: () => Promise.reject(new KargahError('report_rows_missing', { side: 1 })),
    },
    mlflow,
    live,
  });
  return { promotion, aliases };
}

const identity = `${made} ${RUN}`;
const versionRow = (version: number, name = 'm'): VersionRow => ({
  project_id: PROJECT,
  name,
  version,
  place: String(version).padStart(10, '0'),
  description: '',
  tags_json: '{}',
  source: 's',
  status: 'READY',
  run_id: RUN,
  model_id: null,
  job_id: null,
  lineage_json: null,
  registered_by: null,
  registered_name: null,
  created_at: made,
  updated_at: made,
});
const seen = (...rows: VersionRow[]) => storage.db.insertInto('model_versions').values(rows).execute();
const registryModel = (aliases: Record<string, number>): RegistryModel => ({
  name: 'm',
  description: '',
  tags: {},
  aliases,
  createdAt: made,
  updatedAt: made,
});
const moved = (version: number | null, expected: number, name = 'm') =>
  store.move({
    ...place,
    name,
    kind: 'promote',
    to: version === null ? null : { version, identity },
    expected,
    earlier: [],
    by: sara,
    why: '',
  });
const set = (aliases: object, revision: number) =>
  rulesStore.set(sara, PROJECT, aliases as Parameters<RulesStore['set']>[2], revision);
/** Sara's role from now on; null: she is removed. */
async function become(role: 'editor' | 'viewer' | null): Promise<void> {
  if (role === null) await storage.db.deleteFrom('project_members').where('user_id', '=', 'u1').execute();
  else await storage.db.updateTable('project_members').set({ role }).where('user_id', '=', 'u1').execute();
}
const NONE = { report: false, test_rows: false, metrics: [], not_worse: null, approval: 'none' };

describe('a request', () => {
  it('is checked anew by the rules that hold when the alias moves, where they change while it is checked', async () => {
    await seen(versionRow(1));
    await set({ champion: NONE }, 0);
    const lenient = { ...place, kind: 'promote', to: { version: 1, identity }, expected: 0, earlier: [] } as const;
    const row = { request_id: 'mrq_1', requested_by: 'u1', requested_name: 'Sara' } as RequestRow;
    const request = { row, checks: [], reason: null, rulesRevision: 0 };
    await expect(store.move({ ...lenient, by: sara, why: '', request })).rejects.toMatchObject({ code: 'rules_moved' });
    expect(await store.stage(place)).toBeUndefined();

    let asked = 0;
    await set({ champion: { ...NONE, report: true } }, 1);
    report = async () => {
      asked += 1;
      if (asked === 1) await set({ champion: { ...NONE, report: true, approval: 'another' } }, 2);
      return GOOD;
    };
    const { state } = await bridge().promotion.request(sara, 'm', { version: 1, alias: 'champion', why: '' });
    expect([state, asked, await store.stage(place)]).toEqual(['waiting', 2, undefined]);
  });

  it.each(['viewer', null] as const)(
    'of somebody who has the role %j by the time it is checked moves nothing, and fails',
    async (role) => {
      await seen(versionRow(1));
      await set({ champion: { ...NONE, report: true } }, 0);
      report = async () => {
        await become(role);
        return GOOD;
      };
      const asked = bridge().promotion.request(sara, 'm', { version: 1, alias: 'champion', why: '' });
      await expect(asked).rejects.toMatchObject({ code: 'requester_may_not' });
      expect(await store.stage(place)).toBeUndefined();
      const [row] = await storage.db.selectFrom('model_requests').selectAll().execute();
      expect([row?.state, JSON.parse(row!.checks_json)]).toMatchObject([
        'failed',
        [
          { gate: 'version' },
          { gate: 'report' },
          { gate: 'approval', state: 'failed', why: { code: 'requester_may_not' } },
        ],
      ]);
    },
  );

  it.each([
    ['viewer', 'forbidden'],
    [null, 'not_found'],
  ] as const)(
    'of another is not approved by somebody who has the role %j by the time it moves: %s',
    async (role, code) => {
      await seen(versionRow(1));
      await set({ champion: { ...NONE, report: true, approval: 'another' } }, 0);
      await storage.db
        .insertInto('project_members')
        .values({ project_id: PROJECT, user_id: 'u2', role: 'editor', created_at: made })
        .execute();
      const omid = { ...sara, userId: 'u2', name: 'Omid' };
      const asked = await bridge().promotion.request(omid, 'm', { version: 1, alias: 'champion', why: '' });
      report = async () => {
        await become(role);
        return GOOD;
      };
      await expect(bridge().promotion.approve(sara, asked.request_id, null)).rejects.toMatchObject({ code });
      await expect(bridge().promotion.refuse(sara, asked.request_id, 'no')).rejects.toMatchObject({ code });
      expect([await store.stage(place), (await requests.get(asked.request_id))?.row.state]).toEqual([
        undefined,
        'waiting',
      ]);
    },
  );

  it('whose rules somebody sets who is no owner any more changes no rule', async () => {
    await become('editor');
    await expect(set({ champion: NONE }, 0)).rejects.toMatchObject({ code: 'forbidden' });
    expect(await rulesStore.get(PROJECT)).toBeUndefined();
  });

  it('that another bridge is checking goes on when this one is asked; one that is older than any check is ended', async () => {
    await seen(versionRow(1));
    await set({ champion: { ...NONE, report: true } }, 0);
    let release = (): void => undefined;
    const held = new Promise<Report>((resolve) => {
      release = () => resolve(GOOD);
    });
    let reached = (): void => undefined;
    const checking = new Promise<void>((resolve) => {
      reached = resolve;
    });
    report = () => {
      reached();
      return held;
    };
    const asked = bridge().promotion.request(sara, 'm', { version: 1, alias: 'champion', why: '' });
    await checking;
    const states = async () =>
      (await bridge().promotion.requests(sara, { limit: 10 } as never)).items.map(({ state, checks }) => [
        state,
        checks[0]?.why?.code ?? null,
      ]);
    clock.pass(29 * MINUTE);
    expect(await states()).toEqual([['checking', null]]);
    clock.pass(2 * MINUTE);
    expect(await states()).toEqual([['failed', 'gate_interrupted']]);
    release();
    await expect(asked).rejects.toMatchObject({ code: 'request_not_open' });
    expect(await store.stage(place)).toBeUndefined();
  });
});

describe('what is read of MLflow', () => {
  it('by two bridges at once is adopted once, and neither of them fails', async () => {
    await seen(versionRow(1));
    await set({ champion: NONE }, 0);
    const [a, b] = [bridge(), bridge()];
    const read = [registryModel({ champion: 1 })];
    const project = { projectId: PROJECT, workspace: 'ws' };
    await Promise.all([a.aliases.reconcile(project, 'm', read), b.aliases.reconcile(project, 'm', read)]);
    expect(await store.stage(place)).toMatchObject({ version: 1, identity, revision: 1 });
    expect((await store.moves(PROJECT, 'm', undefined, { limit: 10 })).rows).toHaveLength(1);
  });

  it('before another bridge’s promotion takes nothing from its alias, whose version MLflow has', async () => {
    await set({ champion: NONE }, 0);
    await moved(2, 0);
    const project = { projectId: PROJECT, workspace: 'ws' };
    inMlflow = [{ name: 'm', version: 2, runId: RUN, createdAt: made } as RegistryVersion];
    await bridge().aliases.reconcile(project, 'm', [registryModel({})]);
    expect(await store.stage(place)).toMatchObject({ version: 2, revision: 1 });
    inMlflow = [{ name: 'm', version: 2, runId: 'run_2', createdAt: made } as RegistryVersion];
    await bridge().aliases.reconcile(project, 'm', [registryModel({})]);
    expect(await store.stage(place)).toMatchObject({ version: null, revision: 2 });
  });
});

describe('MLflow, which follows,', () => {
  it('is told again where the alias moved on another bridge while it was told', async () => {
    await moved(1, 0);
    const told: (number | null)[] = [];
    setAlias = async (_, version) => {
      told.push(version);
      // The other bridge has moved the alias and told MLflow before this one’s word arrives.
      if (told.length === 1) {
        await moved(2, 1);
        await store.told(place, 2);
      }
    };
    await followed().follow();
    expect([told, await store.untold()]).toEqual([[1, 2], []]);
  });

  it('is told of the aliases behind one that it cannot be told of, which is kept for the next time', async () => {
    for (const name of ['a', 'b', 'c']) await moved(1, 0, name);
    const told: string[] = [];
    setAlias = (name) => {
      if (name === 'a') return Promise.reject(new Error('an inner fault'));
      told.push(name);
      return Promise.resolve();
    };
    await followed().follow();
    expect(told.toSorted()).toEqual(['b', 'c']);
    expect((await store.untold()).map(({ name }) => name)).toEqual(['a']);
    expect(logged).toEqual(['MLflow could not be told where an alias points']);
  });
});
