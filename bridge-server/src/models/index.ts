import type { Parts, RunningFeature } from '../feature.js';
import { systemClock } from '../lib/clock.js';
import { Facts } from './card/facts.js';
import { CardService } from './card/service.js';
import { CardStore } from './card/store.js';
import { ProtectedAliases } from './promotion/aliases.js';
import { CheckLease } from './promotion/check-lease.js';
import { Judging } from './judging/service.js';
import { Follower } from './promotion/follower.js';
import { RequestStore } from './promotion/records/request-store.js';
import { ProjectRules } from './promotion/rules.js';
import { RulesStore } from './promotion/records/rules-store.js';
import { PromotionService } from './promotion/service.js';
import { PromotionStore } from './promotion/records/store.js';
import { GatewayGuard } from './registry/guard.js';
import { RegistryIndex } from './registry/registry-index.js';
import { RegistryService } from './registry/service.js';
import { RegistryStore } from './registry/store.js';
import { cardRoutes, judgingRoutes, modelRoutes, promotionRoutes } from './routes.js';
import { TrainedModels } from './trained/service.js';
import { TrainedModelStore } from './trained/store.js';

type ModelsDeps = Pick<
  Parts,
  'db' | 'live' | 'ledger' | 'acts' | 'mlflow' | 'registry' | 'training' | 'catalogue' | 'log'
>;

export function createModels({
  db,
  live,
  ledger,
  acts,
  mlflow,
  registry,
  training,
  catalogue,
  log,
}: ModelsDeps): RunningFeature {
  const versions = new RegistryStore(db);
  const requests = new RequestStore(db, ledger, systemClock);
  const store = new PromotionStore(db, ledger, systemClock, requests);
  const cardStore = new CardStore(db, ledger, systemClock);
  const rules = new ProjectRules(new RulesStore(db, ledger, systemClock));
  const follower = new Follower({ store, registry, mlflow, log });
  const changed = (projectId: string, name: string | null): void => live.tell(projectId, 'models_changed', { name });
  const protectedIn = async (projectId: string): Promise<(alias: string) => boolean> => {
    const names = new Set(Object.keys(await rules.of(projectId)));
    return (alias) => names.has(alias);
  };
  // The index and what keeps protected aliases call each other, so the one that is made first refers to the other lazily.
  const index: RegistryIndex = new RegistryIndex({
    db,
    mlflow,
    registry,
    changed,
    reconcile: (project, name, models) => aliases.reconcile(project, name, models),
  });
  const service: RegistryService = new RegistryService({
    store: versions,
    index,
    registry,
    mlflow,
    trained: training.models,
    acts,
    promotion: { protectedIn, demote: (person, place) => aliases.demote(person, place) },
  });
  const aliases: ProtectedAliases = new ProtectedAliases({
    store,
    rules,
    follower,
    registry: service,
    versions,
    inMlflow: registry,
    live,
  });
  const cards = new CardService({
    store: cardStore,
    facts: new Facts({ db, registry: service, catalogue, clock: systemClock }),
    registry: service,
    live,
  });
  const lease = new CheckLease({ requests, clock: systemClock, log });
  const promotion = new PromotionService({
    store,
    requests,
    rules,
    aliases,
    lease,
    cards: cardStore,
    registry: service,
    mlflow,
    live,
  });
  const failed = (err: unknown): void => log.error({ err }, 'what MLflow has of a model could not be read');
  registry.guardBy(new GatewayGuard({ index, store: versions, registry: service, protectedIn, failed }));
  return {
    routes: [
      ...modelRoutes(new TrainedModels(new TrainedModelStore(db)), service, cards),
      ...promotionRoutes(promotion, aliases),
      ...cardRoutes(cards),
      ...judgingRoutes(new Judging({ registry: service, training })),
    ],
    start: async () => {
      await promotion.settle();
      await follower.follow();
    },
    stop: async () => {
      index.close();
      await follower.close();
    },
  };
}
