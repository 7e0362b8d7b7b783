import { useEffect, useState } from 'react';
import { data } from '../../api/client.js';
import type { Split } from '../../api/types.js';
import { Code } from '../../components/Text.js';
import { useAgain } from '../../components/useAgain.js';
import { useKargah } from '../../context.js';
import { useI18n } from '../../i18n/context.js';
import { splitText } from './splitText.js';

/** A split by what it is; by its id until that is known, and where it cannot be known any more. */
export function SplitName({
  datasetId,
  version,
  splitId,
}: {
  readonly datasetId: string;
  readonly version: number;
  readonly splitId: string;
}): JSX.Element {
  const { api } = useKargah();
  const i18n = useI18n();
  const [split, setSplit] = useState<Split | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    const asked = new AbortController();
    const params = { path: { dataset_id: datasetId, version } };
    data(api.http.GET('/api/v1/datasets/{dataset_id}/versions/{version}', { params, signal: asked.signal })).then(
      (found) => setSplit(found.splits.find((one) => one.split_id === splitId) ?? null),
      // Deleted, or shared no more: the id says which it was.
      setFailure,
    );
    return () => asked.abort();
  }, [api, datasetId, version, splitId, attempt]);
  useAgain(split === null ? failure : null, () => setAttempt(attempt + 1));
  const text = split === null ? null : splitText(split, i18n);
  return text === null ? <Code>{splitId}</Code> : <span title={`${text} · ${splitId}`}>{text}</span>;
}
