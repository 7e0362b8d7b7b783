import { CoalescedTask } from '../../lib/async/coalesced-task.js';
import { KargahError } from '../../lib/errors.js';
import type { MlflowPort } from '../../mlflow/port.js';
import type { RegistryPort } from '../../mlflow/port.js';
import type { AliasPlace, StageRow } from './records/rows.js';
import type { PromotionStore } from './records/store.js';

interface FollowerDeps {
  readonly store: Pick<PromotionStore, 'untold' | 'stage' | 'told'>;
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
    const { store, mlflow, log } = this.deps;
    if (mlflow.state() !== 'up') return;
    for (const { project_id: projectId, name, alias, version, revision, workspace } of await store.untold())
      try {
        await this.#tell(workspace, { projectId, name, alias }, { version, revision });
      } catch (err) {
        if (mlflow.state() !== 'up') return;
        // It stays in the outbox, and those behind it do not wait for it.
        log.error({ err, name, alias }, 'MLflow could not be told where an alias points');
      }
  }

  /** Another bridge may have moved the alias, and told MLflow, just before this one did: it is told once more then. */
  async #tell(workspace: string, place: AliasPlace, first: Pick<StageRow, 'version' | 'revision'>): Promise<void> {
    const { store, registry, log } = this.deps;
    const { name, alias } = place;
    let told = first;
    for (;;) {
      const { version, revision } = told;
      try {
        await registry.setAlias(workspace, name, alias, version);
      } catch (err) {
        if (!(err instanceof KargahError) || err.code === 'mlflow_unavailable') throw err;
        // The version is no longer there: what is read of the model next says so.
        log.warn({ err, name, alias, version }, 'MLflow does not take an alias');
      }
      const now = await store.stage(place);
      if (now === undefined || now.revision === revision) return store.told(place, revision);
      told = now;
    }
  }
}
