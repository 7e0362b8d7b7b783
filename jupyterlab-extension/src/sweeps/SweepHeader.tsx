import { Button, IconButton, LinkButton } from '../components/controls/Button.js';
import { Bar } from '../components/Progress.js';
import { Code, Moment, NameText, Percent } from '../components/Text.js';
import { useKargah } from '../context.js';
import { useI18n } from '../i18n/context.js';
import { titleOf } from '../i18n/isolate.js';
import type { Recipe, Sweep } from '../api/types.js';
import { deleteSweep, stopSweep } from './actions.js';
import { SweepBadge } from './SweepState.js';
import { doneOf } from './standing.js';

export function SweepHeader({ sweep, recipe }: { readonly sweep: Sweep; readonly recipe: Recipe | null }): JSX.Element {
  const kargah = useKargah();
  const i18n = useI18n();
  const { t, format } = i18n;
  const active = sweep.ended_at === null;
  const done = doneOf(sweep);
  return (
    <header>
      <nav className="row crumbs">
        <LinkButton onClick={() => kargah.showPanel()}>{t('job.jobs')}</LinkButton>
        <span className="muted" aria-hidden="true">
          ›
        </span>
        <span className="muted ell" title={titleOf(sweep.name)}>
          <NameText>{sweep.name}</NameText>
        </span>
      </nav>
      <div className="row wrap job-title">
        <h1 dir="auto" className="ell" title={titleOf(sweep.name)}>
          <NameText>{sweep.name}</NameText>
        </h1>
        <span role="status">
          <SweepBadge sweep={sweep} />
        </span>
        <span className="grow" />
        {active ? (
          <Button
            kind="danger"
            icon="stop"
            label={t('action.stop')}
            disabled={sweep.state === 'stopping'}
            onClick={() => void stopSweep(kargah, sweep)}
          />
        ) : (
          <Button icon="del" label={t('sweep.delete')} onClick={() => void deleteSweep(kargah, sweep)} />
        )}
        <Button
          icon="ext"
          label={t('action.openMlflow')}
          disabled={sweep.mlflow_run_id === null}
          title={sweep.mlflow_run_id === null ? t('job.noRun') : t('action.openMlflow')}
          onClick={() => void kargah.openMlflow(sweep)}
        />
      </div>
      <div className="meta">
        <span>{t('sweep.title')}</span>
        <span>{t('job.recipe', { x: recipe === null ? sweep.recipe : i18n.pick(recipe.title, recipe.title_fa) })}</span>
        <span>
          {t('job.dataset')}:{' '}
          <LinkButton onClick={() => void kargah.openDataset(sweep.dataset_id)}>
            <bdi>{sweep.dataset_name}</bdi>
          </LinkButton>
          {sweep.dataset_version !== null &&
            `${i18n.pick(', ', '، ')}${t('ver.version', { n: sweep.dataset_version })}`}
        </span>
        <span>
          <bdi>{sweep.owner.name}</bdi>
        </span>
        <span title={format.exact(sweep.ended_at ?? sweep.created_at)}>
          <Moment at={sweep.ended_at ?? sweep.created_at} />
        </span>
        <span>
          <Code>{sweep.sweep_id}</Code>
          <IconButton icon="copy" label={t('job.copyId')} onClick={() => void kargah.shell.copy(sweep.sweep_id)} />
        </span>
      </div>
      {active && (
        <div className="job-progress" data-testid="progress">
          <div className="row">
            <span>{t('sweep.done', { n: done, all: sweep.trials })}</span>
            <span className="grow" />
            <span className="b">
              <Percent share={done / sweep.trials} digits={0} />
            </span>
          </div>
          <Bar share={done / sweep.trials} secondsLeft={null} />
        </div>
      )}
    </header>
  );
}
