import type { Kysely } from 'kysely';
import type { RunningFeature } from '../feature.js';
import { route } from '../http/route.js';
import type { FeatureFeed } from '../live/port.js';
import type { Database } from '../storage/schema.js';
import { deleteNote, listNotes, writeNote } from './contract.js';
import { NoteService } from './service.js';
import { NoteStore } from './store.js';

export function createNotes(db: Kysely<Database>, live: FeatureFeed): RunningFeature {
  const notes = new NoteService(new NoteStore(db), live);
  return {
    routes: [
      route(listNotes, async ({ caller, query }) => ({ status: 200, json: await notes.list(caller, query) })),
      route(writeNote, async ({ caller, body }) => ({ status: 201, json: await notes.write(caller, body.text) })),
      route(deleteNote, async ({ caller, params }) => {
        await notes.delete(caller, params.note_id);
        return { status: 204 };
      }),
    ],
  };
}
