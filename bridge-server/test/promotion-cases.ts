import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Kysely } from 'kysely';
import type { Person } from '../src/access/caller.js';
import type { Report } from '../src/contract/training/report.js';
import { Ledger, LedgerStore, verdictOn } from '../src/ledger/index.js';
import type { Clock } from '../src/lib/clock.js';
import { KargahError } from '../src/lib/errors.js';
import type { RegistryModel, RegistryVersion } from '../src/mlflow/port.js';
import type { Database } from '../src/storage/schema.js';
import { RegistryStore, type VersionRow } from '../src/models/registry/store.js';
import { HandClock } from './clock.js';
import { projectRow } from './rows.js';
import type { CardField } from '../src/models/card/contract.js';
import { ProtectedAliases } from '../src/models/promotion/aliases.js';
import { CheckLease } from '../src/models/promotion/check-lease.js';
import { Follower } from '../src/models/promotion/follower.js';
import { RequestStore } from '../src/models/promotion/records/request-store.js';
import type { RequestRow } from '../src/models/promotion/records/rows.js';
import { ProjectRules } from '../src/models/promotion/rules.js';
import { RulesStore } from '../src/models/promotion/records/rules-store.js';
import { PromotionService } from '../src/models/promotion/service.js';
import { PromotionStore } from '../src/models/promotion/records/store.js';

/** What these write, besides the ledger, of which nothing is taken away. */
export const PROMOTION_TABLES = [
  'projects',
  'project_members',
  'model_versions',
  'model_aliases',
  'model_rules',
  'model_stages',
  'model_moves',
  'model_requests',
  'model_outbox',
] as const;
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
const omid: Person = { ...sara, userId: 'u2', name: 'Omid' };
const ASKED = { version: 1, alias: 'champion', why: '' };
const codeOf = (error: unknown): string => (error instanceof KargahError ? error.code : String(error));
/** Work that waits until a test lets it go on. */
function pause() {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  let here = (): void => undefined;
  const reached = new Promise<void>((resolve) => {
    here = resolve;
  });
  const reach = async (): Promise<Report> => {
    here();
    await released;
    return GOOD;
  };
  return { reach, reached, release: () => release() };
}

/** What holds of promoting and rolling back whatever the tables lie in; `open` gives empty ones, which several bridges may share or not. */
export function promotes(
  open: () => Promise<{ readonly db: Kysely<Database>; readonly done: () => Promise<void> }>,
  { shared }: { readonly shared: boolean },
): void {
  let db: Kysely<Database>;
  let done: () => Promise<void>;
  let clock: HandClock;
  let store: PromotionStore;
  let requests: RequestStore;
  let rulesStore: RulesStore;
  let rules: ProjectRules;
  /** What MLflow has, beyond what was read of it. */
  let inMlflow: RegistryVersion[];
  let setAlias: (name: string, version: number | null) => Promise<void>;
  let report: () => Promise<Report>;
  let missing: CardField[];
  const logged: string[] = [];
  /** The beats of requests that bridges write while they check them. */
  const beaten: Promise<void>[] = [];

  beforeEach(async () => {
    ({ db, done } = await open());
    clock = new HandClock();
    const ledger = new Ledger(clock);
    requests = new RequestStore(db, ledger, clock);
    store = new PromotionStore(db, ledger, clock, requests);
    rulesStore = new RulesStore(db, ledger, clock);
    rules = new ProjectRules(rulesStore);
    inMlflow = [];
    setAlias = () => Promise.resolve();
    report = () => Promise.resolve(GOOD);
    missing = [];
    logged.length = 0;
    beaten.length = 0;
    await db.insertInto('projects').values(projectRow(PROJECT)).execute();
    await db
      .insertInto('project_members')
      .values({ project_id: PROJECT, user_id: 'u1', role: 'owner', created_at: made })
      .execute();
  });
  afterEach(() => done());

  const log = {
    warn: (_: object, message: string) => void logged.push(message),
    error: (_: object, message: string) => void logged.push(message),
  };
  const mlflow = { state: () => 'up' as const, onState: () => () => undefined };
  const registry = {
    setAlias: (_: string, name: string, __: string, version: number | null) => setAlias(name, version),
  };
  const followed = (): Follower => new Follower({ store, registry, mlflow, log });
  /** One of the bridges that share the database. */
  function bridge(beats: Clock = clock): { readonly promotion: PromotionService; readonly aliases: ProtectedAliases } {
    const versions = new RegistryStore(db);
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
    const beat = (id: string): Promise<void> => {
      const raised = requests.beat(id);
      beaten.push(raised);
      return raised;
    };
    const promotion = new PromotionService({
      lease: new CheckLease({
        requests: { beat, checking: () => requests.checking(), isShared: requests.isShared },
        clock: beats,
        log,
      }),
      store,
      requests,
      rules,
      aliases,
      cards: { missing: () => Promise.resolve(missing) },
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

  const join = (user_id: string) =>
    db
      .insertInto('project_members')
      .values({ project_id: PROJECT, user_id, role: 'editor', created_at: made })
      .execute();
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
  const seen = (...rows: VersionRow[]) => db.insertInto('model_versions').values(rows).execute();
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
    if (role === null) await db.deleteFrom('project_members').where('user_id', '=', 'u1').execute();
    else await db.updateTable('project_members').set({ role }).where('user_id', '=', 'u1').execute();
  }
  const NONE = { report: false, test_rows: false, metrics: [], not_worse: null, card: false, approval: 'none' };

  describe('a request', () => {
    it('is checked anew by the rules that hold when the alias moves, where they change while it is checked', async () => {
      await seen(versionRow(1));
      await set({ champion: NONE }, 0);
      const lenient = { ...place, kind: 'promote', to: { version: 1, identity }, expected: 0, earlier: [] } as const;
      const row = { request_id: 'mrq_1', requested_by: 'u1', requested_name: 'Sara' } as RequestRow;
      const request = { row, checks: [], reason: null, rulesRevision: 0 };
      await expect(store.move({ ...lenient, by: sara, why: '', request })).rejects.toMatchObject({
        code: 'rules_moved',
      });
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

    it('fails while the card that the rules ask for is not filled, and says in both languages what is missing', async () => {
      await seen(versionRow(1));
      await set({ champion: { ...NONE, card: true } }, 0);
      missing = ['limitations', 'contact'];
      const failed = await bridge().promotion.request(sara, 'm', { version: 1, alias: 'champion', why: '' });
      expect([failed.state, failed.checks.map(({ gate, state }) => [gate, state])]).toEqual([
        'failed',
        [
          ['version', 'passed'],
          ['card', 'failed'],
        ],
      ]);
      expect(failed.checks[1]?.why).toMatchObject({ code: 'gate_card_unfilled' });
      expect(failed.checks[1]?.why?.detail).toContain('Limitations, Contact');
      expect(failed.checks[1]?.why?.detail_fa).toContain('محدودیت‌ها، تماس');
      missing = [];
      const done = await bridge().promotion.request(sara, 'm', { version: 1, alias: 'champion', why: '' });
      expect([done.state, (await store.stage(place))?.version]).toEqual(['done', 1]);
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
        const [row] = await db.selectFrom('model_requests').selectAll().execute();
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
        await join('u2');
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

    it('that another bridge checks goes on however long that takes; of one that was killed it is ended', async () => {
      await seen(versionRow(1), versionRow(2));
      await set({ champion: { ...NONE, report: true } }, 0);
      const [checking, killed] = [pause(), pause()];
      const first = bridge();
      const watching = shared ? bridge() : first;
      const states = async () =>
        (await watching.promotion.requests(sara, { limit: 10 } as never)).items.map(({ state, checks }) => [
          state,
          checks[0]?.why?.code ?? null,
        ]);
      const minutes = async (many: number): Promise<void> => {
        for (let n = 0; n < many; n += 1) {
          for (let quarter = 0; quarter < 4; quarter += 1) {
            clock.pass(MINUTE / 4);
            await Promise.all(beaten.splice(0));
          }
          if (n % 10 === 0) await states();
        }
      };
      report = checking.reach;
      const asked = first.promotion.request(sara, 'm', { version: 1, alias: 'champion', why: '' });
      await checking.reached;
      await minutes(40);
      // Neither an hour that somebody sets the time of day on nor one that they set it back says anything of the checks.
      clock.set(clock.now() + 60 * MINUTE);
      expect(await states()).toEqual([['checking', null]]);
      clock.set(clock.now() - 120 * MINUTE);
      expect(await states()).toEqual([['checking', null]]);
      clock.set(clock.now() + 60 * MINUTE);
      checking.release();
      expect((await asked).state).toBe('done');

      report = killed.reach;
      // Its clock stands: it raises the request's beat no more.
      const lost = bridge(new HandClock()).promotion.request(sara, 'm', { version: 2, alias: 'champion', why: '' });
      await killed.reached;
      await watching.promotion.settle();
      expect((await states())[0]).toEqual(shared ? ['checking', null] : ['failed', 'gate_interrupted']);
      await minutes(2);
      expect((await states())[0]).toEqual(['failed', 'gate_interrupted']);
      killed.release();
      await expect(lost).rejects.toMatchObject({ code: 'request_not_open' });
      expect(await store.stage(place)).toMatchObject({ version: 1, revision: 1 });
    });

    it('of which two are made for one version at once is made once', async () => {
      await seen(versionRow(1));
      await set({ champion: { ...NONE, approval: 'another' } }, 0);
      await join('u2');
      const both = await Promise.allSettled([1, 2].map(() => bridge().promotion.request(sara, 'm', ASKED)));
      expect(both.map((one) => (one.status === 'fulfilled' ? one.value.state : codeOf(one.reason))).toSorted()).toEqual(
        ['request_open', 'waiting'],
      );
      expect(await db.selectFrom('model_requests').selectAll().execute()).toHaveLength(1);
    });
  });

  describe('two people at once', () => {
    const RACES = Number(process.env['KARGAH_RACES'] ?? 3);
    const settled = (all: PromiseSettledResult<{ state: string } | { kind: string }>[]): string[] =>
      all
        .map((one) => {
          if (one.status === 'rejected') return codeOf(one.reason);
          return 'state' in one.value ? one.value.state : one.value.kind;
        })
        .toSorted();
    const count = async (table: 'model_moves' | 'model_requests', where: [string, string][]): Promise<number> => {
      let query = db.selectFrom(table).select(({ fn }) => fn.countAll<number>().as('n'));
      for (const [column, value] of where) query = query.where(column as 'project_id', '=', value);
      return (await query.executeTakeFirstOrThrow()).n;
    };
    const told = async (action: string): Promise<number> => {
      const rows = await db
        .selectFrom('ledger')
        .select('seq')
        .where('project_id', '=', PROJECT)
        .where('action', '=', action)
        .execute();
      return rows.length;
    };

    it(`who promote, ${String(RACES)} times: one wins, one is told, and nothing is lost`, async () => {
      await seen(versionRow(1), versionRow(2));
      await join('u2');
      await set({ champion: { ...NONE, report: true } }, 0);
      const before = { moves: await told('model.promote'), asked: await told('model.request') };
      const bridges = [bridge(), bridge()] as const;
      let inMlflowNow: number | null = null;
      setAlias = (_, version) => {
        inMlflowNow = version;
        return Promise.resolve();
      };
      for (let n = 1; n <= RACES; n += 1) {
        const stage = await store.stage(place);
        // Neither asks for what has it already.
        const [one, other] = stage?.version === 1 ? [2, 3] : stage?.version === 2 ? [1, 3] : [1, 2];
        if (n === 1) await seen(versionRow(3));
        // Both have seen where it points before either moves it.
        const meet = pause();
        let here = 0;
        report = () => {
          here += 1;
          if (here === 2) meet.release();
          return meet.reach();
        };
        const ask = (at: 0 | 1, who: Person, version: number) =>
          bridges[at].promotion.request(who, 'm', { version, alias: 'champion', why: '' });
        const both = await Promise.allSettled([ask(0, sara, one), ask(1, omid, other)]);
        expect(settled(both)).toEqual(['alias_moved', 'done']);
        const winner = both[0].status === 'fulfilled' ? one : other;
        expect([(await store.stage(place))?.version, (await store.stage(place))?.revision]).toEqual([winner, n]);
        expect([inMlflowNow, await store.untold()]).toEqual([winner, []]);
      }
      expect([
        await count('model_moves', [['kind', 'promote']]),
        await count('model_requests', [['state', 'done']]),
        await count('model_requests', [['state', 'overtaken']]),
        (await told('model.promote')) - before.moves,
        (await told('model.request')) - before.asked,
      ]).toEqual([RACES, RACES, RACES, RACES, 2 * RACES]);
      expect(await verdictOn(new LedgerStore(db).pages({ within: null }))).toMatchObject({ broken: null });
    });

    it('who roll back from what both see: one does, one is told', async () => {
      await seen(versionRow(1), versionRow(2));
      await join('u2');
      await set({ champion: NONE }, 0);
      for (const version of [1, 2])
        await bridge().promotion.request(sara, 'm', { version, alias: 'champion', why: '' });
      const back = (who: Person) => bridge().aliases.rollBack(who, 'm', 'champion', { why: '', from_version: 2 });
      expect(settled(await Promise.allSettled([back(sara), back(omid)]))).toEqual(['alias_moved', 'roll_back']);
      expect(await store.stage(place)).toMatchObject({ version: 1, revision: 3 });
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
}
