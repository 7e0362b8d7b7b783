import type { Permission } from '../contract/permissions.js';
import { hasScope, scopeFor, type TokenScope } from '../contract/scopes.js';
import { KargahError } from '../lib/errors.js';
import type { Caller } from './caller.js';
import { mayAnywhere, mayHere, permissionsOn } from './policy.js';
import type { Resource } from './resource.js';

/**
 * The one place that decides about an object. Answers its row.
 *
 * @param resource null or undefined where there is no such thing: that is answered as what the caller may not see.
 * @throws {KargahError} `not_found`, or `forbidden` where the caller may see it, but not do this; `scope_missing` where only their token
 *   may not.
 */
export function requireAccess<Row>(
  caller: Caller,
  permission: Permission,
  resource: Resource<Row> | null | undefined,
): Row {
  const held = resource ? permissionsOn(caller, resource) : null;
  if (!resource || !held?.has(readingOf(permission))) throw new KargahError('not_found');
  if (!held.has(permission)) throw new KargahError('forbidden');
  requireScope(caller, permission);
  return resource.row;
}

/** Whether `requireAccess` would let the caller. */
export function mayAccess(caller: Caller, permission: Permission, resource: Resource): boolean {
  return permissionsOn(caller, resource).has(permission) && missingScope(caller, permission) === null;
}

/**
 * What can be said before any object is known: whether whoever asks has the permission for one thing or another.
 *
 * @throws {KargahError} `forbidden`; `scope_missing` where only their token may not
 */
export function requirePermission(caller: Caller, permission: Permission): void {
  if (!mayAnywhere(caller, permission)) throw new KargahError('forbidden');
  requireScope(caller, permission);
}

/**
 * For what is asked of a project as a whole, such as a path of MLflow: whether the caller has the permission there.
 *
 * @throws {KargahError} `forbidden`; `scope_missing` where only their token may not
 */
export function requireHere(caller: Caller, permission: Permission): void {
  if (!mayHere(caller, permission)) throw new KargahError('forbidden');
  requireScope(caller, permission);
}

function requireScope(caller: Caller, permission: Permission): void {
  const scope = missingScope(caller, permission);
  if (scope !== null) throw new KargahError('scope_missing', { scope });
}

function missingScope(caller: Caller, permission: Permission): TokenScope | null {
  if (caller.kind !== 'user' || caller.scopes === undefined) return null;
  const needed = scopeFor(permission);
  return needed === null || hasScope(caller.scopes, needed) ? null : needed;
}

const readingOf = (permission: Permission): Permission => permission.replace(/\.\w+$/u, '.read') as Permission;
