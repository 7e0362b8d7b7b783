import { HISTORY_PAGE, type MlflowClient } from 'mlflow-js-client';
import type { MetricPoint } from '../contract/training/metrics.js';
import { wireInt } from '../lib/int64.js';
import { keptAs } from './copying/points.js';
import { wireValue } from './points.js';

/** How many metrics of a run MLflow is asked for at a time. */
const AT_ONCE = 4;

/** The points that MLflow has of a run: of one metric, or of all. */
export async function pointsOf(mlflow: MlflowClient, runId: string, key?: string): Promise<MetricPoint[]> {
  const keys = key === undefined ? await metricKeys(mlflow, runId) : [key];
  const points: MetricPoint[] = [];
  // Asked all at once, the last of a thousand would wait too long.
  const left = keys.values();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const one of left) for (const point of await historyOf(mlflow, runId, one)) points.push(point);
    }),
  );
  return points;
}

async function metricKeys(mlflow: MlflowClient, runId: string): Promise<string[]> {
  const { run } = await mlflow.runs.get({ run_id: runId });
  return run.data.metrics.map(({ key }) => key);
}

async function historyOf(mlflow: MlflowClient, runId: string, key: string): Promise<MetricPoint[]> {
  const points: MetricPoint[] = [];
  let page: string | undefined;
  do {
    const answer = await mlflow.metrics.getHistory({
      run_id: runId,
      metric_key: key,
      max_results: HISTORY_PAGE,
      ...(page === undefined ? {} : { page_token: page }),
    });
    for (const { value, step, timestamp } of answer.metrics)
      points.push({ key, value: wireValue(keptAs(value)), step: wireInt(step), timestamp: wireInt(timestamp) });
    page = answer.next_page_token || undefined;
  } while (page !== undefined);
  return points;
}
