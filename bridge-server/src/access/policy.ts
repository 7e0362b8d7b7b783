import { PERMISSIONS, type LeastRole, type Permission } from '../contract/permissions.js';
import type { Caller } from './caller.js';
import type { Resource } from './resource.js';

type Permissions = ReadonlySet<Permission>;

const of = (...permissions: Permission[]): Permissions => new Set(permissions);
const NONE: Permissions = of();
const isOfThePerson = (permission: Permission): boolean => /^(?:server|account)\./u.test(permission);

const owner = new Set<Permission>(PERMISSIONS.filter((permission) => !isOfThePerson(permission)));
/** What a person may do in a project of theirs. */
export const OWNER: Permissions = owner;
/** What a person may do with a dataset that is shared with them. */
export const READER_OF_A_DATASET = of('dataset.read');

/** What a job's token may do with the job and with its dataset. */
const JOB_ITSELF = of('job.read');
const JOB_DATASET = of('dataset.read');
/** What it may ask of MLflow in its project. Besides, the gateway limits what it writes to the job's own (`mlflow/rules/`). */
const JOB_IN_MLFLOW = of(
  'evaluation.read',
  'evaluation.write',
  'experiment.read',
  'experiment.write',
  'model.read',
  'model.write',
  'model.promote',
  'project.read',
  'run.read',
  'run.write',
  'server.read',
  'trace.read',
  'trace.write',
);

const JOB: Permissions = new Set([...JOB_ITSELF, ...JOB_DATASET, ...JOB_IN_MLFLOW]);

/** What a person may do besides, with their own account and with the server. */
const person = new Set<Permission>([...OWNER, 'account.read', 'account.write', 'server.read']);
const PERSON: Permissions = person;
const admin = new Set<Permission>([...PERSON, 'server.admin']);
const ADMIN: Permissions = admin;
const known = new Set<Permission>(PERMISSIONS);

/** Whether there is such a permission: of the contract, or of a feature. */
export function isPermission(name: string | null): boolean {
  return known.has(name as Permission);
}

/** Gives each permission that a feature brings to the roles from the least one up; before the first request. A job's token has none. */
export function grantToRoles(permissions: Readonly<Partial<Record<Permission, LeastRole>>>): void {
  for (const permission of Object.keys(permissions) as Permission[])
    for (const role of [owner, person, admin, known]) role.add(permission);
}

/** What the caller may do at all, to one thing or another. */
export function permissionsOf(caller: Caller): Permissions {
  if (caller.kind === 'job') return JOB;
  return caller.role === 'admin' ? ADMIN : PERSON;
}

/** Whether it is of a project of the caller's, and not only shared with them. */
export function isOwn(caller: Caller, { project_id: projectId }: { readonly project_id: string }): boolean {
  return projectId === caller.projectId;
}

/** What the caller may do with this object: nothing, where no rule says so. */
export function permissionsOn(caller: Caller, resource: Resource): Permissions {
  const isInProject = isOwn(caller, { project_id: resource.projectId });
  if (caller.kind === 'job') {
    if (resource.kind === 'job') return isInProject && resource.id === caller.jobId ? JOB_ITSELF : NONE;
    // Which may belong to another project, whose owner shared it when the job was made.
    if (resource.kind === 'dataset') return resource.id === caller.datasetId ? JOB_DATASET : NONE;
    return resource.kind === 'project' && isInProject ? JOB_IN_MLFLOW : NONE;
  }
  if (isInProject) return OWNER;
  return resource.kind === 'dataset' && resource.isSharedWithCaller === true ? READER_OF_A_DATASET : NONE;
}
