import { useEffect, useState } from 'react';
import { data } from '../../api/client.js';
import type { Column, Dataset, DatasetProfile, DatasetProfileEvent } from '../../api/types.js';
import { useKargah } from '../../context.js';

export interface ProfileState {
  readonly profile: DatasetProfile | null;
  readonly failure: unknown;
  readonly retry: () => void;
}

/** The figures of a version's columns. */
export function useProfile(dataset: Dataset, version: number): ProfileState {
  const kargah = useKargah();
  const [profile, setProfile] = useState<DatasetProfile | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [attempt, setAttempt] = useState(0);
  const ready = dataset.state === 'ready';
  useEffect(() => {
    if (!ready) return;
    const asked = new AbortController();
    const params = { path: { dataset_id: dataset.dataset_id }, query: { version } };
    data(kargah.api.http.GET('/api/v1/datasets/{dataset_id}/profile', { params, signal: asked.signal })).then(
      (found) => {
        setProfile(found);
        setFailure(null);
      },
      (reason: unknown) => {
        if (!asked.signal.aborted) setFailure(reason);
      },
    );
    return () => asked.abort();
  }, [kargah, dataset.dataset_id, version, ready, attempt]);
  return { profile, failure, retry: () => setAttempt(attempt + 1) };
}

export interface Measured {
  readonly columns: readonly Column[];
  /** Rows of the table, known before its first column. */
  readonly rows: number;
  readonly total: number;
}
// No version has this number.
const NOTHING = { version: 0, columns: [], rows: 0, total: 0 };

/** Columns that are measured just now, as they come. */
export function useMeasured(datasetId: string): Measured {
  const kargah = useKargah();
  const [measured, setMeasured] = useState<Measured & { readonly version: number }>(NOTHING);
  useEffect(() => {
    const onColumns = (_: unknown, event: DatasetProfileEvent): void => {
      if (event.dataset_id !== datasetId) return;
      setMeasured((before) => {
        const held = before.version === event.version ? before.columns : [];
        const fresh = new Set(event.columns.map((column) => column.name));
        const columns = [...held.filter((column) => !fresh.has(column.name)), ...event.columns];
        return { version: event.version, columns, rows: event.rows, total: event.total };
      });
    };
    kargah.live.event('dataset_profile').connect(onColumns);
    return () => {
      kargah.live.event('dataset_profile').disconnect(onColumns);
    };
  }, [kargah, datasetId]);
  return measured;
}
