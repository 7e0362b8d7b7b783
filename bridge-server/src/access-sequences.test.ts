import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { projectRow } from '../test/rows.js';
import { testStorage } from '../test/storage.js';
import type { Person } from './access/caller.js';
import type { Grantee } from './access/grants.js';
import { Memberships } from './access/memberships.js';
import { mayAccess, requireAccess } from './access/require-access.js';
import { inProject } from './access/projects.js';
import { scopeOf } from './access/scope.js';
import type { ProjectRole } from './contract/projects.js';
import { DatasetStore } from './datasets/records/store.js';
import { Ledger } from './ledger/index.js';
import { systemClock } from './lib/clock.js';
import { KargahError } from './lib/errors.js';
import { Deletion } from './projects/deletion.js';
import { DeletionStore } from './projects/deletion-store.js';
import { ProjectService } from './projects/service.js';
import { ProjectStore } from './projects/store.js';
import type { Storage } from './storage/storage.js';

// Random sequences of what changes who may see what, by the services that do it, against a model of a page. `npm run test:access` runs
// 10,000 of them, others each time; here they are always the same.

const RUNS = Number(process.env['KARGAH_ACCESS_RUNS'] ?? 300);
const SEED = process.env['KARGAH_ACCESS_RUNS'] === undefined ? 20_261_129 : Date.now();
const PEOPLE = [0, 1, 2, 3] as const;
const PROJECTS = [0, 1] as const;
type Shared = 'nobody' | 'everyone' | readonly number[] | { readonly project: number };
type Act =
  | { readonly do: 'give'; readonly by: number; readonly in: number; readonly to: number; readonly role: ProjectRole }
  | { readonly do: 'remove'; readonly by: number; readonly in: number; readonly to: number }
  | { readonly do: 'delete'; readonly by: number; readonly in: number }
  | { readonly do: 'restore'; readonly by: number; readonly in: number }
  | { readonly do: 'share'; readonly by: number; readonly in: number; readonly with: Shared };

const one = { by: fc.constantFrom(...PEOPLE), in: fc.constantFrom(...PROJECTS) };
const to = fc.constantFrom(...PEOPLE);
const role = fc.constantFrom<ProjectRole>('owner', 'editor', 'viewer');
const shared = fc.oneof(
  fc.constantFrom<Shared>('nobody', 'everyone'),
  fc.subarray<number>([...PEOPLE], { minLength: 1 }),
  fc.record({ project: fc.constantFrom(...PROJECTS) }),
);
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('give' as const), ...one, to, role }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('remove' as const), ...one, to }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('delete' as const), ...one }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('restore' as const), ...one }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('share' as const), ...one, with: shared }) },
);

/** Who may see what: the whole of it. Each project has one dataset, and everybody besides a project of their own. */
class Model {
  readonly members = PROJECTS.map((project) => new Map<number, ProjectRole>([[project, 'owner']]));
  readonly deleted = new Set<number>();
  readonly shared: Shared[] = PROJECTS.map(() => 'nobody');

  role(person: number, project: number): ProjectRole | null {
    return this.deleted.has(project) ? null : (this.members[project]!.get(person) ?? null);
  }
  sees(person: number, project: number): boolean {
    const shared = this.shared[project]!;
    if (this.deleted.has(project) || shared === 'nobody') return false;
    if (typeof shared === 'object' && 'project' in shared) return this.role(person, shared.project) !== null;
    return shared === 'everyone' || shared.includes(person);
  }
  reads(person: number, project: number): boolean {
    return this.role(person, project) !== null || this.sees(person, project);
  }
  writes(person: number, project: number): boolean {
    return ['owner', 'editor'].includes(this.role(person, project) ?? '');
  }
  /** Whether it is done. */
  act(given: Act): boolean {
    const members = this.members[given.in]!;
    if (given.do === 'restore') return members.get(given.by) === 'owner' && this.deleted.delete(given.in);
    if (this.role(given.by, given.in) !== 'owner') return false;
    if (given.do === 'delete') return this.deleted.add(given.in).has(given.in);
    if (given.do === 'share') return (this.shared[given.in] = given.with) === given.with;
    const owners = [...members].filter(([who, held]) => held === 'owner' && who !== given.to).length;
    const staysOwner = given.do === 'give' && given.role === 'owner';
    if (owners === 0 && !staysOwner && members.get(given.to) === 'owner') return false;
    if (given.do === 'remove') return members.delete(given.to);
    return members.set(given.to, given.role).has(given.to);
  }
}

let storage: Storage;
let memberships: Memberships;
let datasets: DatasetStore;
let store: ProjectStore;
let projects: ProjectService;
let deletion: Deletion;
let run = 0;
beforeAll(async () => {
  storage = await testStorage();
  const { db } = storage;
  // Whoever deletes a project is named; accounts are not of this.
  await db.schema.createTable('user').addColumn('id', 'text').addColumn('name', 'text').execute();
  const ledger = new Ledger(systemClock);
  memberships = new Memberships(db);
  datasets = new DatasetStore(db);
  store = new ProjectStore(db, ledger);
  const done = (): Promise<void> => Promise.resolve();
  projects = new ProjectService({ store, memberships, told: done });
  const deleted = new DeletionStore(db, ledger);
  deletion = new Deletion({ store: deleted, projects, clock: systemClock, keptDays: 30, gone: done, back: done });
});
afterAll(() => storage.close());

const idOf = (kind: 'prj' | 'ds' | 'user', n: number): string => `${kind}_${String(run)}x${String(n)}aaaaaa`;

async function callerOf(n: number): Promise<Person> {
  const userId = idOf('user', n);
  const { memberships: held, home } = await memberships.of({ id: userId, name: userId });
  const { projectId, workspace } = home;
  const known = { userId, name: userId, email: '', role: 'user', expiresAt: Number.MAX_SAFE_INTEGER } as const;
  return { kind: 'user', ...known, projectId, workspace, memberships: held };
}

/** As when a model begins. */
async function begin(): Promise<void> {
  run += 1;
  for (const n of PEOPLE) await callerOf(n);
  const created_at = '2027-01-01T00:00:00.000Z';
  for (const n of PROJECTS) {
    const project_id = idOf('prj', n);
    const facts = {
      filename: 'a',
      size_bytes: 0,
      warnings_json: '[]',
      state: 'ready',
      user_id: idOf('user', n),
      owner_name: 'x',
    };
    const row = { ...facts, project_id, created_at, dataset_id: idOf('ds', n) };
    const version_id = `ver_${row.dataset_id}`;
    await storage.db
      .insertInto('projects')
      .values({ ...projectRow(project_id), name: 'P' })
      .execute();
    await storage.db
      .insertInto('project_members')
      .values({ project_id, user_id: row.user_id, role: 'owner', created_at })
      .execute();
    await storage.db
      .insertInto('datasets')
      .values({ ...row, name: 'd', search_text: 'd', head_version_id: version_id, tags_json: '[]', shared: 'nobody' })
      .execute();
    await storage.db
      .insertInto('dataset_versions')
      .values({
        ...row,
        version_id,
        number: 1,
        content_id: 'c',
        asked_json: '{}',
        reading_json: '{}',
        derived_bytes: 0,
        origin_json: '{}',
      })
      .execute();
  }
  memberships.forget(PEOPLE.map((n) => idOf('user', n)));
}

function granteesOf(shared: Shared): Grantee[] {
  if (shared === 'nobody') return [];
  if (shared === 'everyone') return [{ kind: 'everyone', id: '' }];
  if ('project' in shared) return [{ kind: 'project', id: idOf('prj', shared.project) }];
  return shared.map((n) => ({ kind: 'person', id: idOf('user', n) }));
}

async function really(given: Act): Promise<void> {
  const caller = await callerOf(given.by);
  const project = idOf('prj', given.in);
  if (given.do === 'delete') await deletion.delete(caller, project, 'P');
  else if (given.do === 'restore') await deletion.restore(caller, project);
  else if (given.do === 'share') {
    const id = idOf('ds', given.in);
    requireAccess(caller, 'dataset.share', await datasets.resource(caller, id));
    await datasets.share(id, { to: granteesOf(given.with), by: caller.userId });
  } else if (given.do === 'remove') await projects.remove(caller, project, idOf('user', given.to));
  else {
    const user = idOf('user', given.to);
    await projects.require(caller, 'project.manage', project);
    const isMember = (await store.memberIds(project)).includes(user);
    if (isMember) await store.changeMembers(project, (members) => members.give(user, given.role).then(() => []));
    else await store.changeMembers(project, (members) => members.add(user, given.role).then(() => []));
    await projects.changed([user]);
  }
}

/** What everybody may do with each dataset, and which lists have it. */
async function seen(model: Model | null): Promise<string[]> {
  const found: string[] = [];
  for (const n of PEOPLE) {
    const caller = await callerOf(n);
    const list = async (there: Person): Promise<string[]> =>
      (await datasets.list(scopeOf(there, 'dataset.read'), { limit: 50 })).rows.map((row) => row.dataset_id);
    const athome = model === null ? await list(caller) : [];
    for (const p of PROJECTS) {
      const id = idOf('ds', p);
      const held = caller.memberships.has(idOf('prj', p));
      const resource = model === null ? (await datasets.resource(caller, id))! : null;
      const may = (permission: 'dataset.read' | 'dataset.write'): boolean =>
        resource !== null && mayAccess(caller, permission, resource);
      const facts =
        model === null
          ? [
              may('dataset.read'),
              may('dataset.write'),
              athome.includes(id),
              held && (await list(inProject(caller, idOf('prj', p)))).includes(id),
            ]
          : [model.reads(n, p), model.writes(n, p), model.sees(n, p), model.role(n, p) !== null];
      found.push(`${String(n)} ${String(p)} ${facts.join()}`);
    }
  }
  return found;
}

it(`after any sequence of what changes it, everybody may do what the model says, ${String(RUNS)} times`, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 14 }), async (acts) => {
      await begin();
      const model = new Model();
      for (const given of acts) {
        const done = await really(given).then(
          () => true,
          (error: unknown) => {
            if (!(error instanceof KargahError)) throw error;
            return false;
          },
        );
        expect([given, done]).toEqual([given, model.act(given)]);
        expect(await seen(null)).toEqual(await seen(model));
      }
    }),
    { numRuns: RUNS, seed: SEED },
  );
}, 3_600_000);
