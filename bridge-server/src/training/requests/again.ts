import type { z } from 'zod';
import { priority, type cloneJob, type Job, type TrainRequest } from '../../contract/training/training.js';
import { KargahError } from '../../lib/errors.js';
import type { JobRow } from '../records/store.js';
import { paramsOf, resourcesOf, scriptOf } from '../records/view.js';

/** What is to be other than in the job before. */
export type Changes = z.output<(typeof cloneJob)['body']>;

/** The request that would make this job again. */
export function requestOf(row: JobRow, changes: Changes): TrainRequest {
  return {
    name: changes.name ?? row.name,
    priority: priority.parse(row.priority),
    ...(row.recipe === null ? {} : { recipe: row.recipe }),
    ...(row.script_json === null ? {} : { script: scriptAgain(row, changes) }),
    ...(row.dataset_id === null ? {} : { dataset_id: row.dataset_id }),
    // A script takes none; earlier bridges wrote down what it was never given.
    params: row.script_json === null ? { ...paramsOf(row), ...changes.params } : { ...changes.params },
    ...(row.resources_json === null ? {} : { resources: resourcesOf(row)! }),
  };
}

/** @throws secrets_needed */
function scriptAgain(row: JobRow, { secrets = {} }: Changes): NonNullable<TrainRequest['script']> {
  const { secrets: names = [], ...script } = scriptOf(row)!;
  const missing = names.filter((name) => !(name in secrets));
  if (missing.length > 0) throw new KargahError('secrets_needed', { names: missing.join(', ') });
  return { ...script, ...(Object.keys(secrets).length > 0 ? { secrets } : {}) };
}

/** What is not found when a job is made from another one is its dataset. */
export async function datasetKept(job: Promise<Job>): Promise<Job> {
  try {
    return await job;
  } catch (error) {
    const gone = error instanceof KargahError && ['not_found', 'dataset_freed'].includes(error.code);
    throw gone ? new KargahError('dataset_deleted') : error;
  }
}
