import type { MetricPoint } from '../../contract/training/metrics.js';
import { compareInts } from '../../lib/int64.js';
import type { LoggedPoint } from '../points.js';

const MAX_RUNS = 1000;

/**
 * Knows points that were logged before. `log_model` logs the points of its step once more to tie them to the model; MLflow keeps
 * each once, and people should see each once.
 */
export class PointDeduplicator {
  readonly #newest = new Map<string, Map<string, MetricPoint>>();

  without(runId: string, points: readonly LoggedPoint[]): MetricPoint[] {
    const newest = this.#newest.get(runId) ?? new Map<string, MetricPoint>();
    this.#newest.delete(runId);
    this.#newest.set(runId, newest);
    if (this.#newest.size > MAX_RUNS) this.#newest.delete(this.#newest.keys().next().value!);
    const fresh: MetricPoint[] = [];
    for (const { modelId, ...point } of points) {
      const last = newest.get(point.key);
      if (
        last !== undefined &&
        (same(last, point) || (modelId !== null && compareInts(last.timestamp, point.timestamp) > 0))
      )
        continue;
      newest.set(point.key, point);
      fresh.push(point);
    }
    return fresh;
  }
}

const same = (a: MetricPoint, b: MetricPoint): boolean =>
  a.step === b.step && a.timestamp === b.timestamp && a.value === b.value;
