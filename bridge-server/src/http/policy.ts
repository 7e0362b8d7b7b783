import type { IncomingMessage } from 'node:http';
import type { Request } from 'express';
import type { Caller } from '../access/caller.js';
import { requirePermission } from '../access/require-access.js';
import type { Endpoint } from '../contract/endpoint.js';
import { KargahError } from '../lib/errors.js';
import type { MaySignIn } from './listen.js';
import type { Authenticator } from './route.js';

/** The one place where a request is let in or refused. Answers who asks, or null where nobody needs to be known. */
export async function authorise(
  { policy, permission }: Pick<Endpoint, 'policy' | 'permission'>,
  req: Request,
  authenticator: Authenticator,
  maySignIn: MaySignIn,
): Promise<Caller | null> {
  if (policy === 'public') return null;
  if ((policy === 'sign_in' || policy === 'session') && !maySignIn(req.socket))
    throw new KargahError('only_through_jupyter');
  if (policy === 'sign_in') return null;
  if (policy === 'session') {
    if (req.get('x-kargah-client') === undefined) throw new KargahError('client_header_missing');
    return null;
  }
  const token = tokenOf(req);
  if (token === null) throw new KargahError('unauthenticated');
  const caller = await authenticator.authenticate(token, req.socket);
  // Nothing that names none is done, whatever the types say.
  if (permission === null) throw new KargahError('forbidden');
  if (policy !== 'user_or_job' && caller.kind !== 'user') throw new KargahError('forbidden');
  requirePermission(caller, permission);
  if (policy === 'account' && (caller.kind !== 'user' || caller.bySession !== true))
    throw new KargahError('session_required');
  return caller;
}

/** `X-Kargah-Token`, else the bearer token; JupyterLab's own client appends `token …` to Authorization. */
export function tokenOf({ headers }: Pick<IncomingMessage, 'headers'>): string | null {
  const own = headers['x-kargah-token'];
  if (typeof own === 'string' && own.trim() !== '') return own.trim();
  return /^Bearer +([^\s,]+)/iu.exec(headers.authorization ?? '')?.[1] ?? null;
}
