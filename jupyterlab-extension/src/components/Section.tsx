import { type KeyboardEvent, type ReactNode, useId } from 'react';
import { Caret } from './icons/Icon.js';

export interface SectionProps {
  readonly title: string;
  readonly count: ReactNode;
  readonly open: boolean;
  readonly onToggle: () => void;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
  readonly testId?: string;
}

/** One fold of the panel. Enter toggles; arrows go between the titles. */
export function Section({ title, count, open, onToggle, actions, children, testId }: SectionProps): JSX.Element {
  const id = useId();
  return (
    <section className="kg-Section" aria-labelledby={id} data-testid={testId}>
      <div className="kg-Section-head">
        <h2 className="kg-Section-heading">
          <button
            type="button"
            className="kg-Section-title"
            aria-expanded={open}
            onClick={onToggle}
            onKeyDown={betweenSections}
          >
            <span className="kg-Section-caret">
              <Caret open={open} />
            </span>
            <span id={id}>{title}</span>
          </button>
        </h2>
        <span className="kg-Section-count">{count}</span>
        <span className="kg-Layout-grow" />
        {actions}
      </div>
      {open && children}
    </section>
  );
}

function betweenSections(event: KeyboardEvent<HTMLButtonElement>): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step === undefined) {
    return;
  }
  const titles = [
    ...(event.currentTarget.closest('.kg-Root')?.querySelectorAll<HTMLElement>('.kg-Section-title') ?? []),
  ];
  titles[titles.indexOf(event.currentTarget) + step]?.focus();
  event.preventDefault();
}
