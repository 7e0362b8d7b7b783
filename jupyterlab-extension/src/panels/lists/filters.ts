import type { Entry, Filters } from '../../features/feature.js';

/** What each section is filtered by, by its id. */
export type Chosen = Readonly<Record<string, ReadonlySet<string>>>;

const NONE: ReadonlySet<string> = new Set();

export function chosenOf(chosen: Chosen, section: string): ReadonlySet<string> {
  return chosen[section] ?? NONE;
}

/** Whether a row is shown: every row where nothing is chosen. */
export function passes({ marks = [] }: Pick<Entry, 'marks'>, chosen: ReadonlySet<string>, filters?: Filters): boolean {
  if (chosen.size === 0) return true;
  return filters?.match === 'all'
    ? [...chosen].every((option) => marks.includes(option))
    : marks.some((mark) => chosen.has(mark));
}

/** With it where it was not, without it where it was. */
export function toggled<T>(set: ReadonlySet<T>, item: T): ReadonlySet<T> {
  const next = new Set(set);
  if (!next.delete(item)) next.add(item);
  return next;
}
