import { useState } from 'react';
import { ApiError } from '../../api/errors.js';
import type { Job } from '../../api/types.js';
import { Card } from '../../components/Card.js';
import { Button, LinkButton } from '../../components/controls/Button.js';
import { ErrorNote, Note } from '../../components/Note.js';
import { useKargah } from '../../context.js';
import { useI18n } from '../../i18n/context.js';
import { useMay } from '../../projects/may.js';
import { changeJob } from '../actions.js';

const MOST_LETTERS = 4000;

interface Draft {
  readonly text: string;
  /** The note that it was begun from: where somebody wrote another meanwhile, that one is shown first. */
  readonly from: string;
}

/** What people wrote about a job, as text alone, and where they write it. */
export function NoteCard({ job }: { readonly job: Job }): JSX.Element | null {
  const kargah = useKargah();
  const { t } = useI18n();
  const writes = useMay('job.write');
  const [draft, setDraft] = useState<Draft | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  if (!writes && job.note === '') return null;

  const close = (): void => {
    setDraft(null);
    setFailure(null);
  };
  const save = async ({ text, from }: Draft): Promise<void> => {
    setBusy(true);
    try {
      await changeJob(kargah, job, { note: text.trim(), note_was: from });
      close();
    } catch (reason) {
      setFailure(reason);
    } finally {
      setBusy(false);
    }
  };
  const collided = failure instanceof ApiError && failure.code === 'note_changed';
  return (
    <Card
      title={t('jobNote.title')}
      testId="job-note"
      end={
        writes &&
        draft === null && (
          <LinkButton onClick={() => setDraft({ text: job.note, from: job.note })}>
            {t(job.note === '' ? 'jobNote.write' : 'jobNote.change')}
          </LinkButton>
        )
      }
    >
      {(draft === null || collided) &&
        (job.note === '' ? (
          <div className="kg-Text-hint">{t('jobNote.none')}</div>
        ) : (
          <div className="kg-NoteCard-text" dir="auto">
            {job.note}
          </div>
        ))}
      {draft !== null && (
        <div className="kg-Layout-stack">
          {collided ? (
            <Note tone="warn" icon="warn" title={kargah.i18n.error(failure)} />
          ) : (
            failure !== null && <ErrorNote reason={failure} />
          )}
          <textarea
            className="kg-NoteCard-box"
            aria-label={t('jobNote.title')}
            dir="auto"
            rows={6}
            maxLength={MOST_LETTERS}
            autoFocus
            value={draft.text}
            onChange={(event) => setDraft({ ...draft, text: event.target.value })}
          />
          <div className="kg-Layout-row">
            <Button
              kind="primary"
              busy={busy}
              label={t('action.save')}
              onClick={() => void save(collided ? { ...draft, from: job.note } : draft)}
            />
            <Button label={t('action.dismiss')} onClick={close} />
          </div>
        </div>
      )}
    </Card>
  );
}
