import type { Summary } from './kept.js';

/** So many are shown where nobody says which. */
const AT_FIRST = 4;

export interface NamedMetric {
  readonly key: string;
  /** How many of the jobs have it. */
  readonly jobs: number;
}

/** The metrics that are spoken of: those that were asked for, or those of most jobs; and the names of all, those of most jobs first. */
export function chosenOf(
  summaries: readonly Pick<Summary, 'names' | 'nameCount'>[],
  asked: readonly string[] | undefined,
): { readonly chosen: readonly NamedMetric[]; readonly names: readonly string[]; readonly count: number } {
  const jobs = new Map<string, number>();
  for (const { names } of summaries) for (const key of names) jobs.set(key, (jobs.get(key) ?? 0) + 1);
  const all = [...jobs].map(([key, count]) => ({ key, jobs: count }));
  // What the machine measured stands behind what the jobs did.
  all.sort((a, b) => Number(isMachine(a.key)) - Number(isMachine(b.key)) || b.jobs - a.jobs);
  const chosen =
    asked === undefined
      ? all.filter(({ key }) => !isMachine(key)).slice(0, AT_FIRST)
      : [...new Set(asked)].map((key) => ({ key, jobs: jobs.get(key) ?? 0 }));
  const most = Math.max(0, ...summaries.map(({ nameCount }) => nameCount));
  return { chosen, names: all.map(({ key }) => key), count: Math.max(all.length, most) };
}

const isMachine = (key: string): boolean => key.startsWith('system/');

const LOWER = /loss|error|perplexity|(?:^|[^a-z])(?:err|mae|mse|rmse|mape|ece|nll|wer|cer)(?:[^a-z]|$)/u;
const HIGHER = /accuracy|precision|recall|score|(?:^|[^a-z])(?:acc|auc|auroc|f1|r2|iou|map|bleu)(?:[^a-z]|$)/u;

/** What a metric's name says of which end is the good one; null where it says nothing. */
export function betterByName(key: string): 'max' | 'min' | null {
  const name = key.toLowerCase();
  return LOWER.test(name) ? 'min' : HIGHER.test(name) ? 'max' : null;
}
