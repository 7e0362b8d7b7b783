import { isInProject, PERMISSIONS, type LeastRole, type Permission } from '../contract/permissions.js';
import type { ProjectRole } from '../contract/projects.js';
import type { Caller, Person } from './caller.js';
import type { Resource } from './resource.js';

type Permissions = ReadonlySet<Permission>;

const of = (...permissions: Permission[]): Permissions => new Set(permissions);
const those = (wanted: (permission: Permission) => boolean): Permissions => new Set(PERMISSIONS.filter(wanted));
const NONE: Permissions = of();

/** What an administrator may do besides. */
const OF_ADMINS = of('server.admin');
/** What a person may do with their own account and with the server, whatever the project. */
const OF_EVERYONE = those((permission) => !isInProject(permission) && !OF_ADMINS.has(permission));
const ADMIN: Permissions = new Set([...OF_EVERYONE, ...OF_ADMINS]);
/** Who may see or use the project, and what was done in it: its owners alone say and read so. */
const OF_THE_OWNER = of('dataset.share', 'ledger.read', 'project.manage');

/** What the members of a project may do in it, by their role: a feature adds what it brings. */
const owner = new Set(PERMISSIONS.filter(isInProject) as Permission[]);
const editor = new Set([...owner].filter((permission) => !OF_THE_OWNER.has(permission)));
const viewer = new Set([...editor].filter((permission) => permission.endsWith('.read')));
export const ROLES: Readonly<Record<ProjectRole, Permissions>> = { owner, editor, viewer };
/** From the least one up. */
const UP_FROM: Readonly<Record<LeastRole, readonly Set<Permission>[]>> = {
  viewer: [viewer, editor, owner],
  editor: [editor, owner],
  owner: [owner],
};
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

const known = new Set<Permission>(PERMISSIONS);

/** Whether there is such a permission: of the contract, or of a feature. */
export function isPermission(name: string | null): boolean {
  return known.has(name as Permission);
}

/** Gives each permission that a feature brings to the roles from the least one up; before the first request. A job's token has none. */
export function grantToRoles(permissions: Readonly<Partial<Record<Permission, LeastRole>>>): void {
  for (const [permission, least] of Object.entries(permissions) as [Permission, LeastRole][])
    for (const role of [known, ...UP_FROM[least]]) role.add(permission);
}

/** What a person may do wherever they are. */
function ofThePerson({ role, onlyProject }: Person): Permissions {
  return role === 'admin' && onlyProject === undefined ? ADMIN : OF_EVERYONE;
}

/** Whether the caller may do this at all, to one thing or another, in this project or another. */
export function mayAnywhere(caller: Caller, permission: Permission): boolean {
  if (caller.kind === 'job') return JOB.has(permission);
  if (ofThePerson(caller).has(permission) || READER_OF_A_DATASET.has(permission)) return true;
  for (const { role } of caller.memberships.values()) if (ROLES[role].has(permission)) return true;
  return false;
}

/** Whether the caller may do this in the project that the request is about. */
export function mayHere(caller: Caller, permission: Permission): boolean {
  if (caller.kind === 'job') return JOB.has(permission);
  return ofThePerson(caller).has(permission) || roleIn(caller, caller.projectId).has(permission);
}

/** What a person may do in a project: nothing, where they are no member. */
function roleIn({ memberships }: Person, projectId: string): Permissions {
  const membership = memberships.get(projectId);
  return membership === undefined ? NONE : ROLES[membership.role];
}

/** Whether it is of a project of the caller's, and not only shared with them. */
export function isOwn(caller: Caller, { project_id: projectId }: { readonly project_id: string }): boolean {
  return caller.kind === 'user' ? caller.memberships.has(projectId) : projectId === caller.projectId;
}

/** What the caller may do with this object: nothing, where no rule says so. */
export function permissionsOn(caller: Caller, resource: Resource): Permissions {
  if (caller.kind === 'job') {
    const isHere = isOwn(caller, { project_id: resource.projectId });
    if (resource.kind === 'job') return isHere && resource.id === caller.jobId ? JOB_ITSELF : NONE;
    // The dataset may belong to another project that shared it when the job was made.
    if (resource.kind === 'dataset') return resource.id === caller.datasetId ? JOB_DATASET : NONE;
    return resource.kind === 'project' && isHere ? JOB_IN_MLFLOW : NONE;
  }
  const role = roleIn(caller, resource.projectId);
  if (role !== NONE) return role;
  const isLent = resource.kind === 'dataset' && resource.isSharedWithCaller === true;
  return isLent && caller.onlyProject === undefined ? READER_OF_A_DATASET : NONE;
}
