import { z } from 'zod';
import type { Permission } from './permissions.js';

/**
 * What a personal token may be limited to. `read` looks at everything; `train` and `models` do too, and change datasets, jobs, sweeps and
 * runs, or models; `call` asks deployed models; `admin` is for the server, the ledger, and who may do what in a project.
 */
export const SCOPES = ['read', 'train', 'models', 'call', 'admin'] as const;
export const tokenScope = z.enum(SCOPES).meta({ id: 'TokenScope' });
export type TokenScope = (typeof SCOPES)[number];

/** The scope that a permission asks for; null where none does, since no personal token may do that at all. */
export function scopeFor(permission: Permission): TokenScope | null {
  const [kind, verb] = permission.split('.');
  if (permission === 'account.write') return null;
  if (kind === 'ledger' || verb === 'admin' || verb === 'share' || verb === 'manage') return 'admin';
  if (verb === 'read') return 'read';
  if (verb === 'call') return 'call';
  if (kind === 'model') return 'models';
  return kind === 'project' ? 'admin' : 'train';
}

/** Whether a token with these scopes may do what asks for `needed`. */
export function hasScope(scopes: readonly TokenScope[], needed: TokenScope): boolean {
  return scopes.includes(needed) || (needed === 'read' && (scopes.includes('train') || scopes.includes('models')));
}
