import { useEffect, useState } from 'react';
import { data } from '../api/client.js';
import { type ApiError, asApiError } from '../api/errors.js';
import type { Column } from '../api/types.js';
import { useKargah } from '../context.js';

interface Columns {
  readonly items: readonly Column[];
  readonly error: ApiError | null;
}

const NONE: Columns = { items: [], error: null };

/** The columns of a dataset, from its profile; none while no dataset is chosen. */
export function useColumns(datasetId: string | null): Columns {
  const { api } = useKargah();
  const [read, setRead] = useState<Columns & { readonly of: string | null }>({ ...NONE, of: null });
  useEffect(() => {
    if (datasetId === null) return;
    let gone = false;
    data(api.http.GET('/api/v1/datasets/{dataset_id}/profile', { params: { path: { dataset_id: datasetId } } })).then(
      (profile) => {
        if (!gone) setRead({ of: datasetId, items: profile.columns, error: null });
      },
      (reason: unknown) => {
        if (!gone) setRead({ of: datasetId, items: [], error: asApiError(reason) });
      },
    );
    return () => {
      gone = true;
    };
  }, [api, datasetId]);
  return read.of === datasetId ? read : NONE;
}
