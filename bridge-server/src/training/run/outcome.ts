import { errorCode, type Failure } from '../../contract/errors.js';
import { failureOf } from '../../lib/errors.js';
import type { Outcome } from '../../launchers/port.js';
import type { TerminalState } from '../records/states.js';
import type { JobPatch } from '../records/store.js';
import type { ModelFacts } from '../records/view.js';

export interface JobOutcome {
  readonly to: TerminalState;
  readonly why: Failure | null;
  readonly patch: JobPatch;
}

/** The outcome decides: a job that ended by itself while a stop was on its way is what it became, not `stopped`. */
export function outcomeOf(outcome: Outcome): JobOutcome {
  const why = outcome.error ? coded(outcome.error) : null;
  const to = outcome.stopped ? 'stopped' : why ? 'failed' : 'succeeded';
  const model: ModelFacts | null = outcome.model && { ...outcome.model, best_metric: outcome.best_metric };
  return {
    to,
    why: to === 'failed' ? why : null,
    patch: {
      exit_code: outcome.exit_code,
      signal: outcome.signal,
      peak_memory_bytes: outcome.peak_memory_bytes,
      cpu_seconds: outcome.cpu_seconds,
      model_json: model && JSON.stringify(model),
      ended_at: outcome.ended_at,
    },
  };
}

/** It was to be stopped before it had begun. */
export const STOPPED: JobOutcome = { to: 'stopped', why: null, patch: {} };

/** Nothing proves how it ended: its supervisor is gone, or gave no sign of life for so long that it was ended. */
export function lost(silentSeconds: number | null = null): JobOutcome {
  const why = silentSeconds === null ? failureOf('job_lost') : failureOf('lease_expired', { seconds: silentSeconds });
  return { to: 'lost', why, patch: {} };
}

/** How MLflow calls each ending. */
export const RUN_STATUS = { succeeded: 'FINISHED', failed: 'FAILED', lost: 'FAILED', stopped: 'KILLED' } as const;
export type RunStatus = (typeof RUN_STATUS)[keyof typeof RUN_STATUS];

function coded({ code, params }: NonNullable<Outcome['error']>): Failure {
  const known = errorCode.safeParse(code);
  return known.success ? failureOf(known.data, params) : failureOf('recipe_failed', { reason: code });
}
