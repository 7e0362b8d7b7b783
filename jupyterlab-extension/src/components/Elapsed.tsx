import { useEffect, useState } from 'react';
import type { Job } from '../api/types.js';
import { useI18n } from '../i18n/context.js';
import { isActive } from '../api/states.js';
import { Num } from './Text.js';

/** Milliseconds for which a job ran, ticking while it does; null before it began. */
export function useElapsed(job: Pick<Job, 'state' | 'started_at' | 'ended_at'>): number | null {
  const [now, setNow] = useState(Date.now);
  const ticking = isActive(job.state) && job.started_at !== null;
  useEffect(() => {
    if (!ticking) return;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [ticking]);
  if (job.started_at === null) return null;
  return Math.max(0, (job.ended_at === null ? now : Date.parse(job.ended_at)) - Date.parse(job.started_at));
}

/** `2:48`: all that can be said of a job that does not tell how far it is. Nothing before it began. */
export function Elapsed({ job }: { readonly job: Job }): JSX.Element | null {
  const { t, format } = useI18n();
  const elapsed = useElapsed(job);
  return elapsed === null ? null : (
    <span className="nw elapsed" title={t('tile.elapsed')}>
      <Num>{format.clock(elapsed / 1000)}</Num>
    </span>
  );
}
