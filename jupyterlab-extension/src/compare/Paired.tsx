import { useEffect, useState } from 'react';
import { data } from '../api/client.js';
import { asApiError, type ApiError } from '../api/errors.js';
import type { PairedFigures } from '../api/types.js';
import { ErrorNote } from '../components/Note.js';
import { useKargah } from '../context.js';
import { useI18n } from '../i18n/context.js';
import type { Run } from './runs.js';

/** Of these the rows do not tell: that is an answer, and nothing to try again. */
const UNTOLD = new Set(['report_rows_missing', 'rows_differ', 'model_not_ready', 'not_found']);

/** Of two jobs whose models were judged: whether one is better than the other on the same rows, as a sentence. Of other jobs it is another element (its key). */
export function Paired({ runs: [first, second] }: { readonly runs: readonly [Run, Run] }): JSX.Element {
  const { api } = useKargah();
  const i18n = useI18n();
  const [answer, setAnswer] = useState<PairedFigures | null>(null);
  const [failure, setFailure] = useState<ApiError | null>(null);
  const [attempt, setAttempt] = useState(0);
  const [job_id, other_id] = [first.job.job_id, second.job.job_id];
  useEffect(() => {
    const leaving = new AbortController();
    const params = { path: { job_id, other_id } };
    const asked = api.http.GET('/api/v1/train/jobs/{job_id}/against/{other_id}', { params, signal: leaving.signal });
    data(asked).then(setAnswer, (reason: unknown) => {
      if (!leaving.signal.aborted) setFailure(asApiError(reason));
    });
    return () => leaving.abort();
  }, [api, job_id, other_id, attempt]);
  const again = (): void => {
    setFailure(null);
    setAttempt((count) => count + 1);
  };
  if (failure !== null && !UNTOLD.has(failure.code)) return <ErrorNote reason={failure} onRetry={again} />;
  const said = failure === null ? answer && i18n.pick(answer.sentence, answer.sentence_fa) : i18n.error(failure);
  return (
    <p role="status" data-testid="compare-paired" className={failure === null ? 'kg-Text-medium' : 'kg-Text-muted'}>
      {said === null ? i18n.t('compare.paired.asked') : i18n.format.digits(said)}
    </p>
  );
}
