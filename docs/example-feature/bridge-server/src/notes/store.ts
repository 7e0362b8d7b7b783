import type { Kysely } from 'kysely';
import { ownedBy, type Resource } from '../access/resource.js';
import { inProjectsOf, type Scope } from '../access/scope.js';
import { readPage, type Page, type PageQuery } from '../lib/pages.js';
import type { Database } from '../storage/schema.js';

export interface NoteRow {
  readonly note_id: string;
  readonly project_id: string;
  readonly text: string;
  readonly owner_name: string;
  readonly created_at: string;
}

export class NoteStore {
  readonly #db: Kysely<Database & { notes: NoteRow }>;

  constructor(db: Kysely<Database>) {
    this.#db = db.withTables<{ notes: NoteRow }>();
  }

  async insert(row: NoteRow): Promise<void> {
    await this.#db.insertInto('notes').values(row).execute();
  }

  /** Newest first. */
  async list(scope: Scope, page: PageQuery): Promise<Page<NoteRow>> {
    const query = this.#db.selectFrom('notes').selectAll().where(inProjectsOf(scope));
    return readPage([query], { by: 'created_at', then: 'note_id' }, page);
  }

  /** The note, for `requireAccess`. */
  async resource(noteId: string): Promise<Resource<NoteRow> | null> {
    const row = await this.#db.selectFrom('notes').selectAll().where('note_id', '=', noteId).executeTakeFirst();
    return row === undefined ? null : ownedBy('note', noteId, row);
  }

  async delete(noteId: string): Promise<void> {
    await this.#db.deleteFrom('notes').where('note_id', '=', noteId).execute();
  }
}
