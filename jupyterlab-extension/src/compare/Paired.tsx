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

/** Of two jobs whose models were judged: whether one is better than the other on the same rows, as a sentence. */
export function Paired({ runs: [first, second] }: { readonly runs: readonly [Run, Run] }): JSX.Element {
  const { api } = useKargah();
  const i18n = useI18n();
  const [answer, setAnswer] = useState<PairedFigures | null>(null);
  const [failure, setFailure] = useState<ApiError | null>(null);
  const [attempt, setAttempt] = useState(0);
  const [job_id, other_id] = [first.job.job_id, second.job.job_id];
  useEffect(() => {
    const leaving = new AbortController();
    setAnswer(null);
    setFailure(null);
    const params = { path: { job_id, other_id } };
    const asked = api.http.GET('/api/v1/train/jobs/{job_id}/against/{other_id}', { params, signal: leaving.signal });
    data(asked).then(setAnswer, (reason: unknown) => {
      if (!leaving.signal.aborted) setFailure(asApiError(reason));
    });
    return () => leaving.abort();
  }, [api, job_id, other_id, attempt]);
  if (failure !== null && !UNTOLD.has(failure.code))
    return <ErrorNote reason={failure} onRetry={() => setAttempt((count) => count + 1)} />;
  const said = failure === null ? answer && i18n.pick(answer.sentence, answer.sentence_fa) : i18n.error(failure);
  return (
    <p role="status" data-testid="compare-paired" className={failure === null ? 'kg-Text-medium' : 'kg-Text-muted'}>
      {said === null ? i18n.t('compare.paired.asked') : i18n.format.digits(said)}
    </p>
  );
}
