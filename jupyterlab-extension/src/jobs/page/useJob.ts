import type { IDisposable } from '@lumino/disposable';
import { useCallback, useEffect, useRef, useState } from 'react';
import { data } from '../../api/client.js';
import { type ApiError, asApiError } from '../../api/errors.js';
import type { Job, JobEvent, JobUpdate, SystemChanged } from '../../api/types.js';
import { useAgain } from '../../components/useAgain.js';
import { useKargah } from '../../context.js';
import { isActive } from '../../api/states.js';
import { applyUpdate } from '../update.js';
import { MetricHistory, MOST_STRETCHES } from '../charts/series.js';

export interface LiveJob {
  readonly job: Job | null;
  readonly events: readonly JobEvent[];
  readonly history: MetricHistory;
  /** The job could not be read. */
  readonly error: ApiError | null;
  /** Whether its points so far are known: until then the page must not say that there are none. */
  readonly historyKnown: boolean;
  /** The job is there, its points are not (MLflow away). */
  readonly historyError: ApiError | null;
  readonly deleted: boolean;
  readonly retry: () => void;
}

/**
 * One job, kept up to date: the job and the history of its points over REST, then the live stream from the number
 * that the history reaches. When the stream has a gap, the history is read again.
 */
export function useJob(jobId: string): LiveJob {
  const { api, live, store } = useKargah();
  const [history] = useState(() => new MetricHistory());
  const [job, setJob] = useState<Job | null>(
    () =>
      store
        .list('jobs')
        .get()
        .items.find((one) => one.job_id === jobId) ?? null,
  );
  const [events, setEvents] = useState<readonly JobEvent[]>([]);
  const [error, setError] = useState<ApiError | null>(null);
  const [historyKnown, setHistoryKnown] = useState(false);
  const [historyError, setHistoryError] = useState<ApiError | null>(null);
  const [deleted, setDeleted] = useState(false);
  const [attempt, setAttempt] = useState(0);
  const retry = useCallback(() => setAttempt((count) => count + 1), []);
  const state = useRef<string>();

  useEffect(() => {
    let gone = false;
    let subscription: IDisposable | undefined;
    const params = { params: { path: { job_id: jobId } } };

    const readJob = async (): Promise<void> => {
      const found = await data(api.http.GET('/api/v1/train/jobs/{job_id}', params));
      if (!gone) {
        setJob((before) => laterOf(before, found));
        setError(null);
      }
    };
    const readEvents = async (): Promise<void> => {
      const page = await data(api.http.GET('/api/v1/train/jobs/{job_id}/events', params));
      if (!gone) setEvents(page.items);
    };
    const readHistory = async (): Promise<number> => {
      const bounded = { params: { ...params.params, query: { buckets: MOST_STRETCHES } } };
      const page = await data(api.http.GET('/api/v1/train/jobs/{job_id}/metrics', bounded));
      if (!gone) {
        history.replace(page.items);
        setHistoryKnown(true);
        setHistoryError(null);
      }
      return page.seq;
    };
    const take = (update: JobUpdate): void => {
      history.add(update.metrics);
      setJob((before) => (before === null ? before : applyUpdate(before, update)));
      // The final state is read from the job, since only its owner receives the event of its end.
      if (!isActive(update.state)) readJob().catch(refuse);
    };
    const follow = (after: number | undefined): void => {
      if (gone) return;
      subscription = live.subscribeJob(
        jobId,
        {
          update: take,
          reload: async () => {
            const [seq] = await Promise.all([readHistory(), readJob(), readEvents()]);
            return seq;
          },
          refused: (code) => {
            if (code === 'not_found') void readJob().catch((reason: unknown) => setError(asApiError(reason)));
          },
        },
        after,
      );
    };
    const refuse = (reason: unknown): void => {
      if (!gone) setError(asApiError(reason));
    };

    readJob().catch(refuse);
    readEvents().catch(refuse);
    let historyMissing = false;
    readHistory().then(follow, (reason: unknown) => {
      historyMissing = true;
      if (!gone) setHistoryError(asApiError(reason));
      // The points from now on can still be shown.
      follow(undefined);
    });

    const onChanged = (_: unknown, event: { job: Job; deleted: boolean }): void => {
      if (event.job.job_id !== jobId) return;
      if (event.deleted) {
        setDeleted(true);
        return;
      }
      setDeleted(false);
      setJob((before) => newer(before, event.job));
      if (state.current !== event.job.state) {
        state.current = event.job.state;
        readEvents().catch(refuse);
      }
    };
    const onReconnected = (): void => {
      readJob().catch(refuse);
      readEvents().catch(refuse);
    };
    // The points of the time before could not be read while MLflow was away; now they can.
    const onSystem = (_: unknown, { mlflow }: SystemChanged): void => {
      if (mlflow === 'up' && historyMissing) retry();
    };
    live.event('system_changed').connect(onSystem);
    live.event('job_changed').connect(onChanged);
    live.reconnected.connect(onReconnected);
    return () => {
      gone = true;
      subscription?.dispose();
      live.event('system_changed').disconnect(onSystem);
      live.event('job_changed').disconnect(onChanged);
      live.reconnected.disconnect(onReconnected);
    };
  }, [api, live, jobId, history, attempt, retry]);

  useAgain(error ?? historyError, retry);
  return { job, events, history, historyKnown, error, historyError, deleted, retry };
}

/** An answer may arrive after the event of the job's end; a stale answer must not make the job active again. */
export function laterOf(before: Job | null, answer: Job): Job {
  return before !== null && !isActive(before.state) && isActive(answer.state) ? before : answer;
}

function newer(before: Job | null, job: Job): Job {
  return before === null ? job : { ...job, metrics: { ...before.metrics, ...job.metrics } };
}
