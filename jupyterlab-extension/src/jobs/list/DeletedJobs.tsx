import { useCallback, useEffect, useState } from 'react';
import { data } from '../../api/client.js';
import { asApiError, type ApiError } from '../../api/errors.js';
import type { Job } from '../../api/types.js';
import { Button } from '../../components/controls/Button.js';
import { EmptyState, ErrorNote, Skeleton } from '../../components/Note.js';
import { useKargah } from '../../context.js';
import { useI18n } from '../../i18n/context.js';
import type { Kargah } from '../../tokens.js';
import { restoreJobs } from '../deletion.js';

/** The jobs that were deleted a while ago, by whomever, and can still be restored; the newest hundred. */
function DeletedJobs(): JSX.Element {
  const kargah = useKargah();
  const { t, format } = useI18n();
  const [items, setItems] = useState<readonly Job[] | null>(null);
  const [failure, setFailure] = useState<ApiError | null>(null);
  const read = useCallback((): void => {
    const query = { deleted: 'true', limit: 100 } as const;
    data(kargah.api.http.GET('/api/v1/train/jobs', { params: { query } })).then(
      (page) => {
        setItems(page.items);
        setFailure(null);
      },
      (reason: unknown) => setFailure(asApiError(reason)),
    );
  }, [kargah]);
  useEffect(read, [read]);
  if (failure !== null) return <ErrorNote reason={failure} onRetry={read} />;
  if (items === null) return <Skeleton />;
  if (items.length === 0) return <EmptyState icon="del" title={t('deletedJobs.none')} />;
  return (
    <ul className="kg-Members" data-testid="deleted-jobs">
      {items.map((one) => (
        <li className="kg-Layout-row" key={one.job_id}>
          <span className="kg-Layout-grow">
            <bdi className="kg-Text-medium">{one.name}</bdi>
            <br />
            <span className="kg-Text-hint">
              {one.deleted_at !== undefined && t('deletedJobs.at', { at: format.date(one.deleted_at) })}
            </span>
          </span>
          <Button
            label={t('deletedJobs.restore', { x: one.name })}
            onClick={() => void restoreJobs(kargah, [one.job_id]).then(read)}
          />
        </li>
      ))}
    </ul>
  );
}

export async function showDeletedJobs(kargah: Kargah): Promise<void> {
  await kargah.shell.show({ title: kargah.i18n.t('deletedJobs.title'), content: () => <DeletedJobs />, wide: true });
}
