import type { MetricPoint } from '../contract/training/metrics.js';

type Value = MetricPoint['value'];

/** What the jobs of active sweeps reported of the metric that matters, by step. MLflow keeps it for good; this is a copy. */
export class Reports {
  readonly #byJob = new Map<string, { readonly key: string; readonly steps: Map<number, Value> }>();

  /** From now on what `jobId` reports of `key` is kept. */
  follow(jobId: string, key: string): void {
    if (!this.#byJob.has(jobId)) this.#byJob.set(jobId, { key, steps: new Map() });
  }

  follows(jobId: string): boolean {
    return this.#byJob.has(jobId);
  }

  /** Whether any of the points was new. */
  take(jobId: string, points: readonly MetricPoint[]): boolean {
    const followed = this.#byJob.get(jobId);
    if (!followed) return false;
    const before = followed.steps.size;
    for (const { key, step, value } of points) if (key === followed.key) followed.steps.set(Number(step), value);
    return followed.steps.size > before;
  }

  /** In the order of steps: one for each epoch. */
  of(jobId: string): Value[] {
    const steps = [...(this.#byJob.get(jobId)?.steps ?? [])];
    return steps.sort(([a], [b]) => a - b).map(([, value]) => value);
  }

  forget(jobId: string): void {
    this.#byJob.delete(jobId);
  }
}

/** The best reported value; null where no finite value was reported. */
export function bestOf(reports: readonly Value[], mode: 'max' | 'min'): number | null {
  const numbers = reports.map(Number).filter((value) => Number.isFinite(value));
  if (numbers.length === 0) return null;
  return numbers.reduce((a, b) => (mode === 'max' ? Math.max(a, b) : Math.min(a, b)));
}
