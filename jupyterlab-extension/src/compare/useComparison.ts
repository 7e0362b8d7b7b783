import type { IDisposable } from '@lumino/disposable';
import { useCallback, useEffect, useRef, useState } from 'react';
import { asApiError, type ApiError } from '../api/errors.js';
import { isActive } from '../api/states.js';
import type { JobUpdate, SystemChanged } from '../api/types.js';
import { useAgain } from '../components/useAgain.js';
import { useKargah } from '../context.js';
import { addPoint, type Compared, newCurve, readComparison, type Run } from './runs.js';

export interface LiveComparison {
  readonly compared: Compared | null;
  /** Rises with every change of a curve or a job. */
  readonly version: number;
  readonly error: ApiError | null;
  readonly retry: () => void;
}

/**
 * Compares jobs and stays up to date: one answer for all, then the live stream of those that run, from the number
 * that their curves reach. A job whose stream has a gap, or that ends, is read again alone.
 *
 * @param jobIds parted by commas
 * @param metrics null: those that most of the jobs have
 */
export function useComparison(jobIds: string, metrics: readonly string[] | null): LiveComparison {
  const { api, live } = useKargah();
  const [compared, setCompared] = useState<Compared | null>(null);
  const [version, setVersion] = useState(0);
  const [error, setError] = useState<ApiError | null>(null);
  const [attempt, setAttempt] = useState(0);
  const retry = useCallback(() => setAttempt((count) => count + 1), []);
  const frame = useRef(0);
  const asked = metrics === null ? null : JSON.stringify(metrics);

  useEffect(() => {
    const leaving = new AbortController();
    const followed = new Map<string, IDisposable>();
    let now: Compared | null = null;

    const changed = (): void => {
      frame.current ||= requestAnimationFrame(() => {
        frame.current = 0;
        setVersion((count) => count + 1);
      });
    };
    const show = (next: Compared): void => {
      now = next;
      setCompared(next);
      changed();
    };
    const read = async (ids: readonly string[], names: readonly string[] | null): Promise<Compared> => {
      const response = await api.fetch('/api/v1/compare', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ job_ids: ids, ...(names === null ? {} : { metrics: names }) }),
        signal: leaving.signal,
      });
      return readComparison(await response.arrayBuffer());
    };
    /** One job anew among the others. */
    const readOne = async (jobId: string): Promise<number> => {
      const names = now?.metrics.map(({ key }) => key) ?? [];
      const [fresh] = (await read([jobId], names)).runs;
      if (now !== null && fresh !== undefined)
        show({ ...now, runs: now.runs.map((run) => (run.job.job_id === jobId ? fresh : run)) });
      return fresh?.job.seq ?? 0;
    };
    const refuse = (reason: unknown): void => {
      if (!leaving.signal.aborted) setError(asApiError(reason));
    };
    const take = (jobId: string, update: JobUpdate): void => {
      const run = now?.runs.find(({ job }) => job.job_id === jobId);
      if (now === null || run === undefined) return;
      grow(run, now, update);
      if (!isActive(update.state)) {
        followed.get(jobId)?.dispose();
        readOne(jobId).catch(refuse);
      } else if (run.job.state === update.state) changed();
      else show({ ...now, runs: now.runs.map((one) => (one === run ? withState(run, update.state) : one)) });
    };

    read(jobIds.split(','), asked === null ? null : (JSON.parse(asked) as string[])).then((found) => {
      setError(null);
      show(found);
      for (const { job } of found.runs)
        if (job.seq !== null)
          followed.set(
            job.job_id,
            live.subscribeJob(
              job.job_id,
              {
                update: (update) => take(job.job_id, update),
                reload: () => readOne(job.job_id),
                refused: () => undefined,
              },
              job.seq,
            ),
          );
    }, refuse);
    // What MLflow alone has can be read again.
    const onSystem = (_: unknown, { mlflow }: SystemChanged): void => {
      if (mlflow === 'up' && now?.runs.some(({ job }) => job.points_missing !== undefined) === true) retry();
    };
    live.event('system_changed').connect(onSystem);
    return () => {
      leaving.abort();
      cancelAnimationFrame(frame.current);
      frame.current = 0;
      live.event('system_changed').disconnect(onSystem);
      for (const subscription of followed.values()) subscription.dispose();
    };
  }, [api, live, jobIds, asked, attempt, retry]);

  useAgain(error, retry);
  return { compared, version, error, retry };
}

const withState = (run: Run, state: Run['job']['state']): Run => ({ ...run, job: { ...run.job, state } });

function grow(run: Run, { metrics }: Compared, update: JobUpdate): void {
  const shown = new Set(metrics.map(({ key }) => key));
  for (const point of update.metrics) {
    if (!shown.has(point.key)) continue;
    const curve = run.curves.get(point.key) ?? newCurve();
    run.curves.set(point.key, curve);
    const began = run.job.began ?? (run.job.began = Number(point.timestamp));
    addPoint(curve, Number(point.step), (Number(point.timestamp) - began) / 1000, Number(point.value));
  }
}
