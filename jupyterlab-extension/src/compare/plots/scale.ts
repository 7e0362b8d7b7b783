import { shortValue } from '../../jobs/charts/metricNames.js';
import type { Run } from '../runs.js';
import type { Column } from '../table/table.js';

/** Where the values of a column stand on an axis, from 0 to 1, and what is written beside it. */
interface Scale {
  /** Null where the job has no value that has a place. */
  place(run: Run): number | null;
  readonly ticks: readonly { readonly at: number; readonly text: string }[];
}

const TICKS = 5;
/** More names than these would be written over each other. */
const MOST_NAMES = 12;
/** Values that are spread over more than two tens are told apart by their logarithm, as rates are. */
const LOG_BEYOND = 100;

export function scaleOf(column: Column, runs: readonly Run[]): Scale {
  const values = runs.map((run) => column.value(run)).filter((value) => value !== null);
  const numbers = values.filter((value) => typeof value === 'number').filter(Number.isFinite);
  return values.every((value) => typeof value === 'number') ? ofNumbers(column, numbers) : ofNames(column, values);
}

function ofNumbers(column: Column, numbers: readonly number[]): Scale {
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  const isLog = low > 0 && high / low > LOG_BEYOND;
  const of = (value: number): number => (isLog ? Math.log(value) : value);
  const span = of(high) - of(low);
  const at = (value: number): number => (span > 0 ? (of(value) - of(low)) / span : 0.5);
  const ticks = Array.from({ length: span > 0 ? TICKS : 1 }, (_, tick) => {
    const share = span > 0 ? tick / (TICKS - 1) : 0.5;
    const value = isLog ? Math.exp(of(low) + share * span) : low + share * (high - low);
    return { at: share, text: shortValue(value) };
  });
  return {
    place: (run) => {
      const value = column.value(run);
      return typeof value === 'number' && Number.isFinite(value) ? at(value) : null;
    },
    ticks: numbers.length === 0 ? [] : ticks,
  };
}

function ofNames(column: Column, values: readonly (number | string)[]): Scale {
  const names = [...new Set(values.map(String))].sort((a, b) => a.localeCompare(b, undefined, { numeric: true }));
  const at = new Map(names.map((name, place) => [name, names.length === 1 ? 0.5 : place / (names.length - 1)]));
  const every = Math.ceil(names.length / MOST_NAMES);
  return {
    place: (run) => at.get(String(column.value(run))) ?? null,
    ticks: names.flatMap((name, place) => (place % every === 0 ? [{ at: at.get(name) ?? 0, text: cut(name) }] : [])),
  };
}

export const cut = (text: string, letters = 16): string => {
  const all = Array.from(text);
  return all.length > letters ? `${all.slice(0, letters - 1).join('')}…` : text;
};

/** From the worst of a column, 0, to the best, 1: as the colours of lines and dots. */
export function gradeOf(column: Column, scale: Scale): (run: Run) => string {
  return (run) => {
    const place = scale.place(run);
    if (place === null) return 'hsl(0deg 0% 55%)';
    const good = column.better === 'min' ? 1 - place : place;
    return `hsl(${(30 + good * 180).toFixed(0)}deg 70% 45%)`;
  };
}
