import { Button, IconButton, LinkButton, Spinner } from '../../components/controls/Button.js';
import { Note } from '../../components/Note.js';
import { Code } from '../../components/Text.js';
import { useKargah } from '../../context.js';
import { useI18n } from '../../i18n/context.js';
import { type LastLine, lastLineOf } from '../failure.js';
import { useStore } from '../../lib/useStore.js';
import type { Job } from '../../api/types.js';
import { useMay } from '../../projects/may.js';
import { resumeJob, startAgain } from '../actions.js';
import { wantedLine } from '../log/logLine.js';
import { type Remedy, remediesOf } from './remedy.js';

export interface JobNoteProps {
  readonly job: Job;
  readonly onShowLog: () => void;
}

/** What the reader has to know about the job's state beyond its name, with the way on as a button. */
export function JobNote({ job, onShowLog }: JobNoteProps): JSX.Element | null {
  const kargah = useKargah();
  const i18n = useI18n();
  const system = useStore(kargah.store.system);
  const { t, format } = i18n;
  const writes = useMay('job.write');
  const again = writes && (
    <Button
      size="small"
      kind={job.can_resume ? 'plain' : 'primary'}
      label={t('remedy.again')}
      onClick={() => void startAgain(kargah, job, {})}
    />
  );
  const lastNews = format.moment(job.ended_at ?? job.started_at ?? job.created_at);
  const change = writes && (
    <Button
      size="small"
      label={t('remedy.change')}
      onClick={() => void kargah.open('new-job', { clone_of: job.job_id })}
    />
  );
  const resume = writes && job.can_resume && (
    <Button size="small" kind="primary" label={t('action.resume')} onClick={() => void resumeJob(kargah, job)} />
  );
  switch (job.state) {
    case 'queued':
      return (
        <Note
          tone="off"
          icon="queue"
          title={job.queue_position === null ? t('note.queuedPlain') : t('note.queued', { n: job.queue_position })}
        >
          {job.waiting !== null
            ? i18n.failure(job.waiting)
            : system === null
              ? undefined
              : system.mlflow === 'up'
                ? t('note.queued.detail', { n: system.max_parallel_jobs })
                : t('note.queued.mlflow')}
        </Note>
      );
    case 'stopping':
      return (
        <Note tone="run" icon={<Spinner tone="kg-Text-run" />} title={t('note.stopping')}>
          {t('note.stopping.detail')}
        </Note>
      );
    case 'stopped':
      return (
        <Note
          tone="off"
          icon="stopped"
          title={t(job.pruned ? 'note.pruned' : 'note.stopped')}
          actions={
            <>
              {resume}
              {again}
              {change}
            </>
          }
        >
          {t(job.pruned ? 'note.pruned.detail' : job.can_resume ? 'note.stopped.resume' : 'note.stopped.detail')}
        </Note>
      );
    case 'lost':
      return (
        <Note
          tone="warn"
          icon="lost"
          title={t('note.lost', { x: job.name })}
          actions={
            <>
              {resume}
              {again}
              {change}
            </>
          }
        >
          {job.error === null
            ? t('note.lost.detail', { x: lastNews })
            : t('note.lost.why', { why: i18n.failure(job.error), x: lastNews })}
        </Note>
      );
    case 'failed':
      return <FailureNote job={job} onShowLog={onShowLog} />;
    case 'starting':
    case 'running':
    case 'succeeded':
      return null;
  }
}

function FailureNote({ job, onShowLog }: { readonly job: Job; readonly onShowLog: () => void }): JSX.Element {
  const kargah = useKargah();
  const i18n = useI18n();
  const { t } = i18n;
  const cause = job.error === null ? t('state.failed') : i18n.failure(job.error);
  const said = lastLineOf(job);
  const code = [job.error?.code, job.exit_code === null ? null : `exit ${job.exit_code}`, job.signal, job.job_id]
    .filter((part) => part != null)
    .join(' · ');
  return (
    <div data-testid="failure">
      <Note
        tone="bad"
        icon="err"
        role="alert"
        title={t('note.failed', { x: job.name })}
        actions={remediesOf(job).map((remedy, index) => (
          <RemedyButton key={remedy.kind} remedy={remedy} job={job} main={index === 0} onShowLog={onShowLog} />
        ))}
      >
        {said !== null && job.error?.detail.includes(said.text) === true ? null : cause}
        {said !== null && <SaidLast job={job} said={said} />}
      </Note>
      <div className="kg-Layout-row kg-Text-small kg-Text-muted kg-JobNote-code">
        <Code>{code}</Code>
        <span className="kg-Layout-grow" />
        <IconButton icon="copy" label={t('error.code')} onClick={() => void kargah.shell.copy(code)} />
      </div>
    </div>
  );
}

/** The exception with which a script ended, which leads to its line in the log. */
function SaidLast({ job, said }: { readonly job: Job; readonly said: LastLine }): JSX.Element {
  const { t } = useI18n();
  const { offset, text } = said;
  return (
    <div className="kg-JobNote-said" data-testid="exception">
      {offset === null ? (
        <Code>{text}</Code>
      ) : (
        <LinkButton title={t('failure.line')} onClick={() => wantedLine.set({ jobId: job.job_id, offset })}>
          <Code>{text}</Code>
        </LinkButton>
      )}
    </div>
  );
}

interface RemedyButtonProps {
  readonly remedy: Remedy;
  readonly job: Job;
  readonly main: boolean;
  readonly onShowLog: () => void;
}

function RemedyButton({ remedy, job, main, onShowLog }: RemedyButtonProps): JSX.Element | null {
  const kargah = useKargah();
  const { t, format } = useI18n();
  const kind = main ? 'primary' : 'quiet';
  const writes = useMay('job.write');
  if (!writes && remedy.kind !== 'script' && remedy.kind !== 'log') return null;
  switch (remedy.kind) {
    case 'batch':
      return (
        <Button
          size="small"
          kind={kind}
          label={t('remedy.batch', { n: remedy.value })}
          onClick={() => void startAgain(kargah, job, { batch_size: remedy.value })}
        />
      );
    case 'lr':
      return (
        <Button
          size="small"
          kind={kind}
          label={t('remedy.lr', { n: format.digits(String(remedy.value)) })}
          onClick={() => void startAgain(kargah, job, { lr: remedy.value })}
        />
      );
    case 'script':
      return (
        <Button
          size="small"
          kind={kind}
          label={t('remedy.openScript')}
          onClick={() => void kargah.openFile(remedy.path)}
        />
      );
    case 'change':
      return (
        <Button
          size="small"
          kind={kind}
          label={t('remedy.change')}
          onClick={() => void kargah.open('new-job', { clone_of: job.job_id })}
        />
      );
    case 'resume':
      return <Button size="small" kind={kind} label={t('action.resume')} onClick={() => void resumeJob(kargah, job)} />;
    case 'again':
      return (
        <Button size="small" kind={kind} label={t('remedy.again')} onClick={() => void startAgain(kargah, job, {})} />
      );
    case 'log':
      return <Button size="small" kind={kind} label={t('action.viewLog')} onClick={onShowLog} />;
  }
}

/** Shown above everything else while the connection is gone: up to when the page is current. */
export function ConnectionNote({
  asOf,
  onRetry,
}: {
  readonly asOf: string | null;
  readonly onRetry: () => void;
}): JSX.Element {
  const { t } = useI18n();
  return (
    <Note
      tone="warn"
      icon={<Spinner tone="kg-Text-warn" />}
      title={t('note.disconnected')}
      actions={<Button size="small" label={t('action.retry')} onClick={onRetry} />}
    >
      {asOf === null ? undefined : t('note.disconnected.asOf', { x: asOf })}
    </Note>
  );
}
