import { useRemembered } from '../lib/remembered.js';
import type { Figure } from './runs.js';

/** How somebody looks at a comparison. */
export interface View {
  readonly axis: 'step' | 'time';
  readonly log: boolean;
  readonly bands: boolean;
  readonly smoothing: number;
  /** Null: those that most of the jobs have. */
  readonly metrics: readonly string[] | null;
  readonly hidden: readonly string[];
  readonly figure: Figure;
  readonly differs: boolean;
  /** The column by which the table stands, and in which direction. */
  readonly sort: { readonly column: string; readonly down: boolean } | null;
}

const FIRST: View = {
  axis: 'step',
  log: false,
  bands: true,
  smoothing: 0,
  metrics: null,
  hidden: [],
  figure: 'best',
  differs: true,
  sort: null,
};

/** The view of these jobs as it was left. */
export function useView(name: string): ReturnType<typeof useRemembered<View>> {
  return useRemembered(name, FIRST);
}
