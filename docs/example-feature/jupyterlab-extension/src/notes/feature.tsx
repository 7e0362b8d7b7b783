import { data } from '../api/client.js';
import type { components } from '../api/generated/schema.js';
import { type Feature, textOf } from '../features/feature.js';
import { storedList } from '../store/store.js';
import { noteMessages } from './messages.js';
import { NotePage } from './NotePage.js';

type Note = components['schemas']['Note'];
type Messages = typeof noteMessages;
declare module '../i18n/messages.js' {
  interface Texts extends Messages {}
}
declare module '../store/store.js' {
  interface StoredLists {
    readonly notes: Note;
  }
}
declare module '../live/client.js' {
  interface LiveEvents {
    readonly note_changed: components['schemas']['NoteChanged'];
  }
}
declare module '../tokens.js' {
  interface PageArgs {
    readonly note: { readonly note_id: string };
  }
}

export const notes: Feature = {
  id: 'notes',
  messages: noteMessages,
  lists: [
    storedList({
      name: 'notes',
      idOf: ({ note_id }) => note_id,
      read: (api, query) => data(api.http.GET('/api/v1/notes', { params: { query } })),
      follow: (list, live) => {
        live.event('note_changed').connect((_, { note, deleted }) => {
          if (deleted) list.remove(note.note_id);
          else list.put(note);
        });
      },
    }),
  ],
  pages: [
    {
      name: 'note',
      command: 'kargah:open-note',
      label: 'note.title',
      read: (args) => {
        const note_id = textOf(args, 'note_id');
        return note_id === undefined ? undefined : { note_id };
      },
      tab: ({ note_id }) => note_id,
      look: () => ({ name: undefined, icon: 'model' }),
      lists: ['notes'],
      content: ({ note_id }) => <NotePage noteId={note_id} />,
    },
  ],
  panel: () => import(/* webpackChunkName: "panel" */ './panel.js'),
};
