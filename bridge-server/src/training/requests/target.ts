import { KargahError } from '../../lib/errors.js';
import type { TrainingDataset } from '../ports.js';

const MOST_NAMED = 5;

/**
 * Looks whether the columns to learn from are there. The target is none of them, also where it is named.
 *
 * @throws columns_missing, no_features where none is left
 */
export function checkColumns(chosen: unknown, target: unknown, dataset: TrainingDataset): void {
  if (!Array.isArray(chosen)) return;
  const names = chosen.map(String);
  const known = new Set(dataset.columns.map(({ name }) => name));
  const unknown = names.filter((name) => !known.has(name));
  if (unknown.length > 0)
    throw new KargahError('columns_missing', { columns: unknown.slice(0, MOST_NAMED).join(', ') });
  if (names.every((name) => name === target)) throw new KargahError('no_features');
}

/**
 * Fills in the column to be predicted and looks whether anything can be learned from it, before a process is started for it.
 *
 * @throws target_required, target_missing, target_all_missing, target_constant
 */
export function chooseTarget(
  params: Readonly<Record<string, unknown>>,
  key: string,
  dataset: TrainingDataset,
): Record<string, unknown> {
  const given = params[key];
  const name = typeof given === 'string' && given !== '' ? given : dataset.suggestedTarget;
  if (name === null) throw new KargahError('target_required');
  const column = dataset.columns.find((c) => c.name === name);
  if (!column) throw new KargahError('target_missing', { column: name });
  if (column.missing >= dataset.rows) throw new KargahError('target_all_missing', { column: name });
  if (column.distinct <= 1) throw new KargahError('target_constant', { column: name });
  return { ...params, [key]: name };
}
