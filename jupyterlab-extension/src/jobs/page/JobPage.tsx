import { useEffect, useMemo, useRef, useState } from 'react';
import { deferred } from '../../components/deferred.js';
import { Button } from '../../components/controls/Button.js';
import { EmptyState, ErrorNote, Note, Skeleton } from '../../components/Note.js';
import { useKargah } from '../../context.js';
import { useI18n } from '../../i18n/context.js';
import { useStore } from '../../lib/useStore.js';
import { hasReport } from '../../api/states.js';
import type { Job } from '../../api/types.js';
import { Charts } from '../charts/Charts.js';
import { JobHeader } from './JobHeader.js';
import { ConnectionNote, JobNote } from './JobNotes.js';
import { JobFacts } from './JobFacts.js';
import { EventsCard, ParamsCard, SystemCard } from './JobSide.js';
import { NoteCard } from './NoteCard.js';
import { JobTiles } from './JobTiles.js';
import { wantedLine } from '../log/logLine.js';
import { LogView } from '../log/LogView.js';
import { useBefore } from './useBefore.js';
import { useJob } from './useJob.js';
import { useRecipes } from '../../recipes/useRecipes.js';

export interface JobPageProps {
  readonly jobId: string;
}

const ReportCard = deferred(() => import('../report/ReportCard.js'));

/** One job: its state, its figures as they come, its log as it is written, and what can be done with it. */
export default function JobPage({ jobId }: JobPageProps): JSX.Element {
  const kargah = useKargah();
  const i18n = useI18n();
  const { t, format } = i18n;
  const { job, events, history, historyKnown, error, historyError, deleted, retry } = useJob(jobId);
  const recipes = useRecipes();
  const connection = useStore(kargah.live.connection);
  const log = useRef<HTMLDivElement>(null);
  const cut = connection.state === 'reconnecting' || connection.state === 'offline';
  const asOf = cut && connection.asOf !== null ? format.time(connection.asOf) : null;
  const known = useStepsPerEpoch(job);
  const before = useBefore(job?.resumed_from ?? null);
  const wanted = useStore(wantedLine);
  const line = wanted?.jobId === jobId ? wanted : null;
  const here = job !== null;
  const showLog = (): void => log.current?.scrollIntoView({ block: 'start' });
  useEffect(() => {
    if (line !== null && here) log.current?.scrollIntoView({ block: 'start' });
  }, [line, here]);

  const content = ((): JSX.Element => {
    if (deleted || error?.code === 'not_found') {
      return (
        <EmptyState
          icon="del"
          title={t(deleted ? 'job.deletedNow' : 'job.notFound')}
          action={<Button label={t('job.jobs')} onClick={() => kargah.showPanel()} />}
        />
      );
    }
    if (job === null) {
      return error === null ? (
        <Skeleton widths={[40, 70, 90, 60, 80]} />
      ) : (
        <ErrorNote reason={error} onRetry={retry} retried />
      );
    }
    const recipe = recipes?.find((one) => one.recipe === job.recipe) ?? null;
    return (
      <>
        {cut && <ConnectionNote asOf={asOf} onRetry={() => kargah.live.retry()} />}
        <div className={cut ? 'kg-mod-stale' : ''}>
          <JobHeader job={job} recipe={recipe} />
          <div className="kg-JobPage-note">
            <JobNote job={job} onShowLog={showLog} />
          </div>
          <JobTiles job={job} history={history} before={before} stepsPerEpoch={known} known={historyKnown} />
          <div className="kg-Layout-columns">
            <div className="kg-Layout-stack">
              {historyError !== null && (
                <Note
                  tone="warn"
                  icon="warn"
                  title={t('note.historyFailed')}
                  actions={<Button size="small" label={t('action.retry')} onClick={retry} />}
                >
                  {i18n.error(historyError)}
                </Note>
              )}
              <Charts
                job={job}
                history={history}
                before={before}
                known={historyKnown}
                missing={historyError !== null}
                stepsPerEpoch={known}
                asOf={cut ? (asOf ?? '…') : null}
              />
              {hasReport(job) && <ReportCard job={job} />}
              <div ref={log}>
                <LogView jobId={jobId} name={job.name} line={line} />
              </div>
            </div>
            <div className="kg-Layout-stack">
              <NoteCard job={job} />
              <ParamsCard job={job} recipe={recipe} />
              <JobFacts job={job} />
              <SystemCard history={history} known={historyKnown} />
              <EventsCard job={job} events={events} />
            </div>
          </div>
        </div>
      </>
    );
  })();
  return (
    <div className="kg-JobPage" data-testid="job-page" data-state={job?.state}>
      {content}
    </div>
  );
}

/** Steps of one epoch, from the job's progress; remembered, since an ended job may not repeat it. */
function useStepsPerEpoch(job: Job | null): number | null {
  const [known, setKnown] = useState<number | null>(null);
  const { steps, epochs } = job?.progress ?? { steps: null, epochs: null };
  const found = useMemo(
    () => (steps !== null && epochs !== null && epochs > 0 ? steps / epochs : null),
    [steps, epochs],
  );
  if (found !== null && found !== known) setKnown(found);
  return found ?? known;
}
