import { MlflowUnreachable, ResourceDoesNotExist, TemporarilyUnavailable } from 'mlflow-js-client';
import { KargahError } from '../lib/errors.js';
import type { Health } from './server/health.js';

/**
 * Asks MLflow something, where it is up.
 *
 * @throws {KargahError} `mlflow_unavailable`, `not_found`; whatever else MLflow refuses, as it does
 */
export async function asking<T>(health: Pick<Health, 'state'>, question: () => Promise<T>): Promise<T> {
  if (health.state() !== 'up') throw new KargahError('mlflow_unavailable');
  try {
    return await question();
  } catch (cause) {
    if (cause instanceof MlflowUnreachable || cause instanceof TemporarilyUnavailable)
      throw new KargahError('mlflow_unavailable', {}, { cause });
    if (cause instanceof ResourceDoesNotExist) throw new KargahError('not_found', {}, { cause });
    throw cause;
  }
}
