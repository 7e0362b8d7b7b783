import type { JsonBody } from '../rules/request.js';
import { int64Of } from '../../lib/int64.js';
import type { LoggedPoint } from '../points.js';

/** A request of metrics alone that MLflow is sure to take for a run that may be written. */
export interface Metrics {
  readonly runId: string;
  readonly points: readonly LoggedPoint[];
  /** The metrics as JSON, parted by commas: a part of the batch that MLflow gets. */
  readonly json: string;
}

const MAX_METRICS = 1000;
const MAX_KEY = 250;
const RUN_ID = /^[a-zA-Z0-9][\w-]{0,255}$/u;
/**
 * Letters and digits of blocks that have not grown for many versions of Unicode: MLflow asks its Python, which may know fewer than
 * we do.
 */
const KEY =
  /^[\w./: \-\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0620-\u064a\u0660-\u0669\u066e\u066f\u0671-\u06d3\u06f0-\u06f9]+$/u;
const NAMES_A_FILE = /^(?:\/|\.\.)|\/$|\/\/|(?:^|\/)\.{1,2}(?:\/|$)/u;

/**
 * The metrics of a `log-batch` or `log-metric` body, or null where anything is unusual. What is unusual is MLflow's to take or to
 * refuse, in its own words: this rule has to be as strict as MLflow's, and may be stricter.
 */
export function metricsOf(name: string, contentType: string | undefined, body: JsonBody | null): Metrics | null {
  if (body === null || contentType?.split(';')[0] !== 'application/json') return null;
  const found = name === '/mlflow/runs/log-metric' ? ofSingle(body) : ofBatch(body);
  if (found === null || !RUN_ID.test(found.runId)) return null;
  const points: LoggedPoint[] = [];
  const parts: string[] = [];
  for (const metric of found.metrics) {
    const point = pointOf(metric, found.runId);
    if (point === null) return null;
    points.push(point);
    parts.push(jsonOf(point));
  }
  return { runId: found.runId, points, json: parts.join(',') };
}

function ofSingle(body: JsonBody): { runId: string; metrics: readonly unknown[] } | null {
  const { run_id: runId, run_uuid: legacy, ...metric } = body;
  if (typeof runId !== 'string' || (legacy !== undefined && legacy !== runId)) return null;
  return { runId, metrics: [metric] };
}

function ofBatch(body: JsonBody): { runId: string; metrics: readonly unknown[] } | null {
  const { run_id: runId, metrics, params = [], tags = [], ...rest } = body;
  if (typeof runId !== 'string' || !Array.isArray(metrics) || Object.keys(rest).length > 0) return null;
  if (!isEmptyList(params) || !isEmptyList(tags)) return null;
  return metrics.length > 0 && metrics.length <= MAX_METRICS ? { runId, metrics } : null;
}

const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

function pointOf(metric: unknown, runId: string): LoggedPoint | null {
  if (typeof metric !== 'object' || metric === null) return null;
  const { key, value, timestamp, step = 0, ...rest } = metric as Record<string, unknown>;
  if (!Object.entries(rest).every(([field, said]) => saysNothingMore(field, said, runId))) return null;
  if (typeof key !== 'string' || key.length > MAX_KEY || !KEY.test(key) || NAMES_A_FILE.test(key)) return null;
  const number = numberOf(value);
  const at = int64Of(timestamp);
  const count = int64Of(step);
  if (number === null || at === null || Number(at) < 0 || count === null) return null;
  return { key, value: number, timestamp: at, step: count, modelId: null };
}

const MORE: ReadonlySet<string> = new Set(['run_id', 'model_id', 'dataset_name', 'dataset_digest']);

/** `mlflow.log_metrics` names the run in every metric once more; an empty text is to MLflow what is left out. */
const saysNothingMore = (field: string, said: unknown, runId: string): boolean =>
  MORE.has(field) && (said === '' || (field === 'run_id' && said === runId));

function numberOf(value: unknown): LoggedPoint['value'] | null {
  if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return value;
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

function jsonOf({ key, value, timestamp, step }: LoggedPoint): string {
  // JSON.stringify drops the sign of -0. Digits of 64 bits are passed on as text, never parsed as a double.
  const number = Object.is(value, -0) ? '-0.0' : JSON.stringify(value);
  return `{"key":${JSON.stringify(key)},"value":${number},"timestamp":${String(timestamp)},"step":${String(step)}}`;
}
