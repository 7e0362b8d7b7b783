import { isActive } from '../api/states.js';
import type { Job } from '../api/types.js';
import { deferred } from '../components/deferred.js';
import { type Activity, type Feature, textOf } from '../features/feature.js';
import type { Kargah } from '../tokens.js';
import { commandMessages, jobCommands } from './commands.js';
import { jobList } from './list/jobs.js';
import { chosenMessages } from './messages/chosen.js';
import { jobMessages } from './messages/jobs.js';
import { reportMessages } from './messages/report.js';
import { runMessages } from './messages/runs.js';
import { tellOfEnd } from './notice.js';

type Messages = typeof chosenMessages &
  typeof jobMessages &
  typeof reportMessages &
  typeof runMessages &
  typeof commandMessages;
declare module '../i18n/messages.js' {
  interface Texts extends Messages {}
}
declare module '../tokens.js' {
  interface PageArgs {
    readonly job: { readonly job_id: string };
  }
}

const JobPage = deferred(() => import('./page/JobPage.js'));

const jobsOf = ({ store }: Kargah): readonly Job[] => store.list('jobs').get().items;

const activityOf = (kargah: Kargah, job: Job): Activity => ({
  id: job.job_id,
  name: job.name,
  state: job.state,
  share: job.progress.fraction,
  secondsLeft: job.progress.eta_seconds,
  place: job.queue_position,
  started_at: job.started_at,
  ended_at: job.ended_at,
  open: () => void kargah.open('job', { job_id: job.job_id }),
});

export const jobs: Feature = {
  id: 'jobs',
  messages: { ...chosenMessages, ...jobMessages, ...reportMessages, ...runMessages, ...commandMessages },
  commands: jobCommands,
  lists: [jobList],
  pages: [
    {
      name: 'job',
      command: 'kargah:open-job',
      label: 'panel.jobs',
      read: (args) => {
        const job_id = textOf(args, 'job_id');
        return job_id === undefined ? undefined : { job_id };
      },
      tab: ({ job_id }) => job_id,
      look: (kargah, { job_id }) => ({ name: jobsOf(kargah).find((job) => job.job_id === job_id)?.name, icon: 'play' }),
      lists: ['jobs'],
      content: ({ job_id }) => <JobPage jobId={job_id} />,
    },
  ],
  activities: {
    lists: ['jobs'],
    running: 'status.running',
    failed: 'status.failed',
    active: (kargah) =>
      jobsOf(kargah)
        .filter(({ state }) => isActive(state))
        .map((job) => activityOf(kargah, job)),
    find: (kargah, ids) =>
      jobsOf(kargah)
        .filter(({ job_id }) => ids.has(job_id))
        .map((job) => activityOf(kargah, job)),
    onFailed: ({ store }, tell) =>
      store.onEnded('jobs', ({ job_id, sweep_id, state }) => {
        if (sweep_id === null && (state === 'failed' || state === 'lost')) tell(job_id);
      }),
  },
  panel: () => import(/* webpackChunkName: "panel" */ './list/panel.js'),
  start: (kargah) => void kargah.store.onEnded('jobs', (job) => tellOfEnd(kargah, job)),
};
