import { useEffect, useState } from 'react';
import { data } from '../api/client.js';
import { type ApiError, asApiError } from '../api/errors.js';
import type { Column } from '../api/types.js';
import { useKargah } from '../context.js';

const NONE: { readonly items: readonly Column[]; readonly error: ApiError | null } = { items: [], error: null };

/** The columns of a dataset, from its profile; none while no dataset is chosen. */
export function useColumns(datasetId: string | null): typeof NONE {
  const { api } = useKargah();
  const [columns, setColumns] = useState(NONE);
  useEffect(() => {
    setColumns(NONE);
    if (datasetId === null) return;
    let gone = false;
    data(api.http.GET('/api/v1/datasets/{dataset_id}/profile', { params: { path: { dataset_id: datasetId } } })).then(
      (profile) => {
        if (!gone) setColumns({ items: profile.columns, error: null });
      },
      (reason: unknown) => {
        if (!gone) setColumns({ items: [], error: asApiError(reason) });
      },
    );
    return () => {
      gone = true;
    };
  }, [api, datasetId]);
  return columns;
}
