import type { Kysely, Transaction } from 'kysely';
import type { Person } from '../../access/caller.js';
import type { Memberships } from '../../access/memberships.js';
import type { User } from '../../contract/auth.js';
import type { WhatLeaves } from '../../contract/people.js';
import type { Ledger } from '../../ledger/index.js';
import { KargahError } from '../../lib/errors.js';
import type { Database } from '../../storage/schema.js';
import type { Accounts } from '../accounts.js';
import type { ApiTokens } from '../tokens/api-tokens.js';
import type { Sessions } from '../sessions.js';
import { leaveProjects, projectsOf, requireNoSweeps, sweepsOf } from './leaving-store.js';

interface LeavingDeps {
  readonly db: Kysely<Database>;
  readonly ledger: Ledger;
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly apiTokens: ApiTokens;
  readonly memberships: Pick<Memberships, 'forget'>;
  readonly forgetPerson: (userId: string) => void;
  /** The sockets of a session or a token end. */
  readonly closed: (credential: string) => void;
}
interface Left {
  readonly projects: number;
}

/** A person leaves the server, or is removed from it: what is theirs alone goes to somebody else, and nothing is without an owner. */
export class Leaving {
  constructor(private readonly deps: LeavingDeps) {}

  /**
   * What there is to settle first.
   * @throws {KargahError} `not_found`
   */
  async look(userId: string): Promise<WhatLeaves> {
    const { db, accounts } = this.deps;
    if ((await accounts.userById(userId)) === null) throw new KargahError('not_found');
    return {
      last_admin: await accounts.isLastAdmin(userId),
      sweeps: await sweepsOf(db, userId),
      ...(await projectsOf(db, userId)),
    };
  }

  /**
   * @param heirEmail who is to own the projects that nobody else owns
   * @throws {KargahError} `not_found`; `last_admin`; `projects_to_hand_over`, `heir_unknown`; `sweeps_to_stop`
   */
  async remove(caller: Person, userId: string, heirEmail: string | undefined): Promise<Left> {
    const { db, accounts, ledger } = this.deps;
    const user = await accounts.userById(userId);
    if (user === null) throw new KargahError('not_found');
    const heir = heirEmail === undefined ? null : await this.#heir(heirEmail, userId);
    const { ended, projects } = await db.transaction().execute(async (trx) => {
      // Locked together: two people who leave or are removed at once, of whom one may be the other's heir, follow one another.
      const admins = await accounts.admins(trx);
      if ((await accounts.standing(trx, userId)) === null) throw new KargahError('not_found');
      if (heir !== null) await this.#requireHeir(trx, heir);
      if (admins.includes(userId) && admins.length === 1) throw new KargahError('last_admin');
      await requireNoSweeps(trx, userId);
      const { acts, handed } = await leaveProjects(trx, caller, user, heir);
      const sessions = await this.deps.sessions.endAll(trx, userId, null);
      const tokens = await this.deps.apiTokens.revokeAll(trx, userId);
      await trx.deleteFrom('devices').where('user_id', '=', userId).execute();
      await trx.deleteFrom('reset_links').where('user_id', '=', userId).execute();
      await trx.deleteFrom('limits').where('subject', '=', `person/${userId}`).execute();
      await accounts.remove(trx, userId);
      for (const act of acts) await ledger.record(trx, act);
      const isOwn = caller.userId === userId;
      await ledger.record(trx, {
        caller,
        action: isOwn ? 'person.leave' : 'person.delete',
        object: { kind: 'person', id: userId },
        projectId: null,
        before: { name: user.name, email: user.email, role: user.role },
        after: { handed_to: heir?.user_id ?? null, sessions: sessions.length, tokens: tokens.length },
      });
      return { ended: [...sessions, ...tokens], projects: handed };
    });
    this.deps.memberships.forget([userId, ...(heir === null ? [] : [heir.user_id])]);
    this.deps.forgetPerson(userId);
    ended.forEach((id) => this.deps.closed(id));
    return { projects };
  }

  async #heir(email: string, userId: string): Promise<User> {
    const id = await this.deps.accounts.idOf(email);
    const heir = id === null || id === userId ? null : await this.deps.accounts.mustBe(id).catch(() => null);
    if (heir === null) throw new KargahError('heir_unknown', { email });
    return heir;
  }

  /** Somebody who left or was disabled meanwhile becomes nobody's heir. */
  async #requireHeir(trx: Transaction<Database>, { user_id: id, email }: User): Promise<void> {
    const standing = await this.deps.accounts.standing(trx, id);
    if (standing === null || standing.disabled) throw new KargahError('heir_unknown', { email });
  }
}
