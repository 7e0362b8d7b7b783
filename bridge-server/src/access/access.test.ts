import { sql } from 'kysely';
import { describe, expect, it, onTestFinished } from 'vitest';
import { person } from '../../test/app.js';
import { PERMISSIONS, type Permission } from '../contract/permissions.js';
import type { ProjectRole } from '../contract/projects.js';
import type { KargahError } from '../lib/errors.js';
import { openStorage } from '../storage/storage.js';
import type { JobIdentity, Person } from './caller.js';
import { inProject, inWorkspace } from './projects.js';
import { mayAccess, requireAccess, requireHere, requirePermission } from './require-access.js';
import { ownedBy, projectOf, type Resource } from './resource.js';
import { inProjectsOf, scopeOf } from './scope.js';

const sara = person('sara');
const reza = person('reza');
const admin = person('mina', { role: 'admin' });
const job: JobIdentity = {
  kind: 'job',
  jobId: 'job_1',
  userId: 'sara',
  projectId: 'prj_sara',
  workspace: 'ws-sara',
  datasetId: 'ds_1',
};
const ofSara = { project_id: 'prj_sara' };
const things: readonly Resource[] = (['dataset', 'job', 'sweep', 'upload', 'connection'] as const).map((kind) =>
  ownedBy(kind, `${kind}_1`, ofSara),
);
const ofObjects = PERMISSIONS.filter((permission) => !/^(?:server|account)\.|^project\.create$/u.test(permission));
/** A member of Sara's project besides a project of their own. */
const member = (role: ProjectRole): Person => {
  const own = person('mina');
  const there = { role, workspace: 'ws-sara' };
  return { ...own, memberships: new Map([...own.memberships, ['prj_sara', there]]) };
};

/** `done`, or the code it is refused with. */
function outcome(ask: () => unknown): string {
  try {
    ask();
    return 'done';
  } catch (error) {
    return (error as KargahError).code;
  }
}

describe('what is in a project', () => {
  it('is its owner’s in every way, and answers the row', () => {
    for (const thing of things)
      for (const permission of ofObjects) expect(requireAccess(sara, permission, thing)).toBe(ofSara);
  });

  it('answers everyone else, admins too, exactly as what does not exist', () => {
    for (const thing of [...things, projectOf(sara)])
      for (const caller of [reza, admin])
        for (const permission of PERMISSIONS) {
          expect([permission, outcome(() => requireAccess(caller, permission, thing))]).toEqual([
            permission,
            outcome(() => requireAccess(caller, permission, null)),
          ]);
          expect(mayAccess(caller, permission, thing)).toBe(false);
        }
    expect(outcome(() => requireAccess(sara, 'job.read', undefined))).toBe('not_found');
  });
});

describe('a member of a project, whatever project their request names', () => {
  const allowed = (role: ProjectRole, kind: Resource['kind']): Permission[] =>
    PERMISSIONS.filter((permission) => mayAccess(member(role), permission, ownedBy(kind, `${kind}_1`, ofSara)));

  it('does everything as its owner', () => {
    expect(allowed('owner', 'dataset')).toEqual(ofObjects);
  });
  it('makes, changes and stops things as an editor, and lets nobody in', () => {
    expect(ofObjects.filter((permission) => !allowed('editor', 'job').includes(permission))).toEqual([
      'dataset.share',
      'ledger.read',
      'project.manage',
    ]);
  });
  it('reads everything but the ledger as a viewer, and is refused what they may see but not change', () => {
    expect(allowed('viewer', 'job')).toEqual(
      ofObjects.filter((permission) => permission.endsWith('.read') && permission !== 'ledger.read'),
    );
    for (const permission of ofObjects.filter((one) => !one.endsWith('.read')))
      expect([permission, outcome(() => requireAccess(member('viewer'), permission, things[0]))]).toEqual([
        permission,
        'forbidden',
      ]);
  });
  it('has lists of the one project that the request names, and asks of MLflow what their role there allows', () => {
    const viewer = member('viewer');
    const there = inProject(viewer, 'prj_sara');
    expect(scopeOf(viewer, 'job.read').projectIds).toEqual(['prj_mina']);
    expect(scopeOf(there, 'job.read').projectIds).toEqual(['prj_sara']);
    expect(scopeOf(there, 'dataset.write').projectIds).toEqual([]);
    expect(outcome(() => requireHere(viewer, 'run.write'))).toBe('done');
    expect(outcome(() => requireHere(there, 'run.write'))).toBe('forbidden');
    expect(outcome(() => requireHere(there, 'run.read'))).toBe('done');
    expect(inWorkspace(viewer, 'ws-sara')).toEqual(there);
  });
  it('reaches no project but theirs by naming it, and a job none but its own', () => {
    expect(outcome(() => inProject(member('owner'), 'prj_reza'))).toBe('not_found');
    expect(outcome(() => inWorkspace(member('owner'), 'ws-reza'))).toBe('not_found');
    expect(outcome(() => inProject(job, 'prj_reza'))).toBe('not_found');
    expect(inProject(job, 'prj_sara')).toBe(job);
    expect(inWorkspace(job, 'ws-reza')).toBe(job);
  });
});

describe('a dataset that is shared with the caller', () => {
  const shared: Resource = { ...ownedBy('dataset', 'ds_1', ofSara), isSharedWithCaller: true };
  it('is read, and refused where it would be changed or shared on', () => {
    expect(outcome(() => requireAccess(reza, 'dataset.read', shared))).toBe('done');
    expect(outcome(() => requireAccess(reza, 'dataset.write', shared))).toBe('forbidden');
    expect(outcome(() => requireAccess(reza, 'dataset.share', shared))).toBe('forbidden');
  });
  it('lends nothing else of its project', () => {
    const job: Resource = { ...ownedBy('job', 'job_1', ofSara), isSharedWithCaller: true };
    expect(outcome(() => requireAccess(reza, 'job.read', job))).toBe('not_found');
  });
});

describe('a job’s token', () => {
  const granted = (resource: Resource): Permission[] =>
    PERMISSIONS.filter((permission) => mayAccess(job, permission, resource));
  it('reads its own job and its own dataset, of whatever project that is', () => {
    expect(granted(ownedBy('job', 'job_1', ofSara))).toEqual(['job.read']);
    expect(granted(ownedBy('dataset', 'ds_1', { project_id: 'prj_reza' }))).toEqual(['dataset.read']);
  });
  it('reaches no other job, dataset, sweep, upload or connection of its project', () => {
    for (const kind of ['dataset', 'job', 'sweep', 'upload', 'connection'] as const)
      expect(granted(ownedBy(kind, 'another', ofSara))).toEqual([]);
    expect(granted(ownedBy('job', 'job_1', { project_id: 'prj_reza' }))).toEqual([]);
  });
  it('stops, starts and administers nothing', () => {
    for (const permission of ['job.write', 'job.stop', 'dataset.write', 'account.read', 'server.admin'] as const)
      expect(outcome(() => requirePermission(job, permission))).toBe('forbidden');
  });
  it('has no lists', () => {
    expect(scopeOf(job, 'job.read')).toEqual({ projectIds: [], grantedTo: null });
  });
});

it('the server is administered by admins only', () => {
  expect(outcome(() => requirePermission(admin, 'server.admin'))).toBe('done');
  expect(outcome(() => requirePermission(sara, 'server.admin'))).toBe('forbidden');
});

describe('a list', () => {
  it('holds what is in the caller’s project, and of datasets what is shared with them', () => {
    expect(scopeOf(sara, 'job.read')).toEqual({ projectIds: ['prj_sara'], grantedTo: null });
    expect(scopeOf(sara, 'dataset.read')).toEqual({
      projectIds: ['prj_sara'],
      grantedTo: { userId: 'sara', projectIds: ['prj_sara'] },
    });
    expect(scopeOf(sara, 'server.admin')).toEqual({ projectIds: [], grantedTo: null });
  });

  it('is narrowed in the query, by the index of the project, and is empty for who may see nothing', async () => {
    const storage = await openStorage({ file: ':memory:' });
    onTestFinished(() => storage.close());
    const { db } = storage;
    const created_at = new Date().toISOString();
    for (const project_id of ['prj_sara', 'prj_reza'])
      await db
        .insertInto('connections')
        .values({
          connection_id: `con_${project_id}`,
          project_id,
          user_id: 'u',
          name: 'n',
          kind: 'sqlite',
          address: 'a',
          sealed_url: 's',
          created_at,
        })
        .execute();
    const seen = (projectIds: string[]) =>
      db
        .selectFrom('connections')
        .select('connection_id')
        .where(inProjectsOf({ projectIds, grantedTo: null }))
        .orderBy('created_at', 'desc')
        .orderBy('connection_id', 'desc');
    expect(await seen(['prj_sara']).execute()).toEqual([{ connection_id: 'con_prj_sara' }]);
    expect(await seen(['prj_sara', 'prj_reza']).execute()).toHaveLength(2);
    expect(await seen([]).execute()).toEqual([]);
    const { sql: text, parameters } = seen(['prj_sara']).compile();
    const plan = await sql<{
      detail: string;
    }>`explain query plan ${sql.raw(text.replace('?', `'${String(parameters[0])}'`))}`.execute(db);
    expect(plan.rows.map(({ detail }) => detail)).toEqual([expect.stringContaining('(project_id=?)')]);
  });
});
