import { createElement, type FormEvent, useState } from 'react';
import { data } from '../api/client.js';
import type { Dataset } from '../api/types.js';
import { Button } from '../components/controls/Button.js';
import { SelectField } from '../components/controls/SelectField.js';
import { EmptyState, ErrorNote } from '../components/Note.js';
import { useKargah } from '../context.js';
import { useI18n } from '../i18n/context.js';
import { useStore } from '../lib/useStore.js';
import { currentProject } from '../projects/may.js';
import type { Kargah } from '../tokens.js';

export function openTransfer(kargah: Kargah, dataset: Dataset): Promise<void> {
  return kargah.shell.show({
    title: kargah.i18n.t('transfer.title'),
    content: (close) => createElement(Transfer, { dataset, close }),
  });
}

/** Takes a dataset to another project where one may write: itself, or a copy. */
function Transfer({ dataset, close }: { readonly dataset: Dataset; readonly close: () => void }): JSX.Element {
  const kargah = useKargah();
  const { t } = useI18n();
  const { items } = useStore(kargah.store.list('projects'));
  const here = currentProject(kargah);
  const others = items.filter((project) => project !== here && project.permissions.includes('dataset.write'));
  const [chosen, setChosen] = useState(others[0]?.project_id ?? '');
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  if (others.length === 0) return <EmptyState icon="model" title={t('transfer.nowhere')} />;
  const take = async (act: 'move' | 'copy'): Promise<void> => {
    setBusy(true);
    setFailure(null);
    const to = others.find(({ project_id }) => project_id === chosen);
    const params = { path: { dataset_id: dataset.dataset_id } };
    const body = { project_id: chosen };
    try {
      if (act === 'move') {
        await data(kargah.api.http.POST('/api/v1/datasets/{dataset_id}/move', { params, body }));
        kargah.store.list('datasets').remove(dataset.dataset_id);
      } else await data(kargah.api.http.POST('/api/v1/datasets/{dataset_id}/copy', { params, body }));
      kargah.shell.toast('success', t(`transfer.done.${act}`, { x: dataset.name, to: to?.name ?? '' }));
      close();
    } catch (reason) {
      setFailure(reason);
    }
    setBusy(false);
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void take('copy');
  };
  return (
    <form className="kg-Layout-stack kg-DialogList" onSubmit={submit} data-testid="kargah-transfer">
      <p className="kg-Text-muted">{t('transfer.lead', { x: dataset.name })}</p>
      <SelectField label={t('transfer.to')} value={chosen} onChange={setChosen}>
        {others.map(({ project_id, name }) => (
          <option key={project_id} value={project_id}>
            {name}
          </option>
        ))}
      </SelectField>
      {failure !== null && <ErrorNote reason={failure} />}
      <div className="kg-Layout-row">
        <Button kind="primary" type="submit" busy={busy} label={t('transfer.copy')} />
        <Button busy={busy} label={t('transfer.move')} onClick={() => void take('move')} />
      </div>
    </form>
  );
}
