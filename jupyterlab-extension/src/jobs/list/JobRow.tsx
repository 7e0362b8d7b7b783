import type { Job } from '../../api/types.js';
import { IconButton } from '../../components/controls/Button.js';
import { Elapsed } from '../../components/Elapsed.js';
import type { MenuItem } from '../../components/controls/Menu.js';
import { MenuRow } from '../../components/rows/MenuRow.js';
import { Bar } from '../../components/Progress.js';
import { Spark } from '../../components/Spark.js';
import { StateIcon } from '../../components/State.js';
import { Moment, Name, Num, Percent } from '../../components/Text.js';
import { useKargah } from '../../context.js';
import { useI18n } from '../../i18n/context.js';
import type { I18n } from '../../i18n/i18n.js';
import { isMessage } from '../../i18n/messages.js';
import { deleteJobs } from '../deletion.js';
import { chosenJobs, chosenOf } from './chosen.js';
import { sparksOf } from './sparks.js';
import { lastLineOf } from '../failure.js';
import { canStop, headline, isActive, isShare } from '../../api/states.js';
import { useStore } from '../../lib/useStore.js';
import { permitted, useMay } from '../../projects/may.js';
import type { Kargah } from '../../tokens.js';
import { wantedLine } from '../log/logLine.js';
import { cancelJob, downloadModel, renameJob, resumeJob, stopJob, tagJob } from '../actions.js';

function jobMenu(kargah: Kargah, job: Job): readonly MenuItem[] {
  const { t } = kargah.i18n;
  const said = lastLineOf(job);
  return permitted(kargah, [
    { label: t('action.open'), icon: 'play', run: () => void kargah.open('job', { job_id: job.job_id }) },
    job.state === 'queued'
      ? { label: t('action.cancelJob'), icon: 'close', needs: 'job.stop', run: () => void cancelJob(kargah, job) }
      : {
          label: t('action.stop'),
          icon: 'stop',
          needs: 'job.stop',
          disabled: !canStop(job.state),
          run: () => void stopJob(kargah, job),
        },
    ...(job.can_resume
      ? [
          {
            label: t('action.resume'),
            icon: 'play',
            needs: 'job.write',
            run: () => void resumeJob(kargah, job),
          } as const,
        ]
      : []),
    ...(said?.offset == null
      ? []
      : [
          {
            label: t('failure.line'),
            icon: 'code',
            run: () => {
              wantedLine.set({ jobId: job.job_id, offset: said.offset ?? 0 });
              void kargah.open('job', { job_id: job.job_id });
            },
          } as const,
        ]),
    { label: t('action.rename'), icon: 'code', needs: 'job.write', run: () => void renameJob(kargah, job) },
    { label: t('tags.edit'), icon: 'filter', needs: 'job.write', run: () => void tagJob(kargah, job) },
    {
      label: t('action.clone'),
      icon: 'copy',
      needs: 'job.write',
      run: () => void kargah.open('new-job', { clone_of: job.job_id }),
    },
    {
      label: t('action.downloadModel'),
      icon: 'down',
      disabled: !job.has_model,
      run: () => void downloadModel(kargah, job),
    },
    {
      label: t('action.openMlflow'),
      icon: 'ext',
      disabled: job.mlflow_run_id === null,
      run: () => void kargah.openMlflow(job),
    },
    {
      label: t('action.delete'),
      icon: 'del',
      needs: 'job.write',
      separated: true,
      disabled: isActive(job.state),
      run: () => void deleteJobs(kargah, [job]),
    },
  ]);
}

export function JobRow({ job, first }: { readonly job: Job; readonly first: boolean }): JSX.Element {
  const kargah = useKargah();
  const i18n = useI18n();
  const { t, format } = i18n;
  const sparks = useStore(sparksOf(kargah.store));
  const { ids: chosen } = useStore(chosenOf(kargah.store));
  const running = job.state === 'running' || job.state === 'starting' || job.state === 'stopping';
  const { fraction, eta_seconds: left } = job.progress;
  const [writes, stops] = [useMay('job.write'), useMay('job.stop')];
  return (
    <MenuRow
      name={job.name}
      first={first}
      items={() => jobMenu(kargah, job)}
      testId="kargah-job"
      state={job.state}
      choice={{ id: job.job_id, chosen: chosen.has(job.job_id), label: t('chosen.one', { x: job.name }) }}
      icon={
        <>
          <StateIcon state={job.state} share={fraction} />
          <span className="kg-Text-hidden">{t(`state.${job.state}`)}</span>
        </>
      }
      title={<Name>{job.name}</Name>}
      end={<JobFigure job={job} spark={sparks[job.job_id] ?? []} />}
      actions={
        <>
          {writes && job.can_resume && (
            <IconButton icon="play" label={t('action.resume')} onClick={() => void resumeJob(kargah, job)} />
          )}
          {stops && job.state === 'queued' && (
            <IconButton icon="close" label={t('action.cancelJob')} onClick={() => void cancelJob(kargah, job)} />
          )}
          {stops && job.state !== 'queued' && canStop(job.state) && (
            <IconButton icon="stop" label={t('action.stop')} onClick={() => void stopJob(kargah, job)} />
          )}
          {job.has_model && (
            <IconButton icon="down" label={t('action.downloadModel')} onClick={() => void downloadModel(kargah, job)} />
          )}
          {writes && (
            <IconButton
              icon="copy"
              label={t('action.clone')}
              onClick={() => void kargah.open('new-job', { clone_of: job.job_id })}
            />
          )}
        </>
      }
      second={
        running ? (
          <>
            <Bar share={fraction} secondsLeft={left} />
            {job.state === 'running' && left === null && fraction === null && job.started_at !== null ? (
              <Elapsed of={job} />
            ) : (
              <span className="kg-Text-nowrap">
                {job.state === 'running' && left !== null ? format.left(left) : t(`state.${job.state}`)}
              </span>
            )}
          </>
        ) : job.state === 'queued' && job.waiting !== null ? (
          <span className="kg-Text-ellipsis" title={i18n.failure(job.waiting)}>
            {i18n.failure(job.waiting)}
          </span>
        ) : job.tags.length > 0 ? (
          <span className="kg-Text-ellipsis">
            {job.tags.map((tag) => (
              <span className="kg-Chip kg-mod-plain" key={tag} dir="auto">
                {tag}
              </span>
            ))}
          </span>
        ) : undefined
      }
      onOpen={() => void kargah.open('job', { job_id: job.job_id })}
      onDelete={() => {
        // On one of several chosen rows the key means all of them.
        const meant = chosen.has(job.job_id) ? chosenJobs(kargah.store) : [job];
        const ended = meant.filter(({ state }) => !isActive(state));
        if (ended.length > 0 && writes) void deleteJobs(kargah, ended);
        else if (isActive(job.state) && stops) void stopJob(kargah, job);
      }}
    />
  );
}

/** The one figure of a row: share done, place in the queue, best metric, or why it ended. */
function JobFigure({ job, spark }: { readonly job: Job; readonly spark: readonly number[] }): JSX.Element {
  const { store } = useKargah();
  const models = useStore(store.list('models'));
  const i18n = useI18n();
  const { t, format } = i18n;
  if (job.state === 'running' || job.state === 'starting' || job.state === 'stopping') {
    return (
      <>
        <span className="kg-mod-roomy">
          <Spark values={spark} />
        </span>
        {job.progress.fraction !== null && <Percent share={job.progress.fraction} digits={0} />}
      </>
    );
  }
  if (job.state === 'queued') {
    return (
      <span>{job.queue_position === null ? t('state.queued') : t('state.queuedAt', { n: job.queue_position })}</span>
    );
  }
  if (job.state === 'succeeded') {
    const best = headline(job, models.items);
    return (
      <>
        {job.ended_at !== null && (
          <span className={best === null ? 'kg-mod-roomy' : 'kg-mod-roomy kg-mod-roomier'}>
            <Moment at={job.ended_at} />
            {best !== null && t('facts.and').trimEnd()}
          </span>
        )}
        {best !== null && (isShare(best.key) ? <Percent share={best.value} /> : <Num>{format.metric(best.value)}</Num>)}
      </>
    );
  }
  if (job.state === 'failed') {
    const said = lastLineOf(job);
    if (said !== null) {
      return (
        <bdi className="kg-Text-bad kg-Text-ellipsis kg-Text-end kg-Text-code" dir="ltr" title={said.text}>
          {said.text}
        </bdi>
      );
    }
    const cause = job.error === null ? t('state.failed') : i18n.failure(job.error);
    return (
      <span className="kg-Text-bad kg-Text-ellipsis kg-Text-end" title={cause}>
        {shortReason(job, i18n) ?? cause}
      </span>
    );
  }
  return (
    <span className={job.state === 'lost' ? 'kg-Text-warn' : ''}>
      {t(job.pruned ? 'sweep.count.pruned' : `state.${job.state}`)}
    </span>
  );
}

/** A few words where a whole sentence would be cut; the title has the sentence. */
function shortReason(job: Job, i18n: I18n): string | undefined {
  const key = `row.reason.${job.error?.code ?? ''}`;
  return isMessage(key) ? i18n.t(key, { exit_code: job.exit_code ?? 0 }) : undefined;
}
