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
    <section className="sec" aria-labelledby={id} data-testid={testId}>
      <div className="acc">
        <h2 className="acc-h">
          <button type="button" className="acc-t" aria-expanded={open} onClick={onToggle} onKeyDown={betweenSections}>
            <span className="car">
              <Caret open={open} />
            </span>
            <span id={id}>{title}</span>
          </button>
        </h2>
        <span className="n">{count}</span>
        <span className="grow" />
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
  const titles = [...(event.currentTarget.closest('.kg')?.querySelectorAll<HTMLElement>('.acc-t') ?? [])];
  titles[titles.indexOf(event.currentTarget) + step]?.focus();
  event.preventDefault();
}
