import type { ReactNode } from 'react';
import { EVALUATION } from '../../api/states.js';
import type { Job, Recipe, Sweep } from '../../api/types.js';
import { Button, IconButton, LinkButton } from '../../components/controls/Button.js';
import { Bar } from '../../components/Progress.js';
import { Code, NameText, Percent } from '../../components/Text.js';
import { useKargah } from '../../context.js';
import { useI18n } from '../../i18n/context.js';
import { titleOf } from '../../i18n/isolate.js';

/** A job, or a sweep of jobs: both have a dataset, an owner and an MLflow run. */
type Run = Job | Sweep;

export interface RunHeaderProps {
  readonly run: Run;
  readonly badge: ReactNode;
  readonly actions: ReactNode;
  /** Behind the way to MLflow. */
  readonly lastActions?: ReactNode;
  readonly children: ReactNode;
}

/** The head of a run's page: the way back, its name and state, what can be done with it; `children` are its facts and progress. */
export function RunHeader({ run, badge, actions, lastActions, children }: RunHeaderProps): JSX.Element {
  const kargah = useKargah();
  const { t } = useI18n();
  return (
    <header>
      <nav className="kg-Layout-row kg-Crumbs">
        <LinkButton onClick={() => kargah.showPanel()}>{t('job.jobs')}</LinkButton>
        <span className="kg-Text-muted" aria-hidden="true">
          ›
        </span>
        <span className="kg-Text-muted kg-Text-ellipsis" title={titleOf(run.name)}>
          <NameText>{run.name}</NameText>
        </span>
      </nav>
      <div className="kg-Layout-row kg-Layout-wrap kg-RunHeader-title">
        <h1 dir="auto" className="kg-Text-ellipsis" title={titleOf(run.name)}>
          <NameText>{run.name}</NameText>
        </h1>
        <span role="status">{badge}</span>
        <span className="kg-Layout-grow" />
        {actions}
        <Button
          icon="ext"
          label={t('action.openMlflow')}
          disabled={run.mlflow_run_id === null}
          title={run.mlflow_run_id === null ? t('job.noRun') : t('action.openMlflow')}
          onClick={() => void kargah.openMlflow(run)}
        />
        {lastActions}
      </div>
      {children}
    </header>
  );
}

export interface RunMetaProps {
  readonly run: Run;
  readonly id: string;
  readonly when: ReactNode;
  /** What it is, before its dataset. */
  readonly children: ReactNode;
}

/** What a run is, on which version of which data, whose it is, since when, and its id. */
export function RunMeta({ run, id, when, children }: RunMetaProps): JSX.Element {
  const kargah = useKargah();
  const i18n = useI18n();
  const { t } = i18n;
  const { dataset_id: datasetId, dataset_name: datasetName } = run;
  return (
    <div className="kg-Meta">
      {children}
      {datasetName !== null && (
        <span>
          {t('job.dataset')}:{' '}
          {datasetId === null ? (
            <bdi title={t('job.datasetDeleted')}>{datasetName}</bdi>
          ) : (
            <LinkButton onClick={() => void kargah.open('dataset', { dataset_id: datasetId })}>
              <bdi className={/^[\x20-\x7e]+$/.test(datasetName) ? 'kg-Text-code' : ''}>{datasetName}</bdi>
            </LinkButton>
          )}
          {run.dataset_version !== null && `${i18n.pick(', ', '، ')}${t('ver.version', { n: run.dataset_version })}`}
        </span>
      )}
      <span>
        <span className="kg-Avatar kg-mod-small" aria-hidden="true">
          {Array.from(run.owner.name)[0]}
        </span>
        <bdi>{run.owner.name}</bdi>
      </span>
      {when}
      <span>
        <Code>{id}</Code>
        <IconButton icon="copy" label={t('job.copyId')} onClick={() => void kargah.shell.copy(id)} />
      </span>
    </div>
  );
}

/** The recipe of a run, by its title where that is known. */
export function RecipeName({ run, recipe }: { readonly run: Run; readonly recipe: Recipe | null }): JSX.Element {
  const { t, pick } = useI18n();
  if (run.recipe === EVALUATION) return <span>{t('job.evaluation')}</span>;
  return (
    <span>{t('job.recipe', { x: recipe === null ? (run.recipe ?? '') : pick(recipe.title, recipe.title_fa) })}</span>
  );
}

export interface RunProgressProps {
  readonly share: number | null;
  readonly secondsLeft: number | null;
  /** How long it has been or has still to go. */
  readonly time?: ReactNode;
  readonly children: ReactNode;
}

export function RunProgress({ share, secondsLeft, time, children }: RunProgressProps): JSX.Element {
  return (
    <div className="kg-RunHeader-progress" data-testid="progress">
      <div className="kg-Layout-row">
        {children}
        <span className="kg-Layout-grow" />
        {time}
        {share !== null && (
          <span className="kg-Text-bold">
            <Percent share={share} digits={0} />
          </span>
        )}
      </div>
      <Bar share={share} secondsLeft={secondsLeft} />
    </div>
  );
}
