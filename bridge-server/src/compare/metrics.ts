import type { Summary } from './kept.js';

/** How many metrics are shown by default. */
const AT_FIRST = 4;

export interface NamedMetric {
  readonly key: string;
  /** How many of the jobs have it. */
  readonly jobs: number;
}

/** The metrics of an answer: those that were asked for, or those of most jobs; and the names of all, those of most jobs first. */
export function chosenOf(
  summaries: readonly Pick<Summary, 'names' | 'nameCount'>[],
  asked: readonly string[] | undefined,
): { readonly chosen: readonly NamedMetric[]; readonly names: readonly string[]; readonly count: number } {
  const jobs = new Map<string, number>();
  for (const { names } of summaries) for (const key of names) jobs.set(key, (jobs.get(key) ?? 0) + 1);
  const all = [...jobs].map(([key, count]) => ({ key, jobs: count }));
  // System metrics come after the jobs' own.
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

/** Whether lower or higher is better, guessed by the metric's name; null where the name does not tell. */
export function betterByName(key: string): 'max' | 'min' | null {
  const name = key.toLowerCase();
  return LOWER.test(name) ? 'min' : HIGHER.test(name) ? 'max' : null;
}
