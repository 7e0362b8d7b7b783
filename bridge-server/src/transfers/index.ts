import type { Parts, RunningFeature } from '../feature.js';
import { transferRoutes } from './routes.js';
import { TransferService } from './service.js';
import { TransferStore } from './store.js';
import { TransferWork } from './work.js';

type TransferDeps = Pick<Parts, 'db' | 'events' | 'ledger' | 'mlflow' | 'copies' | 'training'> & {
  readonly registry: Pick<Parts['registry'], 'versions'>;
  readonly datasetsOfProjects: Pick<Parts['datasetsOfProjects'], 'requireRoom'>;
  readonly log: Pick<Parts['log'], 'error'>;
};

/** What takes jobs to other projects. */
export function createTransfers({
  db,
  events,
  ledger,
  mlflow,
  copies,
  registry,
  training,
  datasetsOfProjects,
  log,
}: TransferDeps): RunningFeature {
  const store = new TransferStore(db, ledger);
  const { transfer: jobs } = training;
  const work = new TransferWork({ store, events, jobs, mlflow, copies, registry, log });
  const service = new TransferService({
    store,
    jobs,
    mlflow,
    copies,
    work,
    requireRoom: (projectId, bytes) => datasetsOfProjects.requireRoom(projectId, bytes),
  });
  return { routes: transferRoutes(service), start: () => work.start(), stop: () => work.close() };
}
