import { memo } from 'react';

const ADDRESS = /https?:\/\/[^\s<>"'`]+/giu;
/** What is longer leads nowhere that anybody could open: it stays text, since a part of it would lead elsewhere. */
const MOST_LETTERS = 2_048;
/** What ends a sentence and not an address. */
const AFTER = new Set('.,;:!?،؛؟»…*');
const CLOSED_BY: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };

export interface Piece {
  readonly text: string;
  /** Where it leads; null: it is no address. */
  readonly href: string | null;
}

/** The addresses of the web in a text; everything else, places in files too, is left as it is. */
export function piecesOf(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const { 0: found, index } of text.matchAll(ADDRESS)) {
    const address = addressIn(found);
    if (address.length > MOST_LETTERS || !URL.canParse(address)) continue;
    if (index > from) pieces.push({ text: text.slice(from, index), href: null });
    pieces.push({ text: address, href: address });
    from = index + address.length;
  }
  if (from < text.length || pieces.length === 0) pieces.push({ text: text.slice(from), href: null });
  return pieces;
}

/**
 * Without the marks that belong to the sentence around it; a bracket is its own where it opened it.
 *
 * Brackets are counted once: a program may print a line of any length.
 */
function addressIn(found: string): string {
  const counts = new Map<string, number>();
  for (const letter of found) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  const count = (letter: string): number => counts.get(letter) ?? 0;
  let end = found.length;
  for (; end > 0; end -= 1) {
    const last = found.charAt(end - 1);
    if (AFTER.has(last)) continue;
    const opening = CLOSED_BY[last];
    if (opening === undefined || count(last) <= count(opening)) break;
    counts.set(last, count(last) - 1);
  }
  return found.slice(0, end);
}

/** A text of a program, its addresses as links. They open in a tab of their own that knows nothing of this page. */
export const Linked = memo(function Linked({ text }: { readonly text: string }): JSX.Element {
  if (!text.includes('://')) return <>{text}</>;
  return (
    <>
      {piecesOf(text).map(({ text: piece, href }, index) =>
        href === null ? (
          piece
        ) : (
          <a key={index} href={href} target="_blank" rel="noopener noreferrer">
            {piece}
          </a>
        ),
      )}
    </>
  );
});
