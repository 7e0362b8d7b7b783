import type { Request } from 'express';
import type { Policy } from '../contract/endpoint.js';
import { KargahError } from '../lib/errors.js';
import type { MaySignIn } from './listen.js';
import type { Authenticator, Caller } from './route.js';

/** The one place where a request is let in or refused. Answers who asks, or null where nobody needs to be known. */
export async function authorise(
  policy: Policy,
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
  if (policy === 'user_or_job') return caller;
  if (caller.kind !== 'user') throw new KargahError('forbidden');
  if (policy === 'account' && caller.bySession !== true) throw new KargahError('session_required');
  if (policy === 'admin' && caller.role !== 'admin') throw new KargahError('forbidden');
  return caller;
}

/** `X-Kargah-Token`, else the bearer token; JupyterLab's own client appends `token …` to Authorization. */
function tokenOf(req: Pick<Request, 'get'>): string | null {
  const own = req.get('x-kargah-token')?.trim();
  if (own !== undefined && own !== '') return own;
  return /^Bearer +([^\s,]+)/iu.exec(req.get('authorization') ?? '')?.[1] ?? null;
}
