import type { Person } from '../access/caller.js';
import { projectOf } from '../access/resource.js';
import { requireAccess } from '../access/require-access.js';
import { scopeOf } from '../access/scope.js';
import { newId } from '../lib/ids.js';
import type { PageQuery } from '../lib/pages.js';
import type { FeatureFeed } from '../live/port.js';
import type { Note } from './contract.js';
import type { NoteRow, NoteStore } from './store.js';

export class NoteService {
  constructor(
    private readonly store: NoteStore,
    private readonly live: FeatureFeed,
  ) {}

  async list(person: Person, page: PageQuery): Promise<{ items: Note[]; next_cursor: string | null }> {
    const { rows, next_cursor } = await this.store.list(scopeOf(person, 'note.read'), page);
    return { items: rows.map(noteOf), next_cursor };
  }

  async write(person: Person, text: string): Promise<Note> {
    requireAccess(person, 'note.write', projectOf(person));
    const row: NoteRow = {
      note_id: newId('note'),
      project_id: person.projectId,
      text,
      owner_name: person.name,
      created_at: new Date().toISOString(),
    };
    await this.store.insert(row);
    return this.#tell(row, false);
  }

  /** @throws not_found, forbidden */
  async delete(person: Person, noteId: string): Promise<void> {
    const row = requireAccess(person, 'note.write', await this.store.resource(noteId));
    await this.store.delete(noteId);
    this.#tell(row, true);
  }

  #tell(row: NoteRow, deleted: boolean): Note {
    const note = noteOf(row);
    this.live.tell(row.project_id, 'note_changed', { note, deleted });
    return note;
  }
}

function noteOf({ note_id, text, owner_name, created_at }: NoteRow): Note {
  return { note_id, text, owner_name, created_at };
}
