import { useCallback, useEffect, useState } from 'react';
import { data } from '../../api/client.js';
import type { Dataset, DatasetVersion } from '../../api/types.js';
import { useAgain } from '../../components/useAgain.js';
import { useKargah } from '../../context.js';

export interface VersionList {
  readonly items: readonly DatasetVersion[];
  readonly failure: unknown;
  readonly reload: () => void;
}

/** The versions of a dataset, newest first; read anew when the dataset changes. */
export function useVersions(dataset: Dataset): VersionList {
  const kargah = useKargah();
  const [items, setItems] = useState<readonly DatasetVersion[]>([]);
  const [failure, setFailure] = useState<unknown>(null);
  const [attempt, setAttempt] = useState(0);
  const { dataset_id: id, state, version, versions, pending } = dataset;
  useEffect(() => {
    const asked = new AbortController();
    const params = { path: { dataset_id: id }, query: { limit: 200 } };
    data(kargah.api.http.GET('/api/v1/datasets/{dataset_id}/versions', { params, signal: asked.signal })).then(
      (page) => {
        setItems(page.items);
        setFailure(null);
      },
      (reason: unknown) => {
        if (!asked.signal.aborted) setFailure(reason);
      },
    );
    return () => asked.abort();
  }, [kargah, id, state, version, versions, pending?.state, attempt]);
  const reload = useCallback(() => setAttempt((n) => n + 1), []);
  useAgain(failure, reload);
  return { items, failure, reload };
}
