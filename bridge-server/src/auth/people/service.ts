import type { Kysely, Transaction } from 'kysely';
import type { Person } from '../../access/caller.js';
import type { User } from '../../contract/auth.js';
import type { Ledger } from '../../ledger/index.js';
import type { Mail } from '../../mail/index.js';
import type { Mailed } from '../../contract/mail.js';
import { KargahError } from '../../lib/errors.js';
import type { Database } from '../../storage/schema.js';
import type { Accounts } from '../accounts.js';
import type { ApiTokens } from '../tokens/api-tokens.js';
import type { Sessions } from '../sessions.js';
import type { Directory, PersonEntry } from './directory.js';
import type { ResetLinks } from './reset-links.js';

interface PeopleDeps {
  readonly db: Kysely<Database>;
  readonly ledger: Ledger;
  readonly mail: Mail;
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly apiTokens: ApiTokens;
  readonly directory: Directory;
  readonly resetLinks: ResetLinks;
  /** What was known of somebody is looked at anew. */
  readonly forgetPerson: (userId: string) => void;
  /** The sockets of a session or a token end. */
  readonly closed: (credential: string) => void;
}

/** What is done with accounts: by administrators with those of others, and by everybody with their own. */
export class PeopleService {
  constructor(private readonly deps: PeopleDeps) {}

  /** @throws {KargahError} `not_found`; `last_admin` where nobody would be left to administer the server. */
  async change(
    caller: Person,
    userId: string,
    { role, disabled }: { role?: 'admin' | 'user' | undefined; disabled?: boolean | undefined },
  ): Promise<PersonEntry> {
    const { accounts, ledger } = this.deps;
    const ended = await this.deps.db.transaction().execute(async (trx) => {
      // Locked together, so that two administrators who take each other's role at once do not both succeed.
      const admins = await accounts.admins(trx);
      const was = await accounts.standing(trx, userId);
      if (was === null) throw new KargahError('not_found');
      const will = { role: role ?? was.role, disabled: disabled ?? was.disabled };
      const stays = will.role === 'admin' && !will.disabled;
      if (!stays && admins.includes(userId) && admins.length === 1) throw new KargahError('last_admin');
      if (will.role === was.role && will.disabled === was.disabled) return [];
      await accounts.setStanding(trx, userId, will);
      const cut = will.disabled && !was.disabled ? await this.#cutOff(trx, userId) : [];
      await ledger.record(trx, {
        caller,
        action: 'person.change',
        object: { kind: 'person', id: userId },
        projectId: null,
        before: was,
        after: will,
      });
      return cut;
    });
    this.deps.forgetPerson(userId);
    ended.forEach((id) => this.deps.closed(id));
    return this.#entry(userId);
  }

  /** Ends every session of somebody, and revokes their personal tokens where that is asked. */
  async signOut(caller: Person, userId: string, tokensToo: boolean): Promise<{ sessions: number; tokens: number }> {
    await this.#entry(userId);
    const ended = await this.deps.db.transaction().execute(async (trx) => {
      const sessions = await this.deps.sessions.endAll(trx, userId, null);
      const tokens = tokensToo ? await this.deps.apiTokens.revokeAll(trx, userId) : [];
      await this.deps.ledger.record(trx, {
        caller,
        action: 'person.sign_out',
        object: { kind: 'person', id: userId },
        projectId: null,
        after: { sessions: sessions.length, tokens: tokens.length },
      });
      return { sessions, tokens };
    });
    this.deps.forgetPerson(userId);
    [...ended.sessions, ...ended.tokens].forEach((id) => this.deps.closed(id));
    return { sessions: ended.sessions.length, tokens: ended.tokens.length };
  }

  /** @param mail whether it is sent to the account's address too */
  async makeResetLink(
    caller: Person,
    userId: string,
    mail: boolean,
  ): Promise<{ token: string; expires_at: string; mailed: Mailed | null }> {
    const { email } = await this.#entry(userId);
    if (mail) this.deps.mail.admit(caller.userId);
    const made = await this.deps.db.transaction().execute(async (trx) => {
      const link = await this.deps.resetLinks.make(trx, userId);
      await this.deps.ledger.record(trx, {
        caller,
        action: 'person.reset',
        object: { kind: 'person', id: userId },
        projectId: null,
        after: { expires_at: link.expires_at, ...(mail && { email }) },
      });
      return link;
    });
    const mailed = mail ? await this.deps.mail.send(email, { kind: 'reset', from: caller.name, ...made }) : null;
    return { ...made, mailed };
  }

  /** @throws {KargahError} `reset_link_over`, `account_disabled`; what is wrong with the password. */
  async reset(token: string, password: string): Promise<User> {
    const userId = await this.deps.resetLinks.of(token);
    if (userId === null) throw new KargahError('reset_link_over');
    const user = await this.deps.accounts.mustBe(userId);
    const hash = await this.deps.accounts.hashNew(password, user.email);
    await this.#replace(user, null, {
      reason: 'reset',
      action: 'person.change_password',
      write: async (trx) => {
        if (!(await this.deps.resetLinks.use(trx, token))) throw new KargahError('reset_link_over');
        await this.deps.accounts.setPassword(trx, userId, hash);
      },
    });
    return user;
  }

  /** @throws {KargahError} `wrong_password` */
  async mustMatch(caller: Person, password: string): Promise<void> {
    await this.deps.accounts.mustMatch(caller.userId, password);
  }

  /** @throws {KargahError} `wrong_password`; what is wrong with the new one. */
  async changePassword(caller: Person, current: string, password: string): Promise<void> {
    const user = await this.deps.accounts.mustBe(caller.userId);
    await this.deps.accounts.mustMatch(caller.userId, current);
    const hash = await this.deps.accounts.hashNew(password, user.email);
    await this.#replace(user, caller, {
      action: 'person.change_password',
      write: (trx) => this.deps.accounts.setPassword(trx, caller.userId, hash),
    });
  }

  /** @throws {KargahError} `wrong_password`, `email_taken`. */
  async changeEmail(caller: Person, current: string, email: string): Promise<User> {
    const user = await this.deps.accounts.mustBe(caller.userId);
    await this.deps.accounts.mustMatch(caller.userId, current);
    await this.#replace(user, caller, {
      action: 'person.change_email',
      email,
      write: (trx) => this.deps.accounts.setEmail(trx, caller.userId, email),
    });
    return this.deps.accounts.mustBe(caller.userId);
  }

  /** Changes what somebody signs in with; sessions other than the one that asks end with it. */
  async #replace(
    user: User,
    caller: Person | null,
    change: {
      readonly action: 'person.change_password' | 'person.change_email';
      readonly email?: string;
      readonly reason?: string;
      readonly write: (trx: Transaction<Database>) => Promise<void>;
    },
  ): Promise<void> {
    const { user_id: userId, name } = user;
    const { email } = change;
    const ended = await this.deps.db.transaction().execute(async (trx) => {
      await change.write(trx);
      const sessions = await this.deps.sessions.endAll(trx, userId, caller?.sessionId ?? null);
      await this.deps.ledger.record(trx, {
        caller: caller ?? { kind: 'user', userId, name },
        action: change.action,
        object: { kind: 'person', id: userId },
        projectId: null,
        ...(email === undefined ? {} : { before: { email: user.email } }),
        after: { ...(email === undefined ? {} : { email: email.toLowerCase() }), sessions: sessions.length },
        reason: change.reason,
      });
      return sessions;
    });
    this.deps.forgetPerson(userId);
    ended.forEach((id) => this.deps.closed(id));
  }

  /** Sessions end for good; tokens stay, and are refused for as long as their person is disabled. */
  async #cutOff(trx: Transaction<Database>, userId: string): Promise<string[]> {
    const sessions = await this.deps.sessions.endAll(trx, userId, null);
    const tokens = await trx.selectFrom('api_tokens').select('token_id').where('user_id', '=', userId).execute();
    return [...sessions, ...tokens.map(({ token_id }) => token_id)];
  }

  async #entry(userId: string): Promise<PersonEntry> {
    const entry = await this.deps.directory.person(userId);
    if (entry === null) throw new KargahError('not_found');
    return entry;
  }
}
