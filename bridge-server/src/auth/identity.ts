import type { Socket } from 'node:net';
import type { Kysely } from 'kysely';
import type { Clock } from '../lib/clock.js';
import type { User } from '../contract/auth.js';
import { sha256 } from '../lib/hash.js';
import { KargahError } from '../lib/errors.js';
import type { MaySignIn } from '../http/listen.js';
import type { Authenticator } from '../http/route.js';
import type { Caller, JobIdentity, Person } from '../access/caller.js';
import type { Database } from '../storage/schema.js';
import type { Accounts } from './accounts.js';
import { limitsOf, type ApiTokens, type TokenLimits } from './tokens/api-tokens.js';
import type { TokenKey } from './keys/keys.js';
import { heldWithin, type Memberships } from '../access/memberships.js';
import type { Sessions } from './sessions.js';

/** For how long a checked session is cached: one that ended elsewhere (another bridge on the database) is noticed by then. */
export const TRUST_MS = 2_000;
const ENDED: readonly string[] = ['succeeded', 'failed', 'stopped', 'lost'];

type Known = Omit<Person, 'expiresAt' | 'sessionId' | 'bySession'>;
type Account = Pick<Person, 'kind' | 'userId' | 'name' | 'email' | 'role'>;

interface IdentityDeps {
  readonly db: Kysely<Database>;
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly apiTokens: ApiTokens;
  readonly memberships: Pick<Memberships, 'of'>;
  readonly accessKey: TokenKey;
  readonly maySignIn: MaySignIn;
  readonly clock: Clock;
}

/** Turns a token into who is asking. */
export class Identity implements Authenticator {
  readonly #sessions = new Map<string, { account: Account; limits: TokenLimits; until: number }>();

  constructor(private readonly deps: IdentityDeps) {}

  async authenticate(token: string, connection: object): Promise<Caller> {
    if (token.startsWith('kgj_')) return this.job(token);
    if (token.startsWith('kgp_')) {
      const row = await this.deps.apiTokens.use(token, (connection as Partial<Socket>).remoteAddress ?? 'socket');
      const known = await this.#inProjects(await this.#account(row.user_id), limitsOf(row));
      const expiresAt = row.expires_at === null ? Number.MAX_SAFE_INTEGER : Date.parse(row.expires_at);
      return { ...known, expiresAt, sessionId: row.token_id, bySession: false };
    }
    if (!this.deps.maySignIn(connection)) throw new KargahError('only_through_jupyter');
    const claims = await this.deps.accessKey.verify(token);
    const { sid } = claims;
    if (typeof sid !== 'string') throw new KargahError('unauthenticated');
    return this.ofSession(sid, claims.sub, claims.exp * 1000);
  }

  /** @throws {KargahError} `token_expired` when the session has ended meanwhile. */
  async ofSession(sessionId: string, userId: string, expiresAt: number): Promise<Person> {
    const now = this.deps.clock.elapsed();
    let entry = this.#sessions.get(sessionId);
    if (entry === undefined || entry.until < now) {
      this.#sessions.delete(sessionId);
      const credential = await this.#credential(sessionId);
      if (credential?.userId !== userId) throw new KargahError('token_expired');
      entry = { account: await this.#account(userId), limits: credential.limits, until: now + TRUST_MS };
      if (this.#sessions.size > 10_000) this.#sessions.clear();
      this.#sessions.set(sessionId, entry);
    }
    if (entry.account.userId !== userId) throw new KargahError('unauthenticated');
    return {
      ...(await this.#inProjects(entry.account, entry.limits)),
      expiresAt,
      sessionId,
      bySession: !sessionId.startsWith('tok_'),
    };
  }

  /** Whose session, or personal API token, this is, if it is still good, and what it is limited to. */
  async #credential(id: string): Promise<{ userId: string; limits: TokenLimits } | null> {
    if (id.startsWith('tok_')) {
      const row = await this.deps.apiTokens.byId(id);
      return row === undefined ? null : { userId: row.user_id, limits: limitsOf(row) };
    }
    const session = await this.deps.sessions.byId(id);
    return session === null ? null : { userId: session.user_id, limits: {} };
  }

  /**
   * Whether what somebody showed is still good, also where another bridge of the database ended it.
   *
   * @throws {KargahError} `token_expired`, `account_disabled`
   */
  async stillGood({ sessionId, userId, expiresAt }: Person): Promise<void> {
    if (sessionId !== undefined) await this.ofSession(sessionId, userId, expiresAt);
  }

  /** A session that ended here is refused at once. */
  forget(sessionId: string): void {
    this.#sessions.delete(sessionId);
  }

  /** Drops what is cached of a person. */
  forgetPerson(userId: string): void {
    for (const [sessionId, { account }] of this.#sessions)
      if (account.userId === userId) this.#sessions.delete(sessionId);
  }

  async describe(user: User): Promise<Known> {
    return this.#inProjects(accountOf(user), {});
  }

  async #account(userId: string): Promise<Account> {
    return accountOf(await this.deps.accounts.mustBe(userId));
  }

  /** @throws {KargahError} `token_expired` for a token whose project the person has left */
  async #inProjects(account: Account, limits: TokenLimits): Promise<Known> {
    const held = await this.deps.memberships.of({ id: account.userId, name: account.name });
    const { memberships, home } = heldWithin(held, limits.onlyProject);
    if (home === null) throw new KargahError('token_expired');
    return { ...account, ...home, memberships, ...limits };
  }

  private async job(token: string): Promise<JobIdentity> {
    const row = await this.deps.db
      .selectFrom('jobs as j')
      .innerJoin('projects as p', 'p.project_id', 'j.project_id')
      .select([
        'j.job_id',
        'j.user_id',
        'j.project_id',
        'j.dataset_id',
        'j.state',
        'j.mlflow_end_pending',
        'p.workspace',
      ])
      .where('j.token_sha256', '=', sha256(token))
      .executeTakeFirst();
    if (row === undefined) throw new KargahError('unauthenticated');
    // An ended job may still owe points that MLflow was not there to take.
    if (ENDED.includes(row.state) && row.mlflow_end_pending === null) throw new KargahError('token_expired');
    return {
      kind: 'job',
      jobId: row.job_id,
      userId: row.user_id,
      projectId: row.project_id,
      workspace: row.workspace,
      datasetId: row.dataset_id,
    };
  }
}

function accountOf({ user_id: userId, name, email, role }: User): Account {
  return { kind: 'user', userId, name, email, role };
}
