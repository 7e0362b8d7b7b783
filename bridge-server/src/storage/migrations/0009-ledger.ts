import { sql, type Kysely, type Migration } from 'kysely';
import { createTable, isPostgres } from './tables.js';

/** What was done by whom, each row with the hash of the one before: the database itself refuses to change or take away one. */
export const ledger: Migration = {
  async up(db: Kysely<unknown>) {
    await createTable(db, 'ledger', {
      seq: 'bigint',
      at: 'text',
      actor_kind: 'text',
      actor_id: 'text',
      actor_name: 'text',
      credential: 'text?',
      on_behalf_of: 'text?',
      action: 'text',
      object_kind: 'text',
      object_id: 'text',
      project_id: 'text?',
      before_json: 'text?',
      after_json: 'text?',
      reason: 'text?',
      count: 'integer',
      request_id: 'text?',
      from_address: 'text?',
      previous_hash: 'text',
      hash: 'text',
    });
    await db.schema.createIndex('ledger_order').on('ledger').column('seq').unique().execute();
    // Two rows never follow the same one.
    await db.schema.createIndex('ledger_chain').on('ledger').column('previous_hash').unique().execute();
    await db.schema.createIndex('ledger_project').on('ledger').columns(['project_id', 'seq']).execute();
    await db.schema.createIndex('ledger_object').on('ledger').columns(['object_kind', 'object_id', 'seq']).execute();
    await db.schema.createIndex('ledger_actor').on('ledger').columns(['actor_id', 'seq']).execute();
    await db.schema.createIndex('ledger_at').on('ledger').column('at').execute();
    if (isPostgres(db)) {
      await sql`create function ledger_only_grows() returns trigger language plpgsql as
        ${sql.lit("begin raise exception 'rows of the ledger are only added'; end")}`.execute(db);
      await sql`create trigger ledger_only_grows before update or delete on ledger
        for each row execute function ledger_only_grows()`.execute(db);
      await sql`create trigger ledger_is_not_emptied before truncate on ledger
        for each statement execute function ledger_only_grows()`.execute(db);
      return;
    }
    for (const act of ['update', 'delete'])
      await sql`create trigger ${sql.table(`ledger_no_${act}`)} before ${sql.raw(act)} on ledger
        begin select raise(abort, 'rows of the ledger are only added'); end`.execute(db);
  },
};
