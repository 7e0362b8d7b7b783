import { EmptyState } from '../components/Note.js';
import { useKargah } from '../context.js';
import type { PanelPart } from '../features/feature.js';
import { useI18n } from '../i18n/context.js';

function NoNotes(): JSX.Element {
  const { t } = useI18n();
  return <EmptyState icon="model" title={t('note.none')} />;
}

function NoteRow({ noteId, text }: { readonly noteId: string; readonly text: string }): JSX.Element {
  const kargah = useKargah();
  return (
    <button type="button" data-testid="note" onClick={() => void kargah.open('note', { note_id: noteId })}>
      {text}
    </button>
  );
}

const part: PanelPart = {
  section: { id: 'notes', rank: 500, title: 'note.all', found: 'note.found', list: 'notes', Empty: NoNotes },
  rows: {
    section: 'notes',
    lists: ['notes'],
    entries: ({ store }) =>
      store
        .list('notes')
        .get()
        .items.map(({ note_id, text, created_at }) => ({
          id: note_id,
          at: created_at,
          texts: [text],
          row: () => <NoteRow key={note_id} noteId={note_id} text={text} />,
        })),
  },
};
export default part;
