const ADDRESS = /https?:\/\/[^\s<>"'`]+/giu;
/** What ends a sentence and not an address. */
const AFTER = /[.,;:!?،؛؟»…*]+$/u;
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
    if (!URL.canParse(address)) continue;
    if (index > from) pieces.push({ text: text.slice(from, index), href: null });
    pieces.push({ text: address, href: address });
    from = index + address.length;
  }
  if (from < text.length || pieces.length === 0) pieces.push({ text: text.slice(from), href: null });
  return pieces;
}

/** Without the marks that belong to the sentence around it; a bracket is its own where it opened it. */
function addressIn(found: string): string {
  let address = found;
  for (;;) {
    const shorter = address.replace(AFTER, '');
    const last = shorter.at(-1) ?? '';
    const opening = CLOSED_BY[last];
    const alien = opening !== undefined && shorter.split(last).length > shorter.split(opening).length;
    const next = alien ? shorter.slice(0, -1) : shorter;
    if (next === address) return address;
    address = next;
  }
}

/** A text of a program, its addresses as links. They open in a tab of their own that knows nothing of this page. */
export function Linked({ text }: { readonly text: string }): JSX.Element {
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
}
