import { sql, type Kysely, type Migration } from 'kysely';
import { createTable } from './tables.js';

/** What people, projects or everybody are given besides membership: shares of datasets become such grants, by who owns the dataset. */
export const grants: Migration = {
  async up(db: Kysely<unknown>) {
    await createTable(db, 'grants', {
      object_kind: 'text',
      object_id: 'text',
      grantee_kind: 'text',
      grantee_id: 'text',
      permission: 'text',
      granted_by: 'text',
      created_at: 'text',
    });
    await db.schema
      .createIndex('grants_of_object')
      .on('grants')
      .columns(['object_kind', 'object_id', 'grantee_kind', 'grantee_id', 'permission'])
      .unique()
      .execute();
    await db.schema
      .createIndex('grants_of_grantee')
      .on('grants')
      .columns(['grantee_kind', 'grantee_id', 'object_kind', 'object_id'])
      .execute();
    await sql`insert into grants
      (object_kind, object_id, grantee_kind, grantee_id, permission, granted_by, created_at)
      select 'dataset', s.dataset_id, 'person', s.user_id, 'dataset.read', d.user_id, s.created_at
      from dataset_shares s join datasets d on d.dataset_id = s.dataset_id`.execute(db);
    await sql`insert into grants
      (object_kind, object_id, grantee_kind, grantee_id, permission, granted_by, created_at)
      select 'dataset', dataset_id, 'everyone', '', 'dataset.read', user_id, created_at
      from datasets where shared = 'everyone'`.execute(db);
    await db.schema.dropTable('dataset_shares').execute();
  },
};
