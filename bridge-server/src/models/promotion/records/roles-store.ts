import type { Kysely, Transaction } from 'kysely';
import type { Person } from '../../../access/caller.js';
import { ROLES } from '../../../access/policy.js';
import type { Permission } from '../../../contract/permissions.js';
import { KargahError } from '../../../lib/errors.js';
import type { Database } from '../../../storage/schema.js';

interface Asked {
  readonly projectId: string;
  readonly permission: Permission;
}

/**
 * Whether a person may still do it, by their role as the database has it now and not as it was when their call came. To be
 * asked after `lockProject`, which changes of members wait for.
 *
 * @throws {KargahError} `not_found` where they are no member any more; `forbidden`
 */
export async function requireStill(
  trx: Transaction<Database>,
  { userId }: Pick<Person, 'userId'>,
  asked: Asked,
): Promise<void> {
  const permissions = await held(trx, userId, asked.projectId);
  if (permissions === undefined) throw new KargahError('not_found');
  if (!permissions.has(asked.permission)) throw new KargahError('forbidden');
}

/** The same of whoever made a request, however long ago. @throws {KargahError} `requester_may_not` */
export async function requireRequester(
  trx: Transaction<Database>,
  { requested_by: userId, requested_name: name }: { readonly requested_by: string; readonly requested_name: string },
  { projectId, permission }: Asked,
): Promise<void> {
  if (!(await held(trx, userId, projectId))?.has(permission)) throw new KargahError('requester_may_not', { name });
}

/** How many people of a project besides this one may promote. */
export async function othersWhoMay(db: Kysely<Database>, projectId: string, userId: string): Promise<number> {
  const { n } = await db
    .selectFrom('project_members')
    .select(({ fn }) => fn.countAll<number>().as('n'))
    .where('project_id', '=', projectId)
    .where('user_id', '!=', userId)
    .where('role', 'in', ['owner', 'editor'])
    .executeTakeFirstOrThrow();
  return n;
}

async function held(
  trx: Transaction<Database>,
  userId: string,
  projectId: string,
): Promise<ReadonlySet<Permission> | undefined> {
  // The members of a deleted project are kept, for when it is restored.
  const member = await trx
    .selectFrom('project_members as m')
    .innerJoin('projects as p', 'p.project_id', 'm.project_id')
    .select('m.role')
    .where('m.project_id', '=', projectId)
    .where('m.user_id', '=', userId)
    .where('p.deleted_at', 'is', null)
    .executeTakeFirst();
  return member === undefined ? undefined : ROLES[member.role];
}
