import { isActive } from '../../api/states.js';
import { Button, IconButton } from '../../components/controls/Button.js';
import { EmptyState } from '../../components/Note.js';
import { useKargah } from '../../context.js';
import type { PanelPart } from '../../features/feature.js';
import { useI18n } from '../../i18n/context.js';
import { useStore } from '../../lib/useStore.js';
import { May, useMay } from '../../projects/may.js';
import { undoDeletion } from '../deletion.js';
import { filterOf, stateFilters } from './filters.js';
import { JobRow } from './JobRow.js';
import { choose } from './chosen.js';
import { ChosenBar } from './ChosenBar.js';

function NewJobIcon(): JSX.Element {
  const kargah = useKargah();
  const { t } = useI18n();
  return (
    <May do="job.write">
      <IconButton icon="add" label={t('panel.newJob')} onClick={() => void kargah.open('new-job', {})} />
    </May>
  );
}

function Running(): JSX.Element | null {
  const { store } = useKargah();
  const { t } = useI18n();
  const jobs = useStore(store.list('jobs'));
  const running = jobs.items.filter(({ state }) => isActive(state) && state !== 'queued').length;
  return running === 0 ? null : <span className="kg-Chip kg-Tone-run">{t('panel.runningCount', { n: running })}</span>;
}

function NoJobs(): JSX.Element {
  const kargah = useKargah();
  const { t } = useI18n();
  return (
    <EmptyState
      icon="play"
      title={t('empty.jobs')}
      action={
        <May do="job.write">
          <Button icon="add" label={t('panel.newJob')} onClick={() => void kargah.open('new-job', {})} />
        </May>
      }
    >
      {t(useMay('job.write') ? 'empty.jobs.detail' : 'project.viewing')}
    </EmptyState>
  );
}

const part: PanelPart = {
  section: {
    id: 'jobs',
    rank: 200,
    title: 'panel.jobs',
    found: 'panel.found.jobs',
    list: 'jobs',
    filters: stateFilters,
    Actions: NewJobIcon,
    choice: {
      choose: ({ store }, ...named) => choose(store, ...named),
      undo: (kargah) => void undoDeletion(kargah),
      Bar: ChosenBar,
    },
    Badge: Running,
    Empty: NoJobs,
  },
  rows: {
    section: 'jobs',
    lists: ['jobs'],
    entries: ({ store }) =>
      store
        .list('jobs')
        .get()
        .items.map((job) => ({
          id: job.job_id,
          texts: [job.name, ...job.tags, job.note, job.dataset_name ?? '', job.recipe ?? '', job.job_id],
          marks: [filterOf(job.state)],
          at: job.created_at,
          row: (first) => <JobRow key={job.job_id} job={job} first={first} />,
        })),
  },
};
export default part;
