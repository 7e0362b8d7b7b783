/**
 * What may be done with what: `<kind>.<verb>`. Roles and tokens stand for lists of these; every endpoint, every live event and every row
 * of the MLflow gateway names one. `access/` says who has which.
 */
export const PERMISSIONS = [
  'account.read',
  'account.write',
  'connection.read',
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
