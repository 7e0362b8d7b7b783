import { type ReactNode, useState } from 'react';
import { IconButton, LinkButton } from '../components/controls/Button.js';
import { ErrorNote, Skeleton } from '../components/Note.js';
import { Rows } from '../components/Rows.js';
import { Section } from '../components/Section.js';
import { useKargah } from '../context.js';
import { openCatalogue } from '../datasets/Catalogue.js';
import { chooseFiles } from '../datasets/actions.js';
import { openIntake } from '../datasets/intake/Intake.js';
import { DatasetRow } from '../datasets/DatasetRow.js';
import { UploadRow } from '../datasets/UploadRow.js';
import { useI18n } from '../i18n/context.js';
import { jobEntries, worthShowing } from '../jobs/list/jobEntries.js';
import { JobRow } from '../jobs/list/JobRow.js';
import { ModelRow } from '../models/ModelRow.js';
import type { ListState } from '../store/list.js';
import { isActive } from '../api/states.js';
import { useStore } from '../lib/useStore.js';
import { Empty } from './Empty.js';
import { hasTags, isOnItsWay, type JobFilter, passes, toggled } from './filters.js';
import { matcher } from '../i18n/search.js';
import { SweepRow } from '../sweeps/SweepRow.js';
import { useDatasetSearch } from './useDatasetSearch.js';
import { Toolbar } from './Toolbar.js';

type Which = 'datasets' | 'jobs' | 'models';

/** The three sections, searched and filtered together. */
export function Lists(): JSX.Element {
  const kargah = useKargah();
  const { t, format, locale } = useI18n();
  const datasets = useStore(kargah.store.datasets);
  const jobs = useStore(kargah.store.jobs);
  const sweeps = useStore(kargah.store.sweeps);
  const models = useStore(kargah.store.models);
  const uploads = useStore(kargah.uploads.items);
  const connection = useStore(kargah.live.connection);
  const [closed, setClosed] = useState<ReadonlySet<Which>>(new Set());
  const [search, setSearch] = useState('');
  const [filters, setFilters] = useState<ReadonlySet<JobFilter>>(new Set());

  const [tags, setTags] = useState<ReadonlySet<string>>(new Set());
  const onTag = (tag: string): void => setTags((before) => toggled(before, tag));

  const matches = matcher(search);
  const beyond = useDatasetSearch(search, [...tags][0]);
  const known = datasets.items.filter((item) => !isOnItsWay(item, uploads));
  const entries = jobEntries(jobs, sweeps);
  const worthy = worthShowing(models.items, jobs.items, sweeps.items);
  const shown = {
    datasets: [
      ...known.filter((one) => matches(one.name, one.filename, ...one.tags)),
      ...beyond.items.filter((one) => datasets.items.every((other) => other.dataset_id !== one.dataset_id)),
    ].filter((one) => hasTags(one, tags)),
    jobs: entries.filter((entry) =>
      entry.kind === 'sweep'
        ? matches(entry.sweep.name, entry.sweep.dataset_name, entry.sweep.recipe, entry.id) &&
          passes(entry.sweep, filters)
        : matches(entry.job.name, entry.job.dataset_name ?? '', entry.job.recipe ?? '', entry.id) &&
          passes(entry.job, filters),
    ),
    models: worthy.filter((model) => matches(model.name, model.dataset_name ?? '')),
    uploads: uploads.filter((item) => matches(item.name) && tags.size === 0),
  };
  const knownTags = [...new Set([...known.flatMap((one) => one.tags), ...tags])].sort((a, b) =>
    a.localeCompare(b, locale.language),
  );
  const running = jobs.items.filter((job) => isActive(job.state) && job.state !== 'queued').length;
  const named = search.trim() !== '';
  // States are of jobs, tags of datasets.
  const narrowed = { datasets: named || tags.size > 0, jobs: named || filters.size > 0, models: named };
  const searching = narrowed.datasets || narrowed.jobs;
  const stale = connection.state === 'reconnecting' || connection.state === 'offline';

  const count = (which: Which, list: ListState<unknown>, all: number): ReactNode => {
    if (stale && connection.asOf !== null) {
      return t('panel.asOf', { x: format.time(connection.asOf) });
    }
    if (list.status !== 'ready') {
      return null;
    }
    const total = `${format.number(all)}${list.nextCursor === null ? '' : '+'}`;
    return narrowed[which] ? t('panel.countOf', { n: shown[which].length, all: total }) : total;
  };
  const toggle = (which: Which) => () => setClosed((before) => toggled(before, which));
  const clear = (): void => {
    setSearch('');
    setFilters(new Set());
    setTags(new Set());
  };
  const more = (which: Which): void => {
    if (which === 'datasets' && beyond.asking) beyond.more();
    else void kargah.store.more(which).catch((reason: unknown) => kargah.shell.failed(reason));
  };
  const body = (which: Which, list: ListState<unknown>, rows: readonly ReactNode[]): ReactNode => {
    if (list.status === 'failed' && list.error !== null) {
      return (
        <div className="pad">
          <ErrorNote reason={list.error} onRetry={() => void kargah.store.reload()} retried />
        </div>
      );
    }
    if (list.status === 'idle' || list.status === 'loading') {
      return <Skeleton />;
    }
    if (rows.length === 0) {
      if (which === 'datasets' && beyond.pending) return <Skeleton />;
      return <Empty which={which} searching={narrowed[which]} onClear={clear} />;
    }
    return (
      <>
        <div className={stale ? 'stale' : ''}>
          <Rows label={t(`panel.${which}`)}>{rows}</Rows>
        </div>
        {list.nextCursor !== null && (
          <p className="more-rows">
            <LinkButton onClick={() => more(which)}>{t('panel.moreRows')}</LinkButton>
          </p>
        )}
      </>
    );
  };

  return (
    <>
      <Toolbar
        search={search}
        onSearch={setSearch}
        filters={filters}
        onFilters={setFilters}
        knownTags={knownTags}
        tags={tags}
        onTag={onTag}
        onClear={clear}
        found={
          searching ? t('panel.found', { d: shown.datasets.length, j: shown.jobs.length, m: shown.models.length }) : ''
        }
      />
      <div className="scroll">
        <Section
          title={t('panel.datasets')}
          count={count('datasets', datasets, known.length)}
          open={!closed.has('datasets')}
          onToggle={toggle('datasets')}
          testId="kargah-datasets"
          actions={
            <>
              <IconButton icon="table" label={t('panel.ready')} onClick={() => openCatalogue(kargah)} />
              <IconButton icon="add" label={t('intake.title')} onClick={() => openIntake(kargah)} />
              <IconButton icon="up" label={t('panel.upload')} onClick={() => chooseFiles(kargah)} />
            </>
          }
        >
          {body('datasets', beyond.asking ? { ...datasets, nextCursor: beyond.nextCursor } : datasets, [
            ...shown.uploads.map((item, index) => <UploadRow key={item.id} item={item} first={index === 0} />),
            ...shown.datasets.map((dataset, index) => (
              <DatasetRow
                key={dataset.dataset_id}
                dataset={dataset}
                first={index === 0 && shown.uploads.length === 0}
                tags={tags}
                onTag={onTag}
              />
            )),
          ])}
          {beyond.failure !== null && (
            <div className="pad">
              <ErrorNote reason={beyond.failure} onRetry={beyond.again} />
            </div>
          )}
        </Section>
        <Section
          title={t('panel.jobs')}
          count={
            <>
              {count('jobs', jobs, entries.length)}
              {running > 0 && !narrowed.jobs && !stale && (
                <span className="chip tone-run">{t('panel.runningCount', { n: running })}</span>
              )}
            </>
          }
          open={!closed.has('jobs')}
          onToggle={toggle('jobs')}
          testId="kargah-jobs"
          actions={<IconButton icon="add" label={t('panel.newJob')} onClick={() => void kargah.openNewJob()} />}
        >
          {body(
            'jobs',
            jobs,
            shown.jobs.map((entry, index) =>
              entry.kind === 'sweep' ? (
                <SweepRow key={entry.id} sweep={entry.sweep} first={index === 0} />
              ) : (
                <JobRow key={entry.id} job={entry.job} first={index === 0} />
              ),
            ),
          )}
        </Section>
        <Section
          title={t('panel.models')}
          count={count('models', models, worthy.length)}
          open={!closed.has('models')}
          onToggle={toggle('models')}
          testId="kargah-models"
        >
          {body(
            'models',
            models,
            shown.models.map((model, index) => <ModelRow key={model.job_id} model={model} first={index === 0} />),
          )}
        </Section>
      </div>
    </>
  );
}
