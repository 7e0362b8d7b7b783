import { createElement, type FormEvent, useEffect, useState } from 'react';
import { data } from '../api/client.js';
import type { Dataset, Sharing as Shared } from '../api/types.js';
import { Button } from '../components/controls/Button.js';
import { Field } from '../components/controls/Field.js';
import { ErrorNote, Skeleton } from '../components/Note.js';
import { useKargah } from '../context.js';
import { useI18n } from '../i18n/context.js';
import type { Kargah } from '../tokens.js';

export function openSharing(kargah: Kargah, dataset: Dataset): Promise<void> {
  return kargah.shell.show({
    title: kargah.i18n.t('share.title'),
    content: (close) => createElement(Sharing, { dataset, close }),
    wide: true,
  });
}

/** Who besides its owner may read a dataset. */
function Sharing({ dataset, close }: { readonly dataset: Dataset; readonly close: () => void }): JSX.Element {
  const kargah = useKargah();
  const { t } = useI18n();
  const [shared, setShared] = useState<Shared | null>(null);
  const [emails, setEmails] = useState('');
  const [everyone, setEveryone] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const [attempt, setAttempt] = useState(0);
  const path = { dataset_id: dataset.dataset_id };
  useEffect(() => {
    const params = { path: { dataset_id: dataset.dataset_id } };
    data(kargah.api.http.GET('/api/v1/datasets/{dataset_id}/sharing', { params })).then((found) => {
      setFailure(null);
      setShared(found);
      setEveryone(found.everyone);
      setEmails(found.people.map((person) => person.email).join(', '));
    }, setFailure);
  }, [kargah, dataset.dataset_id, attempt]);
  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setFailure(null);
    try {
      const body = { everyone, emails: emails.split(/[\s,،;]+/u).filter((email) => email !== '') };
      await data(kargah.api.http.PUT('/api/v1/datasets/{dataset_id}/sharing', { params: { path }, body }));
      kargah.shell.toast('success', t('share.done'));
      close();
    } catch (reason) {
      setFailure(reason);
    }
    setBusy(false);
  };
  if (shared === null)
    return failure === null ? <Skeleton /> : <ErrorNote reason={failure} onRetry={() => setAttempt(attempt + 1)} />;
  return (
    <form className="kg-Layout-stack kg-DialogList" onSubmit={(event) => void save(event)} data-testid="kargah-sharing">
      <p className="kg-Text-muted">{t('share.lead')}</p>
      <label className="kg-Layout-row kg-Check">
        <input type="checkbox" checked={everyone} onChange={(event) => setEveryone(event.target.checked)} />
        {t('share.everyone')}
      </label>
      <Field
        label={t('share.emails')}
        dir="ltr"
        value={emails}
        hint={t('tags.hint')}
        onChange={(event) => setEmails(event.target.value)}
      />
      {failure !== null && <ErrorNote reason={failure} />}
      <div className="kg-Layout-row">
        <Button kind="primary" type="submit" busy={busy} label={t('action.save')} />
      </div>
    </form>
  );
}
