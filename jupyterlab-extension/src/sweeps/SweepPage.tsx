import { Fragment } from 'react';
import { Button, LinkButton } from '../components/controls/Button.js';
import { Card } from '../components/Card.js';
import { EmptyState, ErrorNote, Note, Skeleton } from '../components/Note.js';
import { Code, Name, Num } from '../components/Text.js';
import { useKargah } from '../context.js';
import { useI18n } from '../i18n/context.js';
import { ConnectionNote } from '../jobs/page/JobNotes.js';
import { metricValue } from '../jobs/charts/metricNames.js';
import { asCode } from '../recipes/paramsSchema.js';
import { useRecipes } from '../recipes/useRecipes.js';
import { useStore } from '../lib/useStore.js';
import type { Job, Sweep, SweepDimension } from '../api/types.js';
import { SweepHeader } from './SweepHeader.js';
import { settingText, TrialsTable } from './TrialsTable.js';
import { TrialChart } from './TrialChart.js';
import { trialsOf } from './trials.js';
import { useSweep } from './useSweep.js';
import { May } from '../projects/may.js';

const COUNTS = {
  waiting: 'state.queued',
  running: 'state.running',
  succeeded: 'state.succeeded',
  pruned: 'sweep.count.pruned',
  failed: 'state.failed',
  stopped: 'state.stopped',
} as const;

const keysOf = <K extends string>(of: Readonly<Record<K, unknown>>): K[] => Object.keys(of) as K[];

/** One sweep: how far it is, the best so far, and every job of it. */
export default function SweepPage({ sweepId }: { readonly sweepId: string }): JSX.Element {
  const kargah = useKargah();
  const i18n = useI18n();
  const { t, format } = i18n;
  const { sweep, jobs, error, deleted, retry } = useSweep(sweepId);
  const { items: models } = useStore(kargah.store.list('models'));
  const recipes = useRecipes();
  const connection = useStore(kargah.live.connection);
  const cut = connection.state === 'reconnecting' || connection.state === 'offline';

  const content = ((): JSX.Element => {
    if (deleted || error?.code === 'not_found') {
      return (
        <EmptyState
          icon="del"
          title={t(deleted ? 'sweep.deletedNow' : 'sweep.notFound')}
          action={<Button label={t('job.jobs')} onClick={() => kargah.showPanel()} />}
        />
      );
    }
    if (sweep === null) {
      return error === null ? (
        <Skeleton widths={[40, 70, 90, 60]} />
      ) : (
        <ErrorNote reason={error} onRetry={retry} retried />
      );
    }
    const trials = trialsOf(sweep, jobs.items, models);
    return (
      <>
        {cut && (
          <ConnectionNote
            asOf={connection.asOf === null ? null : format.time(connection.asOf)}
            onRetry={() => kargah.live.retry()}
          />
        )}
        <div className={cut ? 'kg-mod-stale' : ''}>
          <SweepHeader sweep={sweep} recipe={recipes?.find((one) => one.recipe === sweep.recipe) ?? null} />
          {sweep.error !== null && (
            <div className="kg-JobPage-note">
              <Note tone="bad" icon="err" role="alert" title={t('sweep.failed')}>
                {i18n.failure(sweep.error)}
              </Note>
            </div>
          )}
          <div className="kg-Tiles kg-SweepPage-counts" data-testid="counts">
            {keysOf(COUNTS).map((count) => (
              <div key={count} data-count={count}>
                <div className="kg-Tiles-label kg-Text-ellipsis">{t(COUNTS[count])}</div>
                <div className="kg-Tiles-value">{format.number(sweep.counts[count])}</div>
              </div>
            ))}
          </div>
          <div className="kg-Layout-columns">
            <div className="kg-Layout-stack">
              <TrialChart sweep={sweep} trials={trials} />
              {jobs.error === null ? (
                <TrialsTable sweep={sweep} trials={trials} />
              ) : (
                <ErrorNote reason={jobs.error} onRetry={retry} retried />
              )}
            </div>
            <div className="kg-Layout-stack">
              <BestCard sweep={sweep} jobs={jobs.items} />
              <SpaceCard sweep={sweep} />
            </div>
          </div>
        </div>
      </>
    );
  })();
  return (
    <div className="kg-SweepPage" data-testid="sweep-page" data-state={sweep?.state}>
      {content}
    </div>
  );
}

function BestCard({ sweep, jobs }: { readonly sweep: Sweep; readonly jobs: readonly Job[] }): JSX.Element {
  const kargah = useKargah();
  const i18n = useI18n();
  const { t } = i18n;
  const { best, metric } = sweep;
  if (best === null || metric === null) {
    return (
      <Card title={t('sweep.best')} testId="best">
        <div className="kg-Text-hint">{t(sweep.ended_at === null ? 'sweep.noBest' : 'sweep.neverBest')}</div>
      </Card>
    );
  }
  const name = jobs.find((job) => job.job_id === best.job_id)?.name ?? best.job_id;
  return (
    <Card title={t('sweep.best')} testId="best">
      <div className="kg-Layout-row kg-SweepPage-bestFigure">
        <Code>{metric.key}</Code>
        <span className="kg-Layout-grow" />
        <b className="kg-Text-ok">
          <Num>{metricValue(i18n, metric.key.replace(/^(val|train)_/, ''), best.value)}</Num>
        </b>
      </div>
      <dl className="kg-Facts">
        {Object.entries(best.params).map(([param, value]) => (
          <Fragment key={param}>
            <dt>
              <Code>{param}</Code>
            </dt>
            <dd>
              <Code>{settingText(value)}</Code>
            </dd>
          </Fragment>
        ))}
      </dl>
      <div className="kg-Layout-row kg-Layout-wrap kg-SweepPage-bestActions">
        <LinkButton title={t('sweep.openBest')} onClick={() => void kargah.open('job', { job_id: best.job_id })}>
          <Name>{name}</Name>
        </LinkButton>
        <span className="kg-Layout-grow" />
        <May do="job.write">
          <Button
            size="small"
            icon="copy"
            label={t('sweep.useBest')}
            onClick={() => void kargah.open('new-job', { clone_of: best.job_id })}
          />
        </May>
      </div>
    </Card>
  );
}

function SpaceCard({ sweep }: { readonly sweep: Sweep }): JSX.Element {
  const { t } = useI18n();
  return (
    <Card title={t('sweep.space')}>
      <dl className="kg-Facts">
        {Object.entries(sweep.space).map(([name, dimension]) => (
          <Fragment key={name}>
            <dt>
              <Code>{name}</Code>
            </dt>
            <dd>
              <Code>{dimensionText(dimension)}</Code>
            </dd>
          </Fragment>
        ))}
        <dt>{t('sweep.method')}</dt>
        <dd>{t(`sweep.method.${sweep.method}`)}</dd>
        <dt>{t('sweep.pruner')}</dt>
        <dd>{t(`sweep.pruner.${sweep.pruner}`)}</dd>
        <dt>{t('sweep.parallel')}</dt>
        <dd>
          <Code>{sweep.parallel}</Code>
        </dd>
      </dl>
    </Card>
  );
}

function dimensionText(dimension: SweepDimension): string {
  return dimension.kind === 'choice'
    ? dimension.values.map(asCode).join(', ')
    : `${dimension.low} … ${dimension.high}${dimension.log ? ' (log)' : ''}`;
}
