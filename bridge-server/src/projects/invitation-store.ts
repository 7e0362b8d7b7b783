import { sql, type Kysely, type Selectable, type Transaction } from 'kysely';
import type { Database, InvitationTable } from '../storage/schema.js';
import type { After } from './store.js';

export interface InvitationRow extends Selectable<InvitationTable> {
  readonly created_by_name: string | null;
  readonly used_by_name: string | null;
  readonly project_name: string;
}

/** Writes into the ledger what a transaction does, as the last thing in it. */
type Tell = (trx: Transaction<Database>) => Promise<void>;

/** Rows of invitations into projects that are not deleted. */
export class InvitationStore {
  constructor(private readonly db: Kysely<Database>) {}

  async insert(row: InvitationTable, tell: Tell): Promise<void> {
    await this.db.transaction().execute(async (trx) => {
      await trx.insertInto('invitations').values(row).execute();
      await tell(trx);
    });
  }

  /** Newest first. */
  list(projectId: string, limit: number, before: After): Promise<InvitationRow[]> {
    const older =
      before === undefined
        ? sql`true`
        : sql`(i.created_at < ${before[0]} or (i.created_at = ${before[0]} and i.invitation_id < ${before[1]}))`;
    return this.#rows(
      sql`i.project_id = ${projectId} and ${older} order by i.created_at desc, i.invitation_id desc limit ${limit}`,
    );
  }
  async find(projectId: string, invitationId: string): Promise<InvitationRow | undefined> {
    return (await this.#rows(sql`i.project_id = ${projectId} and i.invitation_id = ${invitationId}`))[0];
  }

  async countOpen(projectId: string, now: string): Promise<number> {
    const { n } = await this.db
      .selectFrom('invitations')
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .where('project_id', '=', projectId)
      .where('used_at', 'is', null)
      .where('revoked_at', 'is', null)
      .where('expires_at', '>', now)
      .executeTakeFirstOrThrow();
    return n;
  }

  /** False where somebody used it first. */
  async revoke(invitationId: string, revoked_at: string, tell: Tell): Promise<boolean> {
    return this.db.transaction().execute(async (trx) => {
      const { numUpdatedRows } = await trx
        .updateTable('invitations')
        .set({ revoked_at })
        .where('invitation_id', '=', invitationId)
        .where('used_at', 'is', null)
        .executeTakeFirst();
      if (numUpdatedRows === 0n) return false;
      await tell(trx);
      return true;
    });
  }

  async #rows(where: ReturnType<typeof sql>): Promise<InvitationRow[]> {
    const { rows } = await sql<InvitationRow>`
      select i.*, p.name as project_name, maker.name as created_by_name, member.name as used_by_name
      from invitations i
      join projects p on p.project_id = i.project_id and p.deleted_at is null
      left join "user" maker on maker.id = i.created_by
      left join "user" member on member.id = i.used_by
      where ${where}`.execute(this.db);
    return rows;
  }
}
