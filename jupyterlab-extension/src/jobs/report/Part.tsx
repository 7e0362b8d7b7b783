import type { ReactNode } from 'react';

/** How many rows, columns or classes a part of the report shows at most. */
export const MOST_SHOWN = 8;

/** A titled part of the report. */
export function Part({
  title,
  hint,
  testId,
  children,
}: {
  readonly title: string;
  readonly hint?: string;
  readonly testId?: string;
  readonly children: ReactNode;
}): JSX.Element {
  return (
    <section className="kg-Report-part" aria-label={title} data-testid={testId}>
      <h3 className="kg-Text-medium">{title}</h3>
      {hint !== undefined && <div className="kg-Text-hint">{hint}</div>}
      {children}
    </section>
  );
}
