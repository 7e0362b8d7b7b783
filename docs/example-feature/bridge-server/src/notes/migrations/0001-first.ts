import { sql, type Migration } from 'kysely';

export const first: Migration = {
  up: async (db) => {
    await sql`
      create table notes (
        note_id text primary key,
        project_id text not null references projects (project_id) on delete cascade,
        text text not null,
        owner_name text not null,
        created_at text not null
      )`.execute(db);
    await sql`create index notes_by_project on notes (project_id, created_at, note_id)`.execute(db);
  },
};
