import { createElement, type FormEvent, useEffect, useState } from 'react';
import { data } from '../api/client.js';
import type { Dataset, Sharing as Shared } from '../api/types.js';
import { Button } from '../components/controls/Button.js';
import { Field } from '../components/controls/Field.js';
import { ErrorNote, Skeleton } from '../components/Note.js';
import { useKargah } from '../context.js';
import { useI18n } from '../i18n/context.js';
import { useStore } from '../lib/useStore.js';
import { currentProject } from '../projects/may.js';
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
  const [projectIds, setProjectIds] = useState<ReadonlySet<string>>(new Set());
  const mine = useStore(kargah.store.list('projects')).items;
  const here = currentProject(kargah)?.project_id;
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
      setProjectIds(new Set(found.projects.map((project) => project.project_id)));
      setEmails(found.people.map((person) => person.email).join(', '));
    }, setFailure);
  }, [kargah, dataset.dataset_id, attempt]);
  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setFailure(null);
    try {
      const named = emails.split(/[\s,،;]+/u).filter((email) => email !== '');
      const body = { everyone, emails: named, project_ids: [...projectIds] };
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
  // Those of one's own, and those that have it already.
  const others = mine.filter(({ project_id }) => project_id !== here);
  const known = new Set(others.map(({ project_id }) => project_id));
  const offered = [...others, ...shared.projects.filter(({ project_id }) => !known.has(project_id))];
  const choose = (id: string, chosen: boolean): void => {
    const next = new Set(projectIds);
    if (chosen) next.add(id);
    else next.delete(id);
    setProjectIds(next);
  };
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
      {offered.length > 0 && (
        <fieldset className="kg-Layout-stack">
          <legend>{t('share.projects')}</legend>
          {offered.map(({ project_id, name }) => (
            <label key={project_id} className="kg-Layout-row kg-Check">
              <input
                type="checkbox"
                checked={projectIds.has(project_id)}
                onChange={(event) => choose(project_id, event.target.checked)}
              />
              <bdi>{name}</bdi>
            </label>
          ))}
        </fieldset>
      )}
      {failure !== null && <ErrorNote reason={failure} />}
      <div className="kg-Layout-row">
        <Button kind="primary" type="submit" busy={busy} label={t('action.save')} />
      </div>
    </form>
  );
}
