import type { IncomingMessage } from 'node:http';
import type { Request } from 'express';
import type { Caller } from '../../access/caller.js';
import { inProject } from '../../access/projects.js';
import { requirePermission } from '../../access/require-access.js';
import type { Endpoint } from '../../contract/endpoint.js';
import { isInProject } from '../../contract/permissions.js';
import { KargahError } from '../../lib/errors.js';
import type { MaySignIn } from '../listen.js';
import type { Authenticator } from '../route.js';

interface Door {
  readonly authenticator: Authenticator;
  readonly maySignIn: MaySignIn;
  /** Told who asks, also where they are refused then. */
  readonly known: (caller: Caller) => void;
}

/** The one place where a request is let in or refused. Answers who asks, or null where nobody needs to be known. */
export async function authorise(
  { policy, permission, query }: Pick<Endpoint, 'policy' | 'permission' | 'query'>,
  req: Request,
  { authenticator, maySignIn, known }: Door,
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
  known(caller);
  // An endpoint that names no permission is refused, whatever the types say.
  if (permission === null) throw new KargahError('forbidden');
  if (policy !== 'user_or_job' && caller.kind !== 'user') throw new KargahError('forbidden');
  requirePermission(caller, permission);
  if (policy === 'account' && (caller.kind !== 'user' || caller.bySession !== true))
    throw new KargahError('session_required');
  // What belongs to the person, such as their list of projects, does not depend on the project that the client names.
  if (!isInProject(permission)) return caller;
  return inProject(caller, query?.shape['project_id'] === undefined ? projectNamed(req) : headerOf(req));
}

/** The project that a request names: `X-Kargah-Project`, else `?project_id=`, for what cannot send a header. */
export function projectNamed({ headers, url = '' }: Pick<IncomingMessage, 'headers' | 'url'>): string | null {
  const at = url.indexOf('?');
  return headerOf({ headers }) ?? (at === -1 ? null : new URLSearchParams(url.slice(at)).get('project_id'));
}

/** What the header alone names: some lists are narrowed by a `project_id` of their own. */
function headerOf({ headers }: Pick<IncomingMessage, 'headers'>): string | null {
  const header = headers['x-kargah-project'];
  return typeof header === 'string' && header.trim() !== '' ? header.trim() : null;
}

/** `X-Kargah-Token`, else the bearer token; JupyterLab's own client appends `token …` to Authorization. */
export function tokenOf({ headers }: Pick<IncomingMessage, 'headers'>): string | null {
  const own = headers['x-kargah-token'];
  if (typeof own === 'string' && own.trim() !== '') return own.trim();
  return /^Bearer +([^\s,]+)/iu.exec(headers.authorization ?? '')?.[1] ?? null;
}
