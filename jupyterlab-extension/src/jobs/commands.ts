import { canStop, isActive } from '../api/states.js';
import type { Job } from '../api/types.js';
import { type CommandSpec, textOf } from '../features/feature.js';
import type { Catalogue } from '../i18n/message.js';
import { may } from '../projects/may.js';
import type { Kargah } from '../tokens.js';

export const commandMessages = {
  'command.job.stop': { fa: 'این کار: توقف', en: 'This job: stop' },
  'command.job.resume': { fa: 'این کار: ادامه', en: 'This job: resume' },
  'command.job.clone': { fa: 'این کار: رونوشت', en: 'This job: clone' },
  'command.job.download': { fa: 'این کار: دانلود مدل', en: 'This job: download the model' },
  'command.job.mlflow': { fa: 'این کار: باز کردن در MLflow', en: 'This job: open in MLflow' },
  'command.job.delete': { fa: 'این کار: حذف', en: 'This job: delete' },
} as const satisfies Catalogue;

type Args = Parameters<CommandSpec['execute']>[1];
type Actions = typeof import('./actions.js');

const jobOf = ({ store }: Kargah, args: Args): Job | undefined =>
  store
    .list('jobs')
    .get()
    .items.find(({ job_id }) => job_id === textOf(args, 'job_id'));

/** A command on the job whose page is in front. */
function onJob(
  { id, label, icon }: Pick<CommandSpec, 'id' | 'label' | 'icon'>,
  can: (job: Job) => boolean,
  needs: string | null,
  act: (kargah: Kargah, job: Job, actions: Actions) => void | Promise<void>,
): CommandSpec {
  return {
    id,
    label,
    ...(icon === undefined ? {} : { icon }),
    palette: true,
    page: 'job',
    enabled: (kargah, args) => {
      const job = jobOf(kargah, args);
      return job !== undefined && can(job) && (needs === null || may(kargah, needs));
    },
    execute: async (kargah, args) => {
      const job = jobOf(kargah, args);
      if (job === undefined || !can(job)) return;
      await act(kargah, job, await import(/* webpackChunkName: "panel" */ './actions.js'));
    },
  };
}

export const jobCommands: readonly CommandSpec[] = [
  onJob(
    { id: 'kargah:stop-job', label: 'command.job.stop', icon: 'stop' },
    ({ state }) => canStop(state),
    'job.stop',
    (kargah, job, { stopJob }) => stopJob(kargah, job),
  ),
  onJob(
    { id: 'kargah:resume-job', label: 'command.job.resume', icon: 'play' },
    (job) => job.can_resume,
    'job.write',
    (kargah, job, { resumeJob }) => resumeJob(kargah, job),
  ),
  onJob(
    { id: 'kargah:clone-job', label: 'command.job.clone', icon: 'copy' },
    () => true,
    'job.write',
    (kargah, job) => kargah.open('new-job', { clone_of: job.job_id }),
  ),
  onJob(
    { id: 'kargah:download-model', label: 'command.job.download', icon: 'down' },
    (job) => job.has_model,
    null,
    (kargah, job, { downloadModel }) => downloadModel(kargah, job),
  ),
  onJob(
    { id: 'kargah:job-in-mlflow', label: 'command.job.mlflow', icon: 'ext' },
    (job) => job.mlflow_run_id !== null,
    null,
    (kargah, job) => kargah.openMlflow(job),
  ),
  onJob(
    { id: 'kargah:delete-job', label: 'command.job.delete', icon: 'del' },
    ({ state }) => !isActive(state),
    'job.write',
    async (kargah, job) => {
      const { deleteJobs } = await import(/* webpackChunkName: "panel" */ './deletion.js');
      await deleteJobs(kargah, [job]);
    },
  ),
  {
    id: 'kargah:deleted-jobs',
    label: 'deletedJobs.command',
    icon: 'undo',
    palette: true,
    enabled: (kargah) => may(kargah, 'job.write'),
    execute: async (kargah) => {
      const { showDeletedJobs } = await import(/* webpackChunkName: "panel" */ './list/DeletedJobs.js');
      await showDeletedJobs(kargah);
    },
  },
];
