import type { Request, Response } from 'express';
import * as contract from '../contract/auth.js';
import type { Endpoint } from '../contract/endpoint.js';
import { aliases } from '../contract/index.js';
import { KargahError } from '../errors.js';
import { cameByDoor } from '../http/listen.js';
import { route, type Answer, type Route, type RouteContext } from '../http/route.js';
import type { ApiTokenTable } from '../storage/schema.js';
import type { Accounts, OpenSession } from './accounts.js';
import type { ApiTokens } from './api-tokens.js';
import type { Attempts } from './attempts.js';
import type { Cookie } from './cookies.js';
import type { Identity } from './identity.js';
import type { TokenKey } from './keys.js';
import type { MlflowAccess } from './mlflow-access.js';
import type { SignUp } from './signup.js';

export interface AuthParts {
  readonly accounts: Accounts;
  readonly apiTokens: ApiTokens;
  readonly identity: Identity;
  readonly accessKey: TokenKey;
  readonly mlflow: MlflowAccess;
  readonly sessionCookie: Cookie;
  readonly signUp: SignUp;
  readonly logins: Attempts;
  readonly registrations: Attempts;
  readonly accessTokenSeconds: number;
  readonly publicPath: string;
  /** Told when a session ends or a personal token is revoked, so that their open sockets end too. */
  readonly sessionEnded: (sessionId: string) => void;
}

type Asked<E extends Endpoint> = Pick<RouteContext<E>, 'body' | 'req' | 'res'>;

export function authRoutes(parts: AuthParts): Route[] {
  const { accounts, apiTokens, identity, mlflow, sessionCookie, signUp } = parts;

  async function answer(status: number, open: OpenSession, req: Request, res: Response): Promise<Answer> {
    const { session, user } = open;
    // Made before the token is shown, so that nobody signed in is without a project.
    await identity.describe(user);
    const { token, expiresAt } = await parts.accessKey.sign(
      { sub: user.user_id, sid: session.id },
      parts.accessTokenSeconds,
    );
    sessionCookie.write(
      req,
      res,
      session.token,
      Math.max(0, Math.round((session.expiresAt.getTime() - Date.now()) / 1000)),
    );
    return { status, json: { token, expires_at: new Date(expiresAt).toISOString(), user } };
  }

  const register = async ({ body, req, res }: Asked<typeof contract.register>): Promise<Answer> => {
    const { signup_code, ...account } = body;
    const open = await accounts.register(account, agentOf(req), async (there) => {
      await signUp.admit(there, cameByDoor(req.socket), signup_code);
      await parts.registrations.use(req.socket.remoteAddress ?? 'socket');
    });
    signUp.end();
    return answer(201, open, req, res);
  };
  const login = async ({ body, req, res }: Asked<typeof contract.login>): Promise<Answer> => {
    const key = `${body.email.trim().toLowerCase()} ${req.socket.remoteAddress ?? 'socket'}`;
    await parts.logins.use(key);
    const open = await accounts.login(body, agentOf(req));
    await parts.logins.forget(key);
    return answer(200, open, req, res);
  };
  const end = async (session: OpenSession['session']): Promise<void> => {
    await accounts.end(session);
    identity.forget(session.id);
    parts.sessionEnded(session.id);
  };

  return [
    route(contract.signup, async ({ req }) => ({
      status: 200,
      json: signUp.state(await accounts.count(), cameByDoor(req.socket)),
    })),
    route(contract.register, register),
    route(aliases.shortRegister, register),
    route(contract.login, login),
    route(aliases.shortLogin, login),
    route(contract.refresh, async ({ req, res }) =>
      answer(200, await accounts.continue(sessionCookie.read(req.headers.cookie)), req, res),
    ),
    route(contract.logout, async ({ req, res }) => {
      const token = sessionCookie.read(req.headers.cookie);
      sessionCookie.write(req, res, '', 0);
      mlflow.closePage(req, res);
      const open = token === null ? null : await accounts.continue(token).catch(ignoreEnded);
      if (open !== null) await end(open.session);
      return { status: 204 };
    }),
    route(contract.me, async ({ caller }) => ({ status: 200, json: await accounts.userById(caller.userId) })),
    route(contract.listSessions, async ({ caller, req }) => {
      const current = sessionCookie.read(req.headers.cookie);
      const items = (await accounts.sessionsOf(caller.userId)).map((session) => ({
        session_id: session.id,
        created_at: session.createdAt.toISOString(),
        expires_at: session.expiresAt.toISOString(),
        user_agent: session.userAgent || null,
        current: session.token === current,
      }));
      return { status: 200, json: { items, next_cursor: null } };
    }),
    route(contract.deleteSession, async ({ caller, params }) => {
      const session = await accounts.sessionById(params.session_id);
      if (session?.userId !== caller.userId) throw new KargahError('not_found');
      await end(session);
      return { status: 204 };
    }),
    route(contract.listTokens, async ({ caller }) => {
      const items = (await apiTokens.of(caller.userId)).map(tokenView);
      return { status: 200, json: { items, next_cursor: null } };
    }),
    route(contract.createToken, async ({ caller, body }) => {
      const { token, row } = await apiTokens.make(caller.userId, body.name, body.expires_in_days);
      return { status: 201, json: { ...tokenView(row), token } };
    }),
    route(contract.deleteToken, async ({ caller, params }) => {
      await apiTokens.revoke(caller.userId, params.token_id);
      identity.forget(params.token_id);
      parts.sessionEnded(params.token_id);
      return { status: 204 };
    }),
    route(contract.openMlflow, async ({ caller, req, res }) => {
      const { expiresAt } = await mlflow.openPage(req, res, caller);
      const json = {
        expires_at: new Date(expiresAt).toISOString(),
        path: `${parts.publicPath}mlflow/`,
        workspace: caller.workspace,
      };
      return { status: 200, json };
    }),
  ];
}

function tokenView(row: ApiTokenTable) {
  const { token_id, name, created_at, expires_at, last_used_at } = row;
  return { token_id, name, created_at, expires_at, last_used_at };
}

/** The only header that an account's session keeps. */
function agentOf(req: Request): Headers {
  return new Headers({ 'user-agent': (req.get('user-agent') ?? '').slice(0, 300) });
}

function ignoreEnded(error: unknown): null {
  if (error instanceof KargahError && error.code === 'session_expired') return null;
  throw error;
}
