import { useState } from 'react';
import { data } from '../api/client.js';
import type { Project, ProjectContents } from '../api/types.js';
import { Button } from '../components/controls/Button.js';
import { Note } from '../components/Note.js';
import { useKargah } from '../context.js';
import { useI18n } from '../i18n/context.js';

const COUNTED = [
  'members',
  'jobs_running',
  'datasets',
  'shared_datasets',
  'jobs_ended',
  'models',
  'sweeps',
  'connections',
] as const;

/** What goes with a project, then its name as proof that this one is meant. */
export function DeleteProject({ project }: { readonly project: Project }): JSX.Element {
  const { api, shell, store } = useKargah();
  const { t, format } = useI18n();
  const [contents, setContents] = useState<ProjectContents | null>(null);
  const path = { project_id: project.project_id };
  const told = (act: () => Promise<void>): void => void act().catch((reason: unknown) => shell.failed(reason));
  const look = (): void =>
    told(async () =>
      setContents(await data(api.http.GET('/api/v1/projects/{project_id}/contents', { params: { path } }))),
    );
  const remove = (): void =>
    told(async () => {
      const name = await shell.prompt({
        title: t('project.deleteTitle', { x: project.name }),
        label: t('project.deleteName'),
        value: '',
        accept: t('project.delete'),
        check: (text) => (text.trim() === project.name ? undefined : t('project.deleteDiffers')),
      });
      if (name === null) return;
      const params = { path, query: { name } };
      const gone = await data(api.http.DELETE('/api/v1/projects/{project_id}', { params }));
      await store.load('projects');
      shell.toast('info', t('project.deleted', { x: gone.name, until: format.date(gone.purged_after) }));
    });
  return (
    <section className="kg-Layout-stack" data-testid="project-deletion">
      <h2>{t('project.delete')}</h2>
      {contents === null ? (
        <div>
          <Button kind="danger" icon="del" label={t('project.deleteLook')} onClick={look} />
        </div>
      ) : (
        <Note tone="warn" icon="del" title={t('project.goes', { x: project.name })}>
          <ul>
            {COUNTED.filter((name) => contents[name] > 0).map((name) => (
              <li key={name}>{t(`project.goes.${name}`, { x: format.number(contents[name]) })}</li>
            ))}
            {contents.dataset_bytes > 0 && (
              <li>{t('project.goes.bytes', { x: format.size(contents.dataset_bytes) })}</li>
            )}
          </ul>
          <p>{t('project.kept', { n: contents.kept_days })}</p>
          <Button kind="danger" icon="del" label={t('project.deleteNow')} onClick={remove} />
        </Note>
      )}
    </section>
  );
}
