import { type ReactNode, useState } from 'react';
import { Caret } from './icons/Icon.js';

export interface CardProps {
  readonly title: string;
  readonly end?: ReactNode;
  readonly children: ReactNode;
  readonly testId?: string;
}

export function Card({ title, end, children, testId }: CardProps): JSX.Element {
  return (
    <section className="kg-Card" aria-label={title} data-testid={testId}>
      <div className="kg-Card-head">
        <h2>{title}</h2>
        <span className="kg-Layout-grow" />
        {end}
      </div>
      <div className="kg-Card-body">{children}</div>
    </section>
  );
}

export interface FoldProps {
  readonly title: string;
  /** What is inside, in a few words, while it is folded. */
  readonly summary: ReactNode;
  /** Something inside needs attention, such as an error: the card opens. */
  readonly urgent: boolean;
  readonly testId: string;
  readonly children: () => ReactNode;
}

/** A card that is folded until it is asked for. */
export function Fold({ title, summary, urgent, testId, children }: FoldProps): JSX.Element {
  const [open, setOpen] = useState(urgent);
  // A new fault in what is folded away opens it; closing it again is the reader's choice.
  const [wasUrgent, setWasUrgent] = useState(urgent);
  if (urgent !== wasUrgent) {
    setWasUrgent(urgent);
    if (urgent) setOpen(true);
  }
  return (
    <div className={`kg-Card kg-mod-fold ${open ? '' : 'kg-mod-folded'}`} data-testid={testId}>
      <button type="button" className="kg-Card-head" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Caret open={open} />
        <h2>{title}</h2>
        {!open && <span className="kg-Text-muted kg-Text-small kg-Text-ellipsis">{summary}</span>}
      </button>
      {open && <div className="kg-Card-body">{children()}</div>}
    </div>
  );
}
