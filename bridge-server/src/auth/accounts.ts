import { kyselyAdapter } from '@better-auth/kysely-adapter';
import { betterAuth, type BetterAuthOptions } from 'better-auth';
import { APIError } from 'better-auth/api';
import { getMigrations } from 'better-auth/db/migration';
import { sql, type Kysely, type RawBuilder, type Transaction } from 'kysely';
import { MAX_PASSWORD, type User } from '../contract/auth.js';
import { deriveKey, type Config } from '../config.js';
import { KargahError } from '../lib/errors.js';
import type { Database } from '../storage/schema.js';
import type { Storage } from '../storage/storage.js';
import { checkPassword, normalisePassword } from './passwords/passwords.js';

interface NewAccount {
  readonly email: string;
  readonly password: string;
  readonly name?: string | undefined;
}

type Written = (trx: Transaction<Database>, user: User) => Promise<void>;
type Account = { id: string; email: string; name: string; createdAt: Date; role?: unknown; disabledAt?: unknown };

/** What an account may do on the server. */
interface Standing {
  readonly role: 'admin' | 'user';
  readonly disabled: boolean;
}

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
    // The library wants a base URL for its links; none of its routes is served.
    baseURL: 'http://kargah.invalid',
    // The length of a password is checked before it is hashed.
    emailAndPassword: { enabled: true, minPasswordLength: 1, maxPasswordLength: MAX_PASSWORD },
    user: {
      additionalFields: {
        role: { type: 'string', required: true, defaultValue: 'user', input: false },
        disabledAt: { type: 'string', required: false, input: false },
      },
    },
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: { disabled: true },
  });
  await (await getMigrations(auth.options)).runMigrations();
  const { internalAdapter, password: hashing } = await auth.$context;
  /** The library's tables within a transaction of ours. */
  const within = (trx: Transaction<Database>) => kyselyAdapter(trx, { type: storage.engine })(auth.options);

  async function userById(id: string): Promise<User | null> {
    const row = await internalAdapter.findUserById(id);
    return row === null ? null : userOf(row);
  }
  async function mustBe(id: string): Promise<User> {
    const row: Account | null = await internalAdapter.findUserById(id);
    if (row === null) throw new KargahError('unauthenticated');
    if (isDisabled(row)) throw new KargahError('account_disabled');
    return userOf(row);
  }
  const byId = (id: string) => [{ field: 'id', value: id }];
  const passwordOf = (userId: string) => [
    { field: 'userId', value: userId },
    { field: 'providerId', value: 'credential' },
  ];

  async function make(account: NewAccount, accounts: number, written: Written): Promise<User> {
    const email = account.email.toLowerCase();
    const password = normalisePassword(account.password);
    checkPassword(password, email);
    // Hashed before the transaction, which others wait for.
    const hash = await hashing.hash(password);
    const now = new Date();
    const stamps = { createdAt: now, updatedAt: now };
    return storage.db.transaction().execute(async (trx) => {
      const adapter = within(trx);
      if ((await adapter.findOne({ model: 'user', where: [{ field: 'email', value: email }] })) !== null)
        throw new KargahError('email_taken');
      const name = account.name ?? email.split('@')[0]!;
      const role = accounts === 0 ? 'admin' : 'user';
      const data = { email, name, role, emailVerified: false, ...stamps };
      const user = userOf(await adapter.create<Record<string, unknown>, Account>({ model: 'user', data }));
      await adapter.create({
        model: 'account',
        data: { userId: user.user_id, accountId: user.user_id, providerId: 'credential', password: hash, ...stamps },
      });
      await written(trx, user);
      return user;
    });
  }
  // One at a time while there is no account, so that exactly one is the first.
  let first: Promise<unknown> = Promise.resolve();

  return {
    /**
     * @param admit called with the number of accounts; throws where no further one may be made.
     * @param written called in the transaction that makes the account.
     * @throws {KargahError} `weak_password`, `password_too_long`, `common_password`, `email_taken`.
     */
    async register(account: NewAccount, admit: (accounts: number) => Promise<void>, written: Written): Promise<User> {
      const attempt = async (): Promise<User> => {
        const accounts = await internalAdapter.countTotalUsers();
        await admit(accounts);
        return make(account, accounts, written);
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
    /** @throws {KargahError} `unauthenticated` where there is no such account any more, `account_disabled`. */
    mustBe,

    /** Those who may administer the server now; nobody else changes them before the transaction ends. */
    async admins(trx: Transaction<Database>): Promise<string[]> {
      return adminsOf(trx, storage.engine === 'postgres' ? sql`for update` : sql``);
    },
    /** Whether nobody else administers the server. */
    async isLastAdmin(userId: string): Promise<boolean> {
      const admins = await adminsOf(storage.db, sql``);
      return admins.length === 1 && admins[0] === userId;
    },
    async standing(trx: Transaction<Database>, userId: string): Promise<Standing | null> {
      const row = await within(trx).findOne<Account>({ model: 'user', where: byId(userId) });
      return row === null ? null : { role: userOf(row).role, disabled: isDisabled(row) };
    },
    async setStanding(trx: Transaction<Database>, userId: string, { role, disabled }: Standing): Promise<void> {
      const update = { role, disabledAt: disabled ? new Date().toISOString() : null };
      await within(trx).update({ model: 'user', where: byId(userId), update });
    },

    /** Deletes the account alone; the caller ends its sessions and tokens and whatever else is the person's. */
    async remove(trx: Transaction<Database>, userId: string): Promise<void> {
      await within(trx).deleteMany({ model: 'account', where: [{ field: 'userId', value: userId }] });
      await within(trx).delete({ model: 'user', where: byId(userId) });
    },

    /** @throws {KargahError} `wrong_password` where it is not the present password of the account. */
    async mustMatch(userId: string, password: string): Promise<void> {
      const { adapter } = await auth.$context;
      const account = await adapter.findOne<{ password?: string }>({ model: 'account', where: passwordOf(userId) });
      const hash = account?.password;
      if (hash === undefined || !(await hashing.verify({ hash, password: normalisePassword(password) })))
        throw new KargahError('wrong_password');
    },
    /** @throws {KargahError} `weak_password`, `password_too_long`, `common_password`. */
    async hashNew(password: string, email: string): Promise<string> {
      const normalised = normalisePassword(password);
      checkPassword(normalised, email);
      return hashing.hash(normalised);
    },
    async setPassword(trx: Transaction<Database>, userId: string, hash: string): Promise<void> {
      const update = { password: hash, updatedAt: new Date() };
      await within(trx).update({ model: 'account', where: passwordOf(userId), update });
    },
    /** @throws {KargahError} `email_taken`. */
    async setEmail(trx: Transaction<Database>, userId: string, given: string): Promise<void> {
      const email = given.toLowerCase();
      const other = await within(trx).findOne<Account>({ model: 'user', where: [{ field: 'email', value: email }] });
      if (other !== null && other.id !== userId) throw new KargahError('email_taken');
      await within(trx).update({ model: 'user', where: byId(userId), update: { email, updatedAt: new Date() } });
    },
  };
}
export type Accounts = Awaited<ReturnType<typeof openAccounts>>;

async function adminsOf(db: Kysely<Database>, lock: RawBuilder<unknown>): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from "user" where role = 'admin' and "disabledAt" is null order by id ${lock}`.execute(db);
  return rows.map(({ id }) => id);
}

/** An address as accounts are found by it. */
export function emailOf(text: string): string {
  return text.trim().toLowerCase();
}

function isDisabled({ disabledAt }: Account): boolean {
  return typeof disabledAt === 'string' && disabledAt !== '';
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
