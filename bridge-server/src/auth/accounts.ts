import { betterAuth } from 'better-auth';
import { APIError } from 'better-auth/api';
import { getMigrations } from 'better-auth/db/migration';
import type { User } from '../contract/auth.js';
import { deriveKey, type Config } from '../config.js';
import { KargahError } from '../errors.js';
import type { Storage } from '../storage/storage.js';
import { checkPassword, normalisePassword } from './passwords.js';

export interface SessionRow {
  readonly id: string;
  readonly token: string;
  readonly userId: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly userAgent?: string | null | undefined;
}
export interface OpenSession {
  readonly session: SessionRow;
  readonly user: User;
}

interface NewAccount {
  readonly email: string;
  readonly password: string;
  readonly name?: string | undefined;
}

type Account = { id: string; email: string; name: string; createdAt: Date; role?: unknown };

const DAY = 86_400;

/** Accounts and their sessions, kept by better-auth on our database. Its own HTTP routes are not served. */
export async function openAccounts(storage: Storage, config: Pick<Config, 'secret' | 'sessionDays'>) {
  const auth = betterAuth({
    database: { db: storage.db, type: storage.engine === 'sqlite' ? 'sqlite' : 'postgres' },
    secret: deriveKey(config.secret, 'better-auth').toString('base64url'),
    // Never answered over HTTP; the library wants one for its links.
    baseURL: 'http://kargah.invalid',
    emailAndPassword: { enabled: true, minPasswordLength: 1, maxPasswordLength: 4096 },
    user: { additionalFields: { role: { type: 'string', required: true, defaultValue: 'user', input: false } } },
    session: { expiresIn: config.sessionDays * DAY },
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: { disabled: true },
  });
  await (await getMigrations(auth.options)).runMigrations();
  const { internalAdapter, adapter } = await auth.$context;

  async function opened(token: string | null): Promise<OpenSession> {
    const found = token === null ? null : await internalAdapter.findSession(token);
    if (found === null || found.session.expiresAt.getTime() <= Date.now()) throw new KargahError('session_expired');
    return { session: found.session, user: userOf(found.user as Account) };
  }

  // One at a time, so that exactly one account is the first.
  let registering: Promise<unknown> = Promise.resolve();
  async function makeAccount(
    { email, password, name }: NewAccount,
    headers: Headers,
    admit: (accounts: number) => Promise<void>,
  ): Promise<OpenSession> {
    const accounts = await internalAdapter.countTotalUsers();
    await admit(accounts);
    const body = { email: email.toLowerCase(), password: normalisePassword(password), name: name ?? '' };
    checkPassword(body.password, body.email);
    body.name ||= body.email.split('@')[0]!;
    const { token, user } = await auth.api.signUpEmail({ body, headers }).catch((error: unknown) => {
      if (codeOf(error).startsWith('USER_ALREADY_EXISTS')) throw new KargahError('email_taken');
      throw error;
    });
    if (accounts === 0) await internalAdapter.updateUser(user.id, { role: 'admin' });
    return opened(token);
  }

  return {
    /**
     * @param admit told how many accounts there are; throws where no further one may be made.
     * @throws {KargahError} `weak_password`, `common_password`, `email_taken`.
     */
    register(account: NewAccount, headers: Headers, admit: (accounts: number) => Promise<void>): Promise<OpenSession> {
      const made = registering.then(() => makeAccount(account, headers, admit));
      registering = made.catch(() => undefined);
      return made;
    },

    /** @throws {KargahError} `bad_credentials`, alike in words and time for an unknown e-mail and a wrong password. */
    async login(input: { email: string; password: string }, headers: Headers): Promise<OpenSession> {
      const body = { email: input.email.trim().toLowerCase(), password: normalisePassword(input.password) };
      const { token } = await auth.api.signInEmail({ body, headers }).catch((error: unknown) => {
        if (error instanceof APIError) throw new KargahError('bad_credentials');
        throw error;
      });
      return opened(token);
    },

    /** The session of a refresh cookie; one in use does not end. @throws {KargahError} `session_expired`. */
    async continue(token: string | null): Promise<OpenSession> {
      const open = await opened(token);
      const full = config.sessionDays * DAY * 1000;
      if (open.session.expiresAt.getTime() - Date.now() > full - DAY * 1000) return open;
      const expiresAt = new Date(Date.now() + full);
      await internalAdapter.updateSession(open.session.token, { expiresAt });
      return { user: open.user, session: { ...open.session, expiresAt } };
    },

    count: () => internalAdapter.countTotalUsers(),

    async sessionById(id: string): Promise<SessionRow | null> {
      const row = await adapter.findOne<SessionRow>({ model: 'session', where: [{ field: 'id', value: id }] });
      return row !== null && row.expiresAt.getTime() > Date.now() ? row : null;
    },
    async userById(id: string): Promise<User | null> {
      const row = await internalAdapter.findUserById(id);
      return row === null ? null : userOf(row);
    },
    async sessionsOf(userId: string): Promise<SessionRow[]> {
      return internalAdapter.listSessions(userId, { onlyActiveSessions: true });
    },
    async end(session: SessionRow): Promise<void> {
      await internalAdapter.deleteSession(session.token);
    },
  };
}
export type Accounts = Awaited<ReturnType<typeof openAccounts>>;

function userOf(row: Account): User {
  return {
    user_id: row.id,
    email: row.email,
    name: row.name,
    role: row.role === 'admin' ? 'admin' : 'user',
    created_at: row.createdAt.toISOString(),
  };
}

function codeOf(error: unknown): string {
  return error instanceof APIError && typeof error.body?.code === 'string' ? error.body.code : '';
}
