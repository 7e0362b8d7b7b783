import { endpointsOf } from '../contract/endpoint.js';
import type { Feature } from '../feature.js';
import * as contract from './contract.js';
import { first } from './migrations/0001-first.js';

export const notes: Feature = {
  name: 'notes',
  endpoints: endpointsOf(contract),
  permissions: { 'note.read': 'viewer', 'note.write': 'editor' },
  liveEvents: { note_changed: contract.noteChanged },
  migrations: { '0001_first': first },
  create: async ({ db, live }) => (await import('./index.js')).createNotes(db, live),
};
