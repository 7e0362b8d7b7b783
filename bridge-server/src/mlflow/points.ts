import { double, exactInt64 } from 'mlflow-js-client';
import { z } from 'zod';
import type { MetricPoint } from '../contract/training/metrics.js';
import type { Progress } from '../contract/training/training.js';
import { int64Of } from '../lib/int64.js';

const key = z.string();
const metric = z.object({
  key,
  value: double.default(0),
  timestamp: exactInt64.default(0),
  step: exactInt64.default(0),
  model_id: z.string().optional(),
});
const batch = z.object({ metrics: z.array(metric).default([]) });

export interface LoggedPoint extends MetricPoint {
  /** The logged model it belongs to. */
  readonly modelId: string | null;
}

/** The points in a body of `log-batch` or `log-metric` that MLflow has taken. */
export function pointsOf(name: string, body: unknown): LoggedPoint[] {
  if (name === '/mlflow/runs/log-metric') {
    const { success, data } = metric.safeParse(body);
    return success ? [pointOf(data)] : [];
  }
  const { success, data } = batch.safeParse(body);
  return success ? data.metrics.map(pointOf) : [];
}

const pointOf = ({ key: name, model_id: modelId, value, step, timestamp }: z.output<typeof metric>): LoggedPoint => ({
  key: name,
  value: wireValue(value),
  // MLflow takes an integer of more than 64 bits as none.
  step: int64Of(step) ?? 0,
  timestamp: int64Of(timestamp) ?? 0,
  modelId: modelId || null,
});

const param = z.object({ key, value: z.string() });
const paramBatch = z.object({ params: z.array(param).default([]) });

/** The parameters in a body of `log-batch` or `log-parameter` that MLflow has taken. */
export function paramsOf(name: string, body: unknown): Record<string, string> {
  const { success, data } =
    name === '/mlflow/runs/log-batch'
      ? paramBatch.safeParse(body)
      : z.object({ params: z.tuple([param]) }).safeParse({ params: [body] });
  return success ? Object.fromEntries(data.params.map((one) => [one.key, one.value])) : {};
}

const count = z.number().int().nullable();
const progressHeader = z
  .object({
    fraction: z.number().min(0).max(1).nullable(),
    epoch: count,
    epochs: count,
    step: count,
    steps: count,
    eta_seconds: z.number().nullable(),
    first_step_at: z.iso.datetime(),
    message: z.string().max(1000),
    best: z
      .object({ key: z.string().max(250), value: z.number(), epoch: z.number().int() })
      .nullable()
      .catch(null),
  })
  .partial();

export type LoggedProgress = Partial<Progress> & { first_step_at?: string; message?: string };

/** What a reporter says of its progress beside its points; anything else in the header says nothing. */
export function progressOf(header: string | string[] | undefined): LoggedProgress {
  if (typeof header !== 'string' || header.length > 4096) return {};
  try {
    const { success, data } = progressHeader.safeParse(JSON.parse(header));
    if (!success) return {};
    const { best, ...told } = data;
    return {
      ...Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined)),
      // Null and what is not understood count as left out.
      ...(best == null ? {} : { best }),
    };
  } catch {
    return {};
  }
}

/** A number as the contract carries it: JSON has none for what is not finite. */
export function wireValue(value: number): MetricPoint['value'] {
  return Number.isFinite(value) ? value : (String(value) as 'NaN' | 'Infinity' | '-Infinity');
}
