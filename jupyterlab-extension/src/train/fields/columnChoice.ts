import type { Column, Dataset } from '../../api/types.js';
import type { ColumnChoice } from '../trainForm.js';

type Warning = Dataset['warnings'][number];

/** What speaks against learning from a column, whatever is to be predicted. */
const USELESS: ReadonlySet<string> = new Set(['id_column', 'constant_column', 'all_missing']);
/** What speaks against it where it tells the target. */
const LEAKS: ReadonlySet<string> = new Set(['leaking_column', 'leaking_number']);

/** What was said of a column that speaks against learning this target from it. */
export function against(column: string, target: string, warnings: readonly Warning[]): Warning | undefined {
  return warnings.find(
    (one) =>
      one.column === column && (USELESS.has(one.code) || (LEAKS.has(one.code) && one.params?.['target'] === target)),
  );
}

/** The columns that may be learned from, in the table's order. */
export function learnable(columns: readonly Column[], target: string): readonly Column[] {
  return columns.filter(({ name }) => name !== target);
}

/** Those that are ticked. Where something speaks against every one of them, all are good. */
export function ticked(
  columns: readonly Column[],
  target: string,
  warnings: readonly Warning[],
  chosen: ColumnChoice,
): readonly string[] {
  const names = learnable(columns, target).map(({ name }) => name);
  if (chosen === 'all') return names;
  if (chosen !== 'good') return names.filter((name) => chosen.includes(name));
  const good = names.filter((name) => against(name, target, warnings) === undefined);
  return good.length === 0 ? names : good;
}
