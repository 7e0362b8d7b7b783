import { useKargah } from '../context.js';
import { useStore } from '../lib/useStore.js';

export function NotePage({ noteId }: { readonly noteId: string }): JSX.Element {
  const { items } = useStore(useKargah().store.list('notes'));
  return <p data-testid="note-page">{items.find(({ note_id }) => note_id === noteId)?.text}</p>;
}
