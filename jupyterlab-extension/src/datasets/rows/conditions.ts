import type { Column } from '../../api/types.js';
import { latin, numberOf } from '../../i18n/fold/latin.js';

export const OPERATORS = [
  '=',
  '!=',
  '<',
  '<=',
  '>',
  '>=',
  'contains',
  'starts_with',
  'is_missing',
  'is_present',
] as const;
export type Operator = (typeof OPERATORS)[number];

/** As the bridge's `filter` takes it. */
export interface Condition {
  readonly column: string;
  readonly op: Operator;
  readonly value?: string | number | boolean;
}

export function takesValue(op: Operator): boolean {
  return op !== 'is_missing' && op !== 'is_present';
}

/** What may be asked of a column of this type. */
export function operatorsOf(type: Column['type']): readonly Operator[] {
  if (type === 'boolean') return ['=', 'is_missing', 'is_present'];
  if (type === 'text' || type === 'category') return ['=', '!=', 'contains', 'starts_with', 'is_missing', 'is_present'];
  return ['=', '!=', '<', '<=', '>', '>=', 'is_missing', 'is_present'];
}

/** A typed value as the column holds it; undefined where it cannot be one. Persian digits are digits. */
export function valueFor(type: Column['type'], text: string): string | number | boolean | undefined {
  const plain = text.trim();
  if (type === 'boolean') return plain === 'true';
  // The reader takes Jalali days for days.
  if (type === 'date' || type === 'datetime') return plain === '' ? undefined : latin(plain);
  if (type !== 'integer' && type !== 'number') return plain === '' && type !== 'text' ? undefined : plain;
  return numberOf(plain);
}
