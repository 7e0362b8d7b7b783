import { useCallback, useEffect, useState } from 'react';
import { data } from '../api/client.js';
import { type ApiError, asApiError } from '../api/errors.js';
import type { Job, JobChanged, Sweep, SweepChanged } from '../api/types.js';
import { useAgain } from '../components/useAgain.js';
import { useKargah } from '../context.js';
import { LiveList, type ListState, type Page } from '../store/list.js';
import { useStore } from '../lib/useStore.js';

const PAGE = 100;

export interface LiveSweep {
  readonly sweep: Sweep | null;
  readonly jobs: ListState<Job>;
  readonly error: ApiError | null;
  readonly deleted: boolean;
  readonly retry: () => void;
}

/** One sweep and all its jobs: read once, then kept true by events; read again after a gap in the connection. */
export function useSweep(sweepId: string): LiveSweep {
  const { api, live, store } = useKargah();
  const [jobs] = useState(() => new LiveList<Job>(({ job_id }) => job_id));
  const [sweep, setSweep] = useState<Sweep | null>(
    () =>
      store
        .list('sweeps')
        .get()
        .items.find((one) => one.sweep_id === sweepId) ?? null,
  );
  const [error, setError] = useState<ApiError | null>(null);
  const [deleted, setDeleted] = useState(false);
  const [attempt, setAttempt] = useState(0);
  const retry = useCallback(() => setAttempt((count) => count + 1), []);

  useEffect(() => {
    let gone = false;
    const read = async (): Promise<void> => {
      try {
        const params = { params: { path: { sweep_id: sweepId } } };
        const found = await data(api.http.GET('/api/v1/train/sweeps/{sweep_id}', params));
        if (gone) return;
        // What was asked may be answered after the event of its end.
        setSweep((before) => (before !== null && before.ended_at !== null && found.ended_at === null ? before : found));
        setError(null);
      } catch (reason) {
        if (!gone) setError(asApiError(reason));
      }
    };
    const readJobs = async (): Promise<Page<Job>> => {
      const items: Job[] = [];
      for (let cursor: string | null | undefined = undefined; cursor !== null;) {
        const query = { sweep_id: sweepId, limit: PAGE, ...(cursor === undefined ? {} : { cursor }) };
        const page: Page<Job> = await data(api.http.GET('/api/v1/train/jobs', { params: { query } }));
        items.push(...page.items);
        cursor = page.next_cursor;
      }
      return { items, next_cursor: null };
    };
    const readAll = (): void => {
      void read();
      void jobs.load(readJobs);
    };
    const onSweep = (_: unknown, event: SweepChanged): void => {
      if (event.sweep.sweep_id !== sweepId) return;
      if (event.deleted) setDeleted(true);
      else setSweep(event.sweep);
    };
    const onJob = (_: unknown, event: JobChanged): void => {
      if (event.job.sweep_id !== sweepId) return;
      if (event.deleted) jobs.remove(event.job.job_id);
      else jobs.put(event.job);
    };
    readAll();
    live.event('sweep_changed').connect(onSweep);
    live.event('job_changed').connect(onJob);
    live.reconnected.connect(readAll);
    return () => {
      gone = true;
      live.event('sweep_changed').disconnect(onSweep);
      live.event('job_changed').disconnect(onJob);
      live.reconnected.disconnect(readAll);
    };
  }, [api, live, jobs, sweepId, attempt]);
  const listed = useStore(jobs);
  useAgain(error ?? listed.error, retry);
  return { sweep, jobs: listed, error, deleted, retry };
}
