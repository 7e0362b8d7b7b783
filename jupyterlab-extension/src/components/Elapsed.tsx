import { useEffect, useState } from 'react';
import { useI18n } from '../i18n/context.js';
import { type AnyState, isActive } from '../api/states.js';
import { Num } from './Text.js';

/** A job, or whatever else runs for a while. */
export interface Running {
  readonly state: AnyState;
  readonly started_at: string | null;
  readonly ended_at: string | null;
}

/** Milliseconds for which a job ran, ticking while it does; null before it began. */
export function useElapsed(job: Running): number | null {
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

/** `2:48`, shown for a job that reports no progress. Nothing before it began. */
export function Elapsed({ of }: { readonly of: Running }): JSX.Element | null {
  const { t, format } = useI18n();
  const elapsed = useElapsed(of);
  return elapsed === null ? null : (
    <span className="kg-Text-nowrap kg-Elapsed" title={t('tile.elapsed')}>
      <Num>{format.clock(elapsed / 1000)}</Num>
    </span>
  );
}
