import type { z } from 'zod';
import type { scriptRequest } from '../../contract/training/training.js';
import { KargahError } from '../../lib/errors.js';

type Script = Pick<z.output<typeof scriptRequest>, 'env' | 'secrets'>;
type Values = Readonly<Record<string, string>>;

/** What a script finds in its environment besides what every job does. */
export interface Variables {
  readonly env: Values;
  /** Shown nowhere, and forgotten when the job has ended. */
  readonly secrets: Values;
}
export const NO_VARIABLES: Variables = { env: {}, secrets: {} };
export const namesOf = ({ env, secrets }: Variables): string[] => Object.keys({ ...env, ...secrets });

/** By these a job's processes are found, or given what they may use of the machine. */
const OURS = /^(?:KARGAH_.*|CUDA_VISIBLE_DEVICES)$/u;
/** Where the job logs; whoever names another MLflow names all of it. */
const OF_OUR_MLFLOW = new Set(['MLFLOW_RUN_ID', 'MLFLOW_EXPERIMENT_ID', 'MLFLOW_TRACKING_TOKEN']);

/**
 * What a script is given besides what every job gets.
 *
 * @throws variable_taken
 */
export function variablesOf({ env = {}, secrets = {} }: Script): Variables {
  const names = namesOf({ env, secrets });
  const elsewhere = names.includes('MLFLOW_TRACKING_URI');
  for (const name of names)
    if (OURS.test(name) || (OF_OUR_MLFLOW.has(name) && !elsewhere)) throw new KargahError('variable_taken', { name });
  return { env, secrets };
}

/** The variables of the bridge's own environment that the administrator lets scripts have: names, or beginnings that end with `*`. */
export function allowed(environment: NodeJS.ProcessEnv, names: readonly string[]): Values {
  const may = (name: string): boolean =>
    names.some((one) => (one.endsWith('*') ? name.startsWith(one.slice(0, -1)) : name === one));
  return Object.fromEntries(
    Object.entries(environment).filter(
      (entry): entry is [string, string] =>
        entry[1] !== undefined && may(entry[0]) && !OURS.test(entry[0]) && !OF_OUR_MLFLOW.has(entry[0]),
    ),
  );
}
