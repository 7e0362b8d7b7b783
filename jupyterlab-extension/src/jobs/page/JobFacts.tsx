import { Fragment, type ReactNode } from 'react';
import { IconButton, LinkButton } from '../../components/controls/Button.js';
import { Card } from '../../components/Card.js';
import { Code, Name } from '../../components/Text.js';
import { useKargah } from '../../context.js';
import { useI18n } from '../../i18n/context.js';
import type { I18n } from '../../i18n/i18n.js';
import type { Kargah } from '../../tokens.js';
import { SplitName } from '../../datasets/versions/SplitName.js';
import { useStore } from '../../lib/useStore.js';
import type { Job } from '../../api/types.js';

/** Exactly what it learned from: the hash of the content, and the split of its rows. */
function dataRows(job: Job, { shell }: Kargah, t: I18n['t']): [string, ReactNode][] {
  const { dataset_id: id, dataset_version: version, dataset_sha256: sha256, split_id: splitId } = job;
  const rows: [string, ReactNode][] = [];
  if (splitId !== null) {
    const known = id !== null && version !== null;
    rows.push([
      t('facts.split'),
      <span key="split" data-testid="job-split">
        {known ? <SplitName datasetId={id} version={version} splitId={splitId} /> : <Code>{splitId}</Code>}
      </span>,
    ]);
  }
  if (sha256 !== null) {
    rows.push([
      t('facts.content'),
      <span key="content" className="kg-Layout-row kg-Facts-tail" title={sha256}>
        <Code>{`sha256:${sha256.slice(0, 4)}…${sha256.slice(-4)}`}</Code>
        <IconButton icon="copy" label={t('ds.copyHash')} onClick={() => void shell.copy(sha256)} />
      </span>,
    ]);
  }
  return rows;
}

/** How the job was run: launcher, warm or cold start and why, resources, and how its process ended. */
export function JobFacts({ job }: { readonly job: Job }): JSX.Element | null {
  const kargah = useKargah();
  const i18n = useI18n();
  const { t, format } = i18n;
  const jobs = useStore(kargah.store.list('jobs'));
  const sweeps = useStore(kargah.store.list('sweeps'));
  const { resumed_from: before, sweep_id: sweepId, launch, resources } = job;
  const rows: [string, ReactNode][] = [];
  if (before !== null) {
    const name = jobs.items.find((one) => one.job_id === before)?.name;
    rows.push([
      t('facts.resumed'),
      <LinkButton key="job" data-testid="resumed-from" onClick={() => void kargah.open('job', { job_id: before })}>
        {name === undefined ? <Code>{before}</Code> : <Name>{name}</Name>}
      </LinkButton>,
    ]);
  }
  if (sweepId !== null) {
    const name = sweeps.items.find((one) => one.sweep_id === sweepId)?.name;
    rows.push([
      t('facts.sweep'),
      <LinkButton key="sweep" onClick={() => void kargah.open('sweep', { sweep_id: sweepId })}>
        {name === undefined ? <Code>{sweepId}</Code> : <Name>{name}</Name>}
      </LinkButton>,
    ]);
  }
  rows.push(...dataRows(job, kargah, t));
  if (launch !== null) {
    rows.push([
      t('facts.launch'),
      <span key="launch" data-testid="launch" data-launch={launch}>
        {t(`launch.${launch}`)}
      </span>,
    ]);
  }
  if (job.priority !== 'normal') rows.push([t('res.priority'), t(`priority.${job.priority}`)]);
  const asked = [
    resources?.cpus === undefined ? null : t('new.cores', { n: resources.cpus }),
    resources?.memory_mb === undefined ? null : t('facts.memory', { x: format.size(resources.memory_mb * 1e6) }),
    resources?.gpus === undefined || resources.gpus === 0 ? null : t('new.gpus', { n: resources.gpus }),
  ].filter((one) => one !== null);
  if (asked.length > 0) rows.push([t('facts.resources'), asked.join(i18n.pick(', ', '، '))]);
  if (resources?.time_limit_seconds !== undefined)
    rows.push([t('facts.limit'), format.duration(resources.time_limit_seconds)]);
  if (resources?.python !== undefined) rows.push([t('res.python'), <Code key="python">{resources.python}</Code>]);
  if (job.exit_code !== null && job.exit_code !== 0)
    rows.push([t('facts.exit'), <Code key="exit">{job.exit_code}</Code>]);
  if (job.signal !== null) rows.push([t('facts.signal'), <Code key="signal">{job.signal}</Code>]);
  const note =
    launch === 'warm' ? t('launch.warm.hint') : job.launch_note === null ? null : i18n.failure(job.launch_note);
  if (rows.length === 0) return null;
  return (
    <Card title={t('facts.title')} testId="facts">
      <dl className="kg-Facts">
        {rows.map(([name, value]) => (
          <Fragment key={name}>
            <dt>{name}</dt>
            <dd className="kg-Text-ellipsis">{value}</dd>
          </Fragment>
        ))}
      </dl>
      {note !== null && <div className="kg-Text-hint kg-System-gpu">{note}</div>}
    </Card>
  );
}
