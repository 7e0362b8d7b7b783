import { useEffect, useMemo, useState } from 'react';
import { data } from '../../api/client.js';
import { useKargah } from '../../context.js';
import { fold } from '../../i18n/fold/fold.js';
import { findLines } from './logBuffer.js';
import type { JobLogState } from './useLog.js';

export interface LogSearch {
  /** Bytes at which the lines begin that hold what is wanted. */
  readonly found: readonly number[];
  /** There are more than were looked up. */
  readonly more: boolean;
  readonly searching: boolean;
}

const TYPING_MS = 250;
const AT_MOST = 500;
const NOTHING: LogSearch = { found: [], more: false, searching: false };

/** Lines of the whole log that hold `wanted`: found here where all of the log is here, else by the bridge. */
export function useLogSearch(jobId: string, log: JobLogState, wanted: string): LogSearch {
  const { api } = useKargah();
  const { buffer, version } = log;
  const allHere = buffer.start === 0 && !log.hasLater;
  const here = useMemo(
    (): LogSearch =>
      allHere
        ? {
            ...NOTHING,
            found: findLines(buffer.lines, wanted, fold).map((index) => buffer.lines[index]?.offset ?? 0),
          }
        : NOTHING,
    // The buffer changes in place; its version tells when.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [allHere, buffer, version, wanted],
  );
  const [there, setThere] = useState({ ...NOTHING, wanted: '' });
  useEffect(() => {
    if (allHere || wanted.trim() === '') return;
    let gone = false;
    const tell = (found: readonly number[], searching: boolean, more: boolean): void => {
      if (!gone) setThere({ found: [...found], searching, more, wanted });
    };
    const search = async (): Promise<void> => {
      const found: number[] = [];
      let next: number | null = 0;
      while (next !== null && found.length < AT_MOST && !gone) {
        const page: { items: { offset: number }[]; next_offset: number | null } = await data(
          api.http.GET('/api/v1/train/jobs/{job_id}/logs/search', {
            params: { path: { job_id: jobId }, query: { q: wanted, offset: next, limit: AT_MOST - found.length } },
          }),
        );
        found.push(...page.items.map(({ offset }) => offset));
        next = page.next_offset;
        tell(found, next !== null && found.length < AT_MOST, next !== null);
      }
    };
    const timer = setTimeout(() => void search().catch(() => tell([], false, false)), TYPING_MS);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [allHere, api, jobId, wanted]);
  if (allHere || wanted.trim() === '') return here;
  return there.wanted === wanted ? there : { ...NOTHING, searching: true };
}
