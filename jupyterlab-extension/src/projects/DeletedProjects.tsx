import { useCallback } from 'react';
import { data } from '../api/client.js';
import type { DeletedProject } from '../api/types.js';
import { Button } from '../components/controls/Button.js';
import { EmptyState, ErrorNote, Skeleton } from '../components/Note.js';
import { useKargah } from '../context.js';
import { useI18n } from '../i18n/context.js';
import { useRead } from './useRead.js';

/** The projects that one owned and that can still be brought back. */
export function DeletedProjects({ close }: { readonly close: () => void }): JSX.Element {
  const { api, shell, store } = useKargah();
  const { t, format } = useI18n();
  const read = useCallback(() => data(api.http.GET('/api/v1/deleted-projects', { params: { query: {} } })), [api]);
  const { items, failure, again } = useRead<DeletedProject>(read, '');
  const restore = async ({ project_id }: DeletedProject): Promise<void> => {
    try {
      const params = { path: { project_id } };
      const project = await data(api.http.POST('/api/v1/projects/{project_id}/restore', { params }));
      store.list('projects').put(project);
      api.chooseProject(project.project_id);
      shell.toast('success', t('project.restored', { x: project.name }));
      close();
    } catch (reason) {
      shell.failed(reason);
      again();
    }
  };
  if (failure !== null) return <ErrorNote reason={failure} onRetry={again} />;
  if (items === null) return <Skeleton />;
  if (items.length === 0) return <EmptyState icon="del" title={t('project.noneDeleted')} />;
  return (
    <ul className="kg-Members" data-testid="deleted-projects">
      {items.map((one) => (
        <li className="kg-Layout-row" key={one.project_id}>
          <span className="kg-Layout-grow">
            <bdi className="kg-Text-medium">{one.name}</bdi>
            <br />
            <span className="kg-Text-hint">
              {one.deleted_by === null
                ? t('project.deletedOn', { at: format.date(one.deleted_at) })
                : t('project.deletedBy', { x: one.deleted_by.name, at: format.date(one.deleted_at) })}{' '}
              {t('project.until', { x: format.date(one.purged_after) })}
            </span>
          </span>
          <Button kind="primary" label={t('project.restore', { x: one.name })} onClick={() => void restore(one)} />
        </li>
      ))}
    </ul>
  );
}
