import { z } from 'zod';
import { page, pageQuery, timestamp } from '../contract/common.js';
import { endpoint } from '../contract/endpoint.js';

declare module '../contract/permissions.js' {
  interface FeaturePermissions {
    'note.read': true;
    'note.write': true;
  }
}

export const note = z
  .object({ note_id: z.string(), text: z.string(), owner_name: z.string(), created_at: timestamp })
  .meta({ id: 'Note' });
export type Note = z.infer<typeof note>;

export const noteChanged = z.object({ note, deleted: z.boolean() }).meta({ id: 'NoteChanged' });
declare module '../contract/live.js' {
  interface FeatureEvents {
    note_changed: z.infer<typeof noteChanged>;
  }
}

export const listNotes = endpoint({
  id: 'listNotes',
  method: 'get',
  path: '/api/v1/notes',
  tag: 'notes',
  policy: 'user',
  permission: 'note.read',
  summary: 'Notes of the project, newest first',
  query: pageQuery,
  responses: { 200: page(note).meta({ id: 'NotePage' }) },
  errors: [],
});

export const writeNote = endpoint({
  id: 'writeNote',
  method: 'post',
  path: '/api/v1/notes',
  tag: 'notes',
  policy: 'user',
  permission: 'note.write',
  summary: 'Write a note',
  body: z.object({ text: z.string().min(1).max(1000) }).meta({ id: 'NoteRequest' }),
  responses: { 201: note },
  errors: [],
});

export const deleteNote = endpoint({
  id: 'deleteNote',
  method: 'delete',
  path: '/api/v1/notes/{note_id}',
  tag: 'notes',
  policy: 'user',
  permission: 'note.write',
  summary: 'Delete a note',
  params: z.object({ note_id: z.string() }),
  responses: { 204: null },
  errors: ['not_found'],
});
