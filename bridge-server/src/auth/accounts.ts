import { betterAuth, type BetterAuthOptions } from 'better-auth';
import { APIError } from 'better-auth/api';
import { getMigrations } from 'better-auth/db/migration';
import { MAX_PASSWORD, type User } from '../contract/auth.js';
import { deriveKey, type Config } from '../config.js';
import { KargahError } from '../lib/errors.js';
import type { Storage } from '../storage/storage.js';
import { checkPassword, normalisePassword } from './passwords/passwords.js';

interface NewAccount {
  readonly email: string;
  readonly password: string;
  readonly name?: string | undefined;
}

type Account = { id: string; email: string; name: string; createdAt: Date; role?: unknown };

const FORGETS: NonNullable<BetterAuthOptions['secondaryStorage']> = {
  get: () => null,
  getAndDelete: () => null,
  set: () => undefined,
  delete: () => undefined,
  increment: () => 1,
};

/**
 * Accounts, kept by better-auth on our database, with their passwords. Its own HTTP routes are not served, and its sessions go nowhere:
 * it would keep their tokens as they are ({@link Sessions} keeps ours).
 */
export async function openAccounts(storage: Storage, config: Pick<Config, 'secret'>) {
  const auth = betterAuth({
    database: { db: storage.db, type: storage.engine === 'sqlite' ? 'sqlite' : 'postgres' },
    secondaryStorage: FORGETS,
    verification: { storeInDatabase: true },
    secret: deriveKey(config.secret, 'better-auth').toString('base64url'),
    // Never answered over HTTP; the library wants one for its links.
    baseURL: 'http://kargah.invalid',
    // Its length is looked at before, as it is hashed.
    emailAndPassword: { enabled: true, minPasswordLength: 1, maxPasswordLength: MAX_PASSWORD },
    user: { additionalFields: { role: { type: 'string', required: true, defaultValue: 'user', input: false } } },
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: { disabled: true },
  });
  await (await getMigrations(auth.options)).runMigrations();
  const { internalAdapter } = await auth.$context;

  async function userById(id: string): Promise<User | null> {
    const row = await internalAdapter.findUserById(id);
    return row === null ? null : userOf(row);
  }
  async function mustBe(id: string): Promise<User> {
    const user = await userById(id);
    if (user === null) throw new KargahError('unauthenticated');
    return user;
  }

  async function make({ email, password, name }: NewAccount, accounts: number): Promise<User> {
    const body = { email: email.toLowerCase(), password: normalisePassword(password), name: name ?? '' };
    checkPassword(body.password, body.email);
    body.name ||= body.email.split('@')[0]!;
    const { user } = await auth.api.signUpEmail({ body }).catch((error: unknown) => {
      if (codeOf(error).startsWith('USER_ALREADY_EXISTS')) throw new KargahError('email_taken');
      throw error;
    });
    if (accounts === 0) await internalAdapter.updateUser(user.id, { role: 'admin' });
    return mustBe(user.id);
  }
  // One at a time for as long as there is none, so that exactly one account is the first.
  let first: Promise<unknown> = Promise.resolve();

  return {
    /**
     * @param admit told how many accounts there are; throws where no further one may be made.
     * @throws {KargahError} `weak_password`, `password_too_long`, `common_password`, `email_taken`.
     */
    async register(account: NewAccount, admit: (accounts: number) => void): Promise<User> {
      const attempt = async (): Promise<User> => {
        const accounts = await internalAdapter.countTotalUsers();
        admit(accounts);
        return make(account, accounts);
      };
      if ((await internalAdapter.countTotalUsers()) > 0) return attempt();
      const made = first.then(attempt);
      first = made.catch(() => undefined);
      return made;
    },

    /** @throws {KargahError} `bad_credentials`, alike in words and time for an unknown e-mail and a wrong password. */
    async login(input: { email: string; password: string }): Promise<User> {
      const body = { email: emailOf(input.email), password: normalisePassword(input.password) };
      const { user } = await auth.api.signInEmail({ body }).catch((error: unknown) => {
        if (error instanceof APIError) throw new KargahError('bad_credentials');
        throw error;
      });
      return mustBe(user.id);
    },

    count: () => internalAdapter.countTotalUsers(),
    async idOf(email: string): Promise<string | null> {
      return (await internalAdapter.findUserByEmail(emailOf(email)))?.user.id ?? null;
    },
    userById,
    mustBe,
  };
}
export type Accounts = Awaited<ReturnType<typeof openAccounts>>;

/** An address as accounts are found by it. */
export function emailOf(text: string): string {
  return text.trim().toLowerCase();
}

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
