import { sql, type RawBuilder } from 'kysely';
import type { Permission } from '../contract/permissions.js';
import type { Caller } from './caller.js';
import { holderOf, type Holder } from './grants.js';
import { mayHere, READER_OF_A_DATASET } from './policy.js';

/** Which rows of a table a list may hold for a caller; stores narrow their queries by it. */
export interface Scope {
  /** Everything in these projects … */
  readonly projectIds: readonly string[];
  /** … and what is granted to this person, to a project of theirs, or to everyone. Null: nothing besides. */
  readonly grantedTo: Holder | null;
}

/** What a caller may see of the kind that the permission names. A job has no lists. */
export function scopeOf(caller: Caller, permission: Permission): Scope {
  if (caller.kind === 'job') return { projectIds: [], grantedTo: null };
  return {
    projectIds: mayHere(caller, permission) ? [caller.projectId] : [],
    grantedTo: READER_OF_A_DATASET.has(permission) && caller.onlyProject === undefined ? holderOf(caller) : null,
  };
}

/** Whether a row lies in one of the scope's projects. */
export function inProjectsOf(scope: Scope, column = 'project_id'): RawBuilder<boolean> {
  if (scope.projectIds.length === 0) return sql<boolean>`1 = 0`;
  return sql<boolean>`${sql.ref(column)} in (${sql.join(scope.projectIds)})`;
}
