import { BATCH_LIMITS, HISTORY_PAGE, type Metric, type MlflowClient, type Run } from 'mlflow-js-client';

interface RunIn {
  readonly mlflow: MlflowClient;
  readonly runId: string;
}

/** Logs every point of a run to another one. MLflow keeps a point once, however often it is told. */
export async function copyPoints(from: RunIn, { data }: Run, to: RunIn): Promise<void> {
  let waiting: Metric[] = [];
  const send = async (): Promise<void> => {
    if (waiting.length > 0) await to.mlflow.runs.logBatch({ run_id: to.runId, metrics: waiting });
    waiting = [];
  };
  for (const { key } of data.metrics)
    for await (const point of historyOf(from, key)) {
      waiting.push(point);
      if (waiting.length === BATCH_LIMITS.metrics) await send();
    }
  await send();
}

async function* historyOf({ mlflow, runId }: RunIn, key: string): AsyncGenerator<Metric> {
  let token: string | undefined;
  do {
    const page = token === undefined ? {} : { page_token: token };
    const asked = { run_id: runId, metric_key: key, max_results: HISTORY_PAGE };
    const answer = await mlflow.metrics.getHistory({ ...asked, ...page });
    for (const point of answer.metrics) yield { ...point, value: keptAs(point.value) };
    token = answer.next_page_token || undefined;
  } while (token !== undefined);
}

/** MLflow's database has no infinities: it keeps them as the largest numbers there are. */
export const keptAs = (value: number): number => (Math.abs(value) === Number.MAX_VALUE ? value * 2 : value);
