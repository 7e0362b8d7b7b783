import { type MouseEvent, useState } from 'react';
import { Button, IconButton, LinkButton } from '../../components/controls/Button.js';
import { Elapsed } from '../../components/Elapsed.js';
import { below, Menu, type MenuPlace } from '../../components/controls/Menu.js';
import { StateBadge } from '../../components/State.js';
import { Code, Moment } from '../../components/Text.js';
import { useKargah } from '../../context.js';
import { useI18n } from '../../i18n/context.js';
import { canStop, isActive } from '../../api/states.js';
import type { Job, Recipe } from '../../api/types.js';
import { cancelJob, downloadModel, renameJob, resumeJob, stopJob, tagJob, type ModelFormat } from '../actions.js';
import { deleteJobs } from '../deletion.js';
import { registerModel } from '../registration.js';
import { permitted, useMay } from '../../projects/may.js';
import { ModelCode } from '../ModelCode.js';
import { RecipeName, RunHeader, RunMeta, RunProgress } from './RunHeader.js';

export interface JobHeaderProps {
  readonly job: Job;
  readonly recipe: Recipe | null;
}

export function JobHeader({ job, recipe }: JobHeaderProps): JSX.Element {
  const kargah = useKargah();
  const { t } = useI18n();
  const [menuAt, setMenuAt] = useState<MenuPlace | null>(null);
  const [downloading, setDownloading] = useState(false);
  const active = isActive(job.state);
  const save = async (format: ModelFormat): Promise<void> => {
    setDownloading(true);
    await downloadModel(kargah, job, format);
    setDownloading(false);
  };
  const [writes, stops] = [useMay('job.write'), useMay('job.stop')];
  const items = permitted(kargah, [
    { label: t('action.rename'), icon: 'code', needs: 'job.write', run: () => void renameJob(kargah, job) },
    { label: t('tags.edit'), icon: 'filter', needs: 'job.write', run: () => void tagJob(kargah, job) },
    {
      label: t('reg.register'),
      icon: 'prom',
      needs: 'model.write',
      disabled: !job.has_model,
      run: () => void registerModel(kargah, job),
    },
    { label: t('job.downloadPackage'), icon: 'down', disabled: !job.has_model, run: () => void save('package') },
    { label: t('job.downloadMlflow'), icon: 'down', disabled: !job.has_model, run: () => void save('mlflow') },
    {
      label: t('job.loadCode'),
      icon: 'code',
      disabled: !job.has_model,
      run: () =>
        void kargah.shell.show({ title: t('job.loadCode'), content: () => <ModelCode job={job} />, wide: true }),
    },
    { label: t('job.copyId'), icon: 'copy', run: () => void kargah.shell.copy(job.job_id) },
    {
      label: t('job.delete'),
      icon: 'del',
      needs: 'job.write',
      separated: true,
      disabled: active,
      run: () => void deleteJobs(kargah, [job]),
    },
  ]);
  return (
    <RunHeader
      run={job}
      badge={<StateBadge state={job.state} share={job.progress.fraction} />}
      actions={
        <>
          {!stops ? null : job.state === 'queued' ? (
            <Button
              kind="danger"
              icon="close"
              label={t('action.cancelJob')}
              onClick={() => void cancelJob(kargah, job)}
            />
          ) : (
            active && (
              <Button
                kind="danger"
                icon="stop"
                label={t('action.stop')}
                disabled={!canStop(job.state)}
                onClick={() => void stopJob(kargah, job)}
              />
            )
          )}
          {writes && job.can_resume && (
            <Button kind="primary" icon="play" label={t('action.resume')} onClick={() => void resumeJob(kargah, job)} />
          )}
          {writes && (
            <Button
              icon="copy"
              label={t('action.clone')}
              onClick={() => void kargah.open('new-job', { clone_of: job.job_id })}
            />
          )}
          <Button
            icon="down"
            label={t('action.downloadModel')}
            busy={downloading}
            disabled={!job.has_model}
            title={job.has_model ? t('action.downloadModel') : t(active ? 'job.modelLater' : 'job.noModel')}
            onClick={() => void save('pt2')}
          />
        </>
      }
      lastActions={
        <IconButton
          icon="more"
          label={t('job.actions')}
          aria-haspopup="menu"
          onClick={(event: MouseEvent<HTMLButtonElement>) => setMenuAt(below(event.currentTarget))}
        />
      }
    >
      <JobMeta job={job} recipe={recipe} />
      {active && job.state !== 'queued' && <JobProgress job={job} />}
      {menuAt !== null && <Menu label={t('job.actions')} at={menuAt} items={items} onClose={() => setMenuAt(null)} />}
    </RunHeader>
  );
}

function JobMeta({ job, recipe }: JobHeaderProps): JSX.Element {
  const kargah = useKargah();
  const { t } = useI18n();
  const { script } = job;
  return (
    <RunMeta run={job} id={job.job_id} when={<When job={job} />}>
      {script === null ? (
        <RecipeName run={job} recipe={recipe} />
      ) : (
        <span>
          {t('job.script')}:{' '}
          <LinkButton onClick={() => void kargah.openFile(script.path)}>
            <Code>{script.path}</Code>
          </LinkButton>
        </span>
      )}
      {job.tags.map((tag) => (
        <span className="kg-Chip kg-mod-plain" key={tag} dir="auto">
          {tag}
        </span>
      ))}
    </RunMeta>
  );
}

function When({ job }: { readonly job: Job }): JSX.Element {
  const { t, format } = useI18n();
  const [key, at] =
    job.ended_at !== null
      ? (['job.ended', job.ended_at] as const)
      : job.started_at !== null
        ? (['job.began', job.started_at] as const)
        : (['job.created', job.created_at] as const);
  const [before, after] = t(key).split('{x}');
  return (
    <span title={format.exact(at)}>
      <span>
        {before}
        <Moment at={at} />
        {after}
      </span>
    </span>
  );
}

function JobProgress({ job }: { readonly job: Job }): JSX.Element {
  const { t, format } = useI18n();
  const { fraction, epoch, epochs, step, steps, eta_seconds: left } = job.progress;
  return (
    <RunProgress
      share={fraction}
      secondsLeft={left}
      time={
        left === null ? (
          <span className="kg-Text-muted">
            <Elapsed of={job} />
          </span>
        ) : (
          <span className="kg-Text-muted kg-Text-nowrap">{t('job.left', { x: format.left(left) })}</span>
        )
      }
    >
      {epoch !== null && epochs !== null && <span>{t('job.epochOf', { n: epoch, all: epochs })}</span>}
      {step !== null && (
        <span className="kg-Text-muted">
          {epoch !== null && t('facts.and').trimStart()}
          {steps === null ? t('job.step', { n: step }) : t('job.stepOf', { n: step, all: steps })}
        </span>
      )}
      {epoch === null && step === null && job.message !== null && (
        <bdi className="kg-Text-muted kg-Text-ellipsis">{job.message}</bdi>
      )}
    </RunProgress>
  );
}
