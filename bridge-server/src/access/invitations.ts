import { sql, type Kysely, type Transaction } from 'kysely';
import { KargahError } from '../lib/errors.js';
import { sha256 } from '../lib/hash.js';
import type { Act } from '../ledger/index.js';
import type { Database, InvitationTable } from '../storage/schema.js';
import { makeProject } from './projects.js';

/** An invitation, with what is said of it to whoever holds its token. */
interface OpenInvitation extends InvitationTable {
  readonly project_name: string;
  readonly created_by_name: string | null;
}

export function stateOf(row: InvitationTable): 'open' | 'used' | 'revoked' | 'expired' {
  if (row.used_at !== null) return 'used';
  if (row.revoked_at !== null) return 'revoked';
  return Date.parse(row.expires_at) <= Date.now() ? 'expired' : 'open';
}

/**
 * The invitation of a token, while somebody can become a member by it.
 *
 * @throws {KargahError} `invitation_unknown`, `invitation_used`, `invitation_expired`, `invitation_revoked`
 */
export function openInvitation(db: Kysely<Database>, token: string): Promise<OpenInvitation> {
  return stillOpen(db, sha256(token.trim()));
}

async function stillOpen(db: Kysely<Database>, hash: string): Promise<OpenInvitation> {
  const { rows } = await sql<OpenInvitation>`
    select i.*, p.name as project_name, maker.name as created_by_name
    from invitations i
    join projects p on p.project_id = i.project_id and p.deleted_at is null
    left join "user" maker on maker.id = i.created_by
    where i.sha256 = ${hash}`.execute(db);
  const row = rows[0];
  if (row === undefined) throw new KargahError('invitation_unknown');
  const state = stateOf(row);
  if (state !== 'open') throw new KargahError(`invitation_${state}`);
  return row;
}

/** Within the transaction that makes the member; false where it is no longer open. */
export async function useInvitation(
  trx: Transaction<Database>,
  { invitation_id }: Pick<InvitationTable, 'invitation_id'>,
  used: { readonly used_at: string; readonly used_by: string },
): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('invitations')
    .set(used)
    .where('invitation_id', '=', invitation_id)
    .where('used_at', 'is', null)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', used.used_at)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/**
 * Makes somebody a member in the transaction that makes their account, with a project of their own besides. Answers what the ledger is to
 * say.
 *
 * @throws {KargahError} as {@link openInvitation}, where somebody was quicker
 */
export async function joinAtSignUp(
  trx: Transaction<Database>,
  { invitation_id, project_id, role, sha256: hash }: OpenInvitation,
  { user_id, name }: { readonly user_id: string; readonly name: string },
): Promise<readonly Act[]> {
  // The project's row is written first, as in every change of its members: that makes concurrent changes wait for each other.
  const { numUpdatedRows } = await trx
    .updateTable('projects')
    .set((eb) => ({ revision: eb('revision', '+', 1) }))
    .where('project_id', '=', project_id)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  await makeProject(trx, { name, userId: user_id });
  const created_at = new Date().toISOString();
  const used = await useInvitation(trx, { invitation_id }, { used_at: created_at, used_by: user_id });
  if (numUpdatedRows === 0n || !used) {
    await stillOpen(trx, hash);
    throw new KargahError('conflict');
  }
  await trx.insertInto('project_members').values({ project_id, user_id, role, created_at }).execute();
  const by = { caller: { kind: 'user', userId: user_id, name }, projectId: project_id } as const;
  return [
    {
      ...by,
      action: 'invitation.accept',
      object: { kind: 'invitation', id: invitation_id },
      after: { role, user_id },
    },
    {
      ...by,
      action: 'member.add',
      object: { kind: 'member', id: user_id },
      after: { role, invitation: invitation_id },
    },
  ];
}
