import { KargahError } from '../errors.js';
import type { MlflowPort } from './port.js';

const away = (): Promise<never> => Promise.reject(new KargahError('mlflow_unavailable'));

/** An MLflow that is away for good. */
export const absentMlflow: MlflowPort = {
  state: () => 'down',
  whenUp: away,
  onState: () => () => undefined,
  ensureWorkspace: away,
  createRun: away,
  endRun: away,
  deleteRun: away,
  metricHistory: away,
  modelOf: away,
  listArtifacts: away,
  openArtifact: away,
};
