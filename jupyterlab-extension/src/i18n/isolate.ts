/** Between the parts of a default name: `sales ۱۴۰۴.csv · tabular`. */
const SEPARATOR = ' · ';
const FSI = '\u2068';
const PDI = '\u2069';

/** The parts of a name that each have a direction of their own. */
export function partsOf(name: string): readonly string[] {
  return name.split(SEPARATOR);
}

/**
 * A name for plain text, as in a tab or a notification: the whole apart from what is around it, and each of its parts apart from
 * the others, or the ending of a file and the recipe after it would trade places.
 */
export function isolated(name: string): string {
  const parts = partsOf(name);
  const inner = parts.length === 1 ? name : parts.map((part) => `${FSI}${part}${PDI}`).join(SEPARATOR);
  return `${FSI}${inner}${PDI}`;
}

/** A name for a tooltip; one of a single part is left as it is. */
export function titleOf(name: string): string {
  return partsOf(name).length === 1 ? name : isolated(name);
}
