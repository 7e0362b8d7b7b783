import type { Parts, RunningFeature } from '../feature.js';
import { GatewayGuard } from './registry/guard.js';
import { RegistryIndex } from './registry/registry-index.js';
import { RegistryService } from './registry/service.js';
import { RegistryStore } from './registry/store.js';
import { modelRoutes } from './routes.js';
import { TrainedModels } from './trained/service.js';
import { TrainedModelStore } from './trained/store.js';

export type ModelsDeps = Pick<Parts, 'db' | 'live' | 'mlflow' | 'registry' | 'training' | 'log'>;

export function createModels({ db, live, mlflow, registry, training, log }: ModelsDeps): RunningFeature {
  const store = new RegistryStore(db);
  const changed = (projectId: string, name: string | null): void => {
    live.tell(projectId, 'models_changed', { name });
  };
  const index = new RegistryIndex({ db, mlflow, registry, changed });
  const service = new RegistryService({ store, index, registry, mlflow, training });
  const failed = (err: unknown): void => log.error({ err }, 'what MLflow has of a model could not be read');
  registry.guardBy(new GatewayGuard({ index, store, registry: service, failed }));
  return {
    routes: modelRoutes(new TrainedModels(new TrainedModelStore(db)), service),
    stop: () => Promise.resolve(index.close()),
  };
}
