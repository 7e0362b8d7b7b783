import type { Permission } from '../contract/permissions.js';
import { KargahError } from '../lib/errors.js';
import type { Caller } from './caller.js';
import { mayAnywhere, mayHere, permissionsOn } from './policy.js';
import type { Resource } from './resource.js';

/**
 * The one place that decides about an object. Answers its row.
 *
 * @param resource null or undefined where there is no such thing: that is answered as what the caller may not see.
 * @throws {KargahError} `not_found`, or `forbidden` where the caller may see it, but not do this.
 */
export function requireAccess<Row>(
  caller: Caller,
  permission: Permission,
  resource: Resource<Row> | null | undefined,
): Row {
  const held = resource ? permissionsOn(caller, resource) : null;
  if (!resource || !held?.has(readingOf(permission))) throw new KargahError('not_found');
  if (!held.has(permission)) throw new KargahError('forbidden');
  return resource.row;
}

/** Whether `requireAccess` would let the caller. */
export function mayAccess(caller: Caller, permission: Permission, resource: Resource): boolean {
  return permissionsOn(caller, resource).has(permission);
}

/**
 * What can be said before any object is known: whether whoever asks has the permission for one thing or another.
 *
 * @throws {KargahError} `forbidden`
 */
export function requirePermission(caller: Caller, permission: Permission): void {
  if (!mayAnywhere(caller, permission)) throw new KargahError('forbidden');
}

/**
 * For what is asked of a project as a whole, such as a path of MLflow: whether the caller has the permission there.
 *
 * @throws {KargahError} `forbidden`
 */
export function requireHere(caller: Caller, permission: Permission): void {
  if (!mayHere(caller, permission)) throw new KargahError('forbidden');
}

const readingOf = (permission: Permission): Permission => permission.replace(/\.\w+$/u, '.read') as Permission;
