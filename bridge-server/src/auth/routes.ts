import type { Request } from 'express';
import type { Kysely } from 'kysely';
import { requireAccess } from '../access/require-access.js';
import { projectOf } from '../access/resource.js';
import { joinAtSignUp, openInvitation } from '../access/invitations.js';
import type { Memberships } from '../access/memberships.js';
import { inProject } from '../access/projects.js';
import type { Clock } from '../lib/clock.js';
import * as contract from '../contract/auth.js';
import type { User } from '../contract/auth.js';
import { getServerSettings, patchServerSettings, rotateKeys } from '../contract/server/server.js';
import type { Endpoint } from '../contract/endpoint.js';
import { aliases } from '../contract/index.js';
import { KargahError } from '../lib/errors.js';
import { cameFromProxy } from '../http/listen.js';
import { route, type Answer, type Route, type RouteContext } from '../http/route.js';
import type { Actor, Ledger } from '../ledger/index.js';
import type { Mail } from '../mail/index.js';
import type { ApiTokenTable, Database, SessionTable } from '../storage/schema.js';
import { emailOf, type Accounts } from './accounts.js';
import { limitsOf, type ApiTokens } from './tokens/api-tokens.js';
import type { Cookie } from './cookies.js';
import { DEVICE_SECONDS, type Devices } from './devices.js';
import type { Identity } from './identity.js';
import type { KeyRing } from './keys/key-ring.js';
import type { TokenKey } from './keys/keys.js';
import type { MlflowAccess } from './tokens/mlflow-access.js';
import type { Pace } from '../lib/pace.js';
import type { OpenedSession, Sessions } from './sessions.js';
import { peopleRoutes } from './people/routes.js';
import type { Directory } from './people/directory.js';
import { Leaving } from './people/leaving.js';
import { PeopleService } from './people/service.js';
import type { ResetLinks } from './people/reset-links.js';
import type { SignUp } from './signup/signup.js';
import type { SignUpModes } from './signup/signup-mode.js';
import type { HashQueue } from './passwords/hash-queue.js';

export interface AuthParts {
  readonly db: Kysely<Database>;
  readonly ledger: Ledger;
  readonly mail: Mail;
  readonly accounts: Accounts;
  readonly apiTokens: ApiTokens;
  readonly directory: Directory;
  readonly resetLinks: ResetLinks;
  readonly identity: Identity;
  readonly memberships: Pick<Memberships, 'forget'>;
  readonly accessKey: TokenKey;
  readonly keyRing: KeyRing;
  readonly mlflow: MlflowAccess;
  readonly sessionCookie: Cookie;
  readonly signUp: SignUp;
  readonly signUpModes: SignUpModes;
  readonly sessions: Sessions;
  readonly devices: Devices;
  readonly deviceCookie: Cookie;
  readonly hashes: HashQueue;
  readonly paces: {
    /** By address; through Jupyter and other proxies everybody is one. */
    readonly registrations: Pace;
    readonly loginsOfAddress: Pace;
    /** By e-mail and address. */
    readonly loginsOfEmail: Pace;
    /** By person, from browsers that signed them in before. */
    readonly loginsAtHome: Pace;
  };
  readonly clock: Clock;
  /** Told of a session that ended because an old token of it was used. */
  readonly reused: (session: SessionTable) => void;
  readonly accessTokenSeconds: number;
  readonly publicPath: string;
  /** Told when a session ends or a personal token is revoked, so that their open sockets end too. */
  readonly sessionEnded: (sessionId: string) => void;
}

type Asked<E extends Endpoint> = Pick<RouteContext<E>, 'body' | 'req' | 'res'>;

export function authRoutes(parts: AuthParts): Route[] {
  const { accounts, apiTokens, db, devices, deviceCookie, identity, ledger, mlflow, paces } = parts;
  const { sessionCookie, sessions, signUp, signUpModes } = parts;

  async function answer(
    user: User,
    { session, token: refresh }: OpenedSession,
    { req, res }: Pick<RouteContext<Endpoint>, 'req' | 'res'>,
  ) {
    // Made before the token is shown, so that nobody signed in is without a project.
    await identity.describe(user);
    const { token, expiresAt } = await parts.accessKey.sign(
      { sub: user.user_id, sid: session.session_id },
      parts.accessTokenSeconds,
    );
    const left = Date.parse(session.expires_at) - parts.clock.now();
    sessionCookie.write(req, res, refresh, Math.max(0, Math.round(left / 1000)));
    return { status: 200, json: { token, expires_at: new Date(expiresAt).toISOString(), user } };
  }
  async function signedIn(
    status: number,
    user: User,
    { req, res }: Pick<RouteContext<Endpoint>, 'req' | 'res'>,
    more: object = {},
  ): Promise<Answer> {
    const shown = deviceCookie.read(req.headers.cookie);
    const isKnown = await devices.knows(shown, user.user_id);
    const { device, opened } = await db.transaction().execute(async (trx) => {
      const remembered = await devices.remember(trx, shown, user.user_id);
      const session = await sessions.open(trx, user.user_id, agentOf(req));
      if (!isKnown)
        await ledger.record(trx, {
          caller: asActor(user, session.session.session_id),
          action: 'person.sign_in',
          object: { kind: 'person', id: user.user_id },
          projectId: null,
          after: { new_device: true },
        });
      return { device: remembered, opened: session };
    });
    const { json } = await answer(user, opened, { req, res });
    deviceCookie.write(req, res, device, DEVICE_SECONDS);
    return { status, json: { ...json, ...more } };
  }

  const register = async ({ body, req, res }: Asked<typeof contract.register>): Promise<Answer> => {
    const { signup_code: code, invitation: token, ...account } = body;
    const throughJupyter = cameFromProxy(req.socket);
    const admit = async (there: number): Promise<void> =>
      signUp.admit(there, await signUpModes.now(), { throughJupyter, code, isInvited: token !== undefined });
    // Before anything is counted or hashed for who may not.
    await admit(await accounts.count());
    const invitation = token === undefined ? null : await openInvitation(db, token);
    paces.registrations.use(addressOf(req));
    const user = await parts.hashes.run(null, () =>
      accounts.register(account, admit, async (trx, made) => {
        const { user_id, name, email, role } = made;
        const acts = invitation === null ? [] : await joinAtSignUp(trx, invitation, made);
        await ledger.record(trx, {
          caller: { kind: 'user', userId: user_id, name },
          action: 'person.register',
          object: { kind: 'person', id: user_id },
          projectId: null,
          after: { name, email, role },
        });
        for (const act of acts) await ledger.record(trx, act);
      }),
    );
    signUp.end();
    return signedIn(201, user, { req, res }, invitation === null ? {} : { project_id: invitation.project_id });
  };
  const login = async ({ body, req, res }: Asked<typeof contract.login>): Promise<Answer> => {
    const address = addressOf(req);
    const userId = await accounts.idOf(body.email);
    const home = (await devices.knows(deviceCookie.read(req.headers.cookie), userId)) ? userId : null;
    const counted: [Pace, string][] =
      home === null
        ? [
            [paces.loginsOfEmail, `${emailOf(body.email)} ${address}`],
            [paces.loginsOfAddress, address],
          ]
        : [[paces.loginsAtHome, home]];
    const used: [Pace, string][] = [];
    try {
      for (const [pace, key] of counted) {
        pace.use(key);
        used.push([pace, key]);
      }
      const user = await parts.hashes.run(home, () => accounts.login(body));
      for (const [pace, key] of used) pace.giveBack(key);
      return await signedIn(200, user, { req, res });
    } catch (error) {
      // Only a password that was looked at counts.
      if (error instanceof KargahError && error.code === 'rate_limited')
        for (const [pace, key] of used) pace.giveBack(key);
      throw error;
    }
  };
  const closed = (sessionId: string): void => {
    identity.forget(sessionId);
    parts.sessionEnded(sessionId);
  };
  const end = async ({ session_id, user_id }: SessionTable, why: 'ended' | 'logout' | 'reused'): Promise<void> => {
    const { name } = await accounts.mustBe(user_id);
    await db.transaction().execute(async (trx) => {
      if (!(await sessions.end(trx, session_id))) return;
      await ledger.record(trx, {
        // A refresh token that was used a second time may be a thief's: the bridge itself ends its session.
        caller: why === 'reused' ? { kind: 'server' } : { kind: 'user', userId: user_id, name },
        action: 'session.end',
        object: { kind: 'session', id: session_id },
        projectId: null,
        before: { user_id },
        reason: why,
      });
    });
    closed(session_id);
  };

  const people = new PeopleService({
    ...parts,
    forgetPerson: (userId) => identity.forgetPerson(userId),
    closed,
  });
  const leaving = new Leaving({ ...parts, forgetPerson: (userId) => identity.forgetPerson(userId), closed });

  return [
    ...peopleRoutes({
      people,
      leaving,
      directory: parts.directory,
      hashes: parts.hashes,
      pace: paces.loginsAtHome,
      signedIn,
    }),
    route(contract.signup, async ({ req }) => ({
      status: 200,
      json: signUp.state(await accounts.count(), await signUpModes.now(), cameFromProxy(req.socket)),
    })),
    route(getServerSettings, async () => ({ status: 200, json: await signUpModes.shown() })),
    route(patchServerSettings, async ({ caller, body }) => {
      await signUpModes.change(caller, body.signup);
      return { status: 200, json: await signUpModes.shown() };
    }),
    route(rotateKeys, async ({ caller }) => ({ status: 200, json: { since: await parts.keyRing.rotate(caller) } })),
    route(contract.register, register),
    route(aliases.shortRegister, register),
    route(contract.login, login),
    route(aliases.shortLogin, login),
    route(contract.refresh, async ({ req, res }) => {
      const opened = await sessions.renew(sessionCookie.read(req.headers.cookie), async (session) => {
        await end(session, 'reused');
        parts.reused(session);
      });
      return answer(await accounts.mustBe(opened.session.user_id), opened, { req, res });
    }),
    route(contract.logout, async ({ req, res }) => {
      const token = sessionCookie.read(req.headers.cookie);
      sessionCookie.write(req, res, '', 0);
      mlflow.closePage(req, res);
      const session = await sessions.of(token);
      if (session !== null) await end(session, 'logout');
      return { status: 204 };
    }),
    route(contract.me, async ({ caller }) => ({ status: 200, json: await accounts.userById(caller.userId) })),
    route(contract.listSessions, async ({ caller, req }) => {
      const current = await sessions.of(sessionCookie.read(req.headers.cookie));
      const items = (await sessions.ofUser(caller.userId)).map((session) => ({
        session_id: session.session_id,
        created_at: session.created_at,
        expires_at: session.expires_at,
        user_agent: session.user_agent,
        current: session.session_id === current?.session_id,
      }));
      return { status: 200, json: { items, next_cursor: null } };
    }),
    route(contract.deleteSession, async ({ caller, params }) => {
      const session = await sessions.byId(params.session_id);
      if (session?.user_id !== caller.userId) throw new KargahError('not_found');
      await end(session, 'ended');
      return { status: 204 };
    }),
    route(contract.listTokens, async ({ caller }) => {
      const items = (await apiTokens.of(caller.userId)).map(tokenView);
      return { status: 200, json: { items, next_cursor: null } };
    }),
    route(contract.createToken, async ({ caller, body }) => {
      // What one is no member of is answered as what does not exist.
      if (body.project_id) inProject(caller, body.project_id);
      const { token, row } = await db.transaction().execute(async (trx) => {
        const made = await apiTokens.make(trx, caller.userId, {
          name: body.name,
          days: body.expires_in_days,
          limits: {
            ...(body.scopes === undefined ? {} : { scopes: body.scopes }),
            ...(body.project_id ? { onlyProject: body.project_id } : {}),
          },
        });
        const { token_id, name, expires_at } = made.row;
        await ledger.record(trx, {
          caller,
          action: 'token.make',
          object: { kind: 'token', id: token_id },
          projectId: null,
          after: { name, expires_at, scopes: body.scopes ?? null, project_id: body.project_id ?? null },
        });
        return made;
      });
      return { status: 201, json: { ...tokenView(row), token } };
    }),
    route(contract.deleteToken, async ({ caller, params }) => {
      await db.transaction().execute(async (trx) => {
        const { token_id, name, expires_at } = await apiTokens.revoke(trx, caller.userId, params.token_id);
        await ledger.record(trx, {
          caller,
          action: 'token.revoke',
          object: { kind: 'token', id: token_id },
          projectId: null,
          before: { name, expires_at },
        });
      });
      identity.forget(params.token_id);
      parts.sessionEnded(params.token_id);
      return { status: 204 };
    }),
    route(contract.openMlflow, async ({ caller, req, res }) => {
      requireAccess(caller, 'project.read', projectOf(caller));
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

function asActor({ user_id, name }: User, sessionId: string): Actor {
  return { kind: 'user', userId: user_id, name, sessionId };
}

function tokenView(row: ApiTokenTable) {
  const { token_id, name, created_at, expires_at, last_used_at, last_used_from } = row;
  const { scopes = null, onlyProject = null } = limitsOf(row);
  return { token_id, name, created_at, expires_at, last_used_at, last_used_from, scopes, project_id: onlyProject };
}

/** The only header that a session keeps. */
function agentOf(req: Request): string | null {
  return (req.get('user-agent') ?? '').slice(0, 300) || null;
}

function addressOf(req: Request): string {
  return req.socket.remoteAddress ?? 'socket';
}
