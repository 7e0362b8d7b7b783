/**
 * What may be done with what: `<kind>.<verb>`. Roles and tokens stand for lists of these; every endpoint, every live event and every row
 * of the MLflow gateway names one. `access/` says who has which.
 */
export const PERMISSIONS = [
  'account.read',
  'account.write',
  'connection.read',
  'connection.use',
  'connection.write',
  'dataset.read',
  'dataset.write',
  'dataset.share',
  'evaluation.read',
  'evaluation.write',
  'experiment.read',
  'experiment.write',
  'job.read',
  'job.write',
  'job.stop',
  'ledger.read',
  'model.read',
  'model.write',
  'model.promote',
  'project.create',
  'project.manage',
  'project.read',
  'run.read',
  'run.write',
  'server.read',
  'server.admin',
  'sweep.read',
  'sweep.write',
  'sweep.stop',
  'trace.read',
  'trace.write',
] as const;

/**
 * Permissions that features bring. Each adds its own by declaring this again,
 * `declare module '../contract/permissions.js' { interface FeaturePermissions { 'note.read': true } }`,
 * and says in its `feature.ts` who has them.
 */
export interface FeaturePermissions {}
/** The least role in a project that has a permission. */
export type LeastRole = 'viewer' | 'editor' | 'owner';

export type Permission = (typeof PERMISSIONS)[number] | keyof FeaturePermissions;

/** About the person or the server, whatever project a request names; all others are about what is in a project. */
const OF_NO_PROJECT: ReadonlySet<Permission> = new Set([
  'account.read',
  'account.write',
  'project.create',
  'server.admin',
  'server.read',
]);
export const isInProject = (permission: Permission): boolean => !OF_NO_PROJECT.has(permission);
