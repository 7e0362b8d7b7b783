import type { MetricPoint } from '../../contract/training/metrics.js';
import { compareInts } from '../../lib/int64.js';
import { isNested } from '../../mlflow/port.js';
import { SHOWN_METRICS } from '../records/view.js';

/** The few metrics that a job's row carries: the first of its own and of the machine. A job may have thousands. */
export class Shown {
  readonly #values = new Map<string, MetricPoint['value']>();
  readonly #newest = new Map<string, MetricPoint>();
  readonly #count = { own: 0, machine: 0 };
  #changed = false;

  constructor(values: Readonly<Record<string, MetricPoint['value']>>) {
    for (const [key, value] of Object.entries(values)) if (this.#admit(key)) this.#values.set(key, value);
  }

  get changed(): boolean {
    return this.#changed;
  }

  take(points: readonly MetricPoint[]): void {
    for (const point of points) {
      if (!this.#admit(point.key)) continue;
      // MLflow logs old points once more when it links them to a model: they are not the last value.
      if (isOlder(point, this.#newest.get(point.key))) continue;
      this.#newest.set(point.key, point);
      this.#values.set(point.key, point.value);
      this.#changed = true;
    }
  }

  text(): string {
    this.#changed = false;
    return JSON.stringify(Object.fromEntries(this.#values));
  }

  #admit(key: string): boolean {
    if (this.#values.has(key)) return true;
    if (isNested({ key })) return false;
    const kind = key.startsWith('system/') ? 'machine' : 'own';
    if (this.#count[kind] >= SHOWN_METRICS) return false;
    this.#count[kind] += 1;
    return true;
  }
}

function isOlder(point: MetricPoint, than: MetricPoint | undefined): boolean {
  if (than === undefined) return false;
  return (compareInts(point.step, than.step) || compareInts(point.timestamp, than.timestamp)) < 0;
}
