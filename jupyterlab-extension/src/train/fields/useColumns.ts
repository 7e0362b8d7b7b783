import { useEffect, useState } from 'react';
import { data } from '../../api/client.js';
import { type ApiError, asApiError } from '../../api/errors.js';
import type { Column } from '../../api/types.js';
import { useAgain } from '../../components/useAgain.js';
import { useKargah } from '../../context.js';

interface Columns {
  readonly items: readonly Column[];
  readonly error: ApiError | null;
}

const NONE: Columns = { items: [], error: null };

/** The columns of a version of a dataset, from its profile; null is the newest. None while no dataset is chosen. */
export function useColumns(datasetId: string | null, version: number | null): Columns {
  const { api } = useKargah();
  const [read, setRead] = useState<Columns & { readonly of: string }>({ ...NONE, of: '' });
  const [attempt, setAttempt] = useState(0);
  const asked = `${datasetId ?? ''} ${version ?? ''}`;
  useEffect(() => {
    if (datasetId === null) return;
    let gone = false;
    const params = { path: { dataset_id: datasetId }, query: version === null ? {} : { version } };
    data(api.http.GET('/api/v1/datasets/{dataset_id}/profile', { params })).then(
      (profile) => {
        if (!gone) setRead({ of: asked, items: profile.columns, error: null });
      },
      (reason: unknown) => {
        if (!gone) setRead({ of: asked, items: [], error: asApiError(reason) });
      },
    );
    return () => {
      gone = true;
    };
  }, [api, datasetId, version, asked, attempt]);
  const known = read.of === asked ? read : NONE;
  useAgain(known.error, () => setAttempt(attempt + 1));
  return known;
}
