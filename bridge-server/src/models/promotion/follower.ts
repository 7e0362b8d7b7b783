import { CoalescedTask } from '../../lib/async/coalesced-task.js';
import { KargahError } from '../../lib/errors.js';
import type { MlflowPort } from '../../mlflow/port.js';
import type { RegistryPort } from '../../mlflow/port.js';
import type { PromotionStore } from './store.js';

interface FollowerDeps {
  readonly store: PromotionStore;
  readonly registry: Pick<RegistryPort, 'setAlias'>;
  readonly mlflow: Pick<MlflowPort, 'state' | 'onState'>;
  readonly log: { warn(facts: object, message: string): void; error(facts: object, message: string): void };
}

/** Has MLflow follow where protected aliases point: at once, and where it was away or the bridge ended, when both are there again. */
export class Follower {
  readonly #task: CoalescedTask;
  readonly #endListening: () => void;

  constructor(private readonly deps: FollowerDeps) {
    this.#task = new CoalescedTask(() => this.#follow());
    this.#endListening = deps.mlflow.onState((state) => {
      if (state === 'up') void this.follow();
    });
  }

  /** Resolves once MLflow has followed what was moved before, or is away. */
  async follow(): Promise<void> {
    try {
      await this.#task.run();
    } catch (err) {
      this.deps.log.error({ err }, 'MLflow could not be told where an alias points');
    }
  }

  async close(): Promise<void> {
    this.#endListening();
    await this.follow();
  }

  async #follow(): Promise<void> {
    const { store, registry, mlflow, log } = this.deps;
    if (mlflow.state() !== 'up') return;
    for (const { project_id: projectId, name, alias, version, revision, workspace } of await store.untold()) {
      try {
        await registry.setAlias(workspace, name, alias, version);
      } catch (err) {
        if (!(err instanceof KargahError)) throw err;
        if (err.code === 'mlflow_unavailable') return;
        // The version is no longer there: what is read of the model next says so.
        log.warn({ err, name, alias, version }, 'MLflow does not take an alias');
      }
      await store.told({ projectId, name, alias }, revision);
    }
  }
}
