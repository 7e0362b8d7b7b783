import { useCallback, useEffect, useState } from 'react';
import type { Job } from '../api/types.js';
import type { KargahStore } from './store.js';
import { useStore } from '../lib/useStore.js';

/**
 * Jobs that failed or were lost while this page was open and that nobody has looked at since; `seen` when somebody has. What had
 * ended before the page was opened is history, not news.
 */
export function useUnseenFailures(store: KargahStore): { readonly jobs: readonly Job[]; readonly seen: () => void } {
  const { items } = useStore(store.jobs);
  const [unseen, setUnseen] = useState<ReadonlySet<string>>(new Set());
  useEffect(
    () =>
      store.onJobEnded((job) => {
        if (job.sweep_id === null && (job.state === 'failed' || job.state === 'lost')) {
          setUnseen((before) => new Set([...before, job.job_id]));
        }
      }),
    [store],
  );
  const seen = useCallback(() => setUnseen(new Set()), []);
  return { jobs: items.filter((job) => unseen.has(job.job_id)), seen };
}
