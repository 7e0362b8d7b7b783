import { useEffect, useState } from 'react';
import { data } from '../../api/client.js';
import { ApiError } from '../../api/errors.js';
import type { Job, MetricPoint } from '../../api/types.js';
import { useAgain } from '../../components/useAgain.js';
import { useKargah } from '../../context.js';
import { MetricHistory, MOST_STRETCHES } from '../charts/series.js';

/** How many jobs a chain of resumed ones is followed back. */
const MOST = 20;

/** What the jobs had logged from which one was continued, oldest first, as one history; null until read, and where there is none. */
export function useBefore(resumedFrom: string | null): MetricHistory | null {
  const { api } = useKargah();
  const [before, setBefore] = useState<MetricHistory | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    if (resumedFrom === null) return;
    const asked = new AbortController();
    const read = async (): Promise<void> => {
      const found: (readonly MetricPoint[])[] = [];
      for (let id: string | null = resumedFrom; id !== null && found.length < MOST;) {
        const call: { params: { path: { job_id: string } }; signal: AbortSignal } = {
          params: { path: { job_id: id } },
          signal: asked.signal,
        };
        const bounded = { ...call, params: { ...call.params, query: { buckets: MOST_STRETCHES } } };
        const [job, history]: readonly [Job | null, readonly MetricPoint[]] = await Promise.all([
          data(api.http.GET('/api/v1/train/jobs/{job_id}', call)),
          data(api.http.GET('/api/v1/train/jobs/{job_id}/metrics', bounded)).then((page) => page.items),
        ]).catch((reason: unknown) => {
          // Deleted since: what came before it cannot be shown.
          if (reason instanceof ApiError && reason.code === 'not_found') return [null, []] as const;
          throw reason;
        });
        if (job === null) break;
        found.push(history);
        id = job.resumed_from;
      }
      const all = new MetricHistory();
      // Where two of them made the same step, the later one's went into what followed.
      found.reverse().forEach((points) => all.add(points));
      setBefore(all);
      setFailure(null);
    };
    read().catch((reason: unknown) => {
      if (!asked.signal.aborted) setFailure(reason);
    });
    return () => asked.abort();
  }, [api, resumedFrom, attempt]);
  useAgain(failure, () => setAttempt(attempt + 1));
  return before;
}
