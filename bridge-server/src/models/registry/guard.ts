import type { Caller } from '../../access/caller.js';
import type { Act } from '../../ledger/index.js';
import { KargahError } from '../../lib/errors.js';
import type { RegistryChange, RegistryGuard } from '../../mlflow/port.js';
import type { RegistryIndex } from './registry-index.js';
import type { RegistryService } from './service.js';
import type { RegistryStore } from './store.js';
import { actOf } from './told.js';

interface GuardDeps {
  readonly index: RegistryIndex;
  readonly store: RegistryStore;
  readonly registry: Pick<RegistryService, 'requireNoAlias'>;
  readonly protectedIn: (projectId: string) => Promise<(alias: string) => boolean>;
  readonly failed: (error: unknown) => void;
}

/**
 * Holds what MLflow's own clients and its page change to the same rules: nothing that an alias points to is deleted, and a protected
 * alias is not moved.
 */
export class GatewayGuard implements RegistryGuard {
  constructor(private readonly deps: GuardDeps) {}

  async allow(caller: Caller, change: RegistryChange): Promise<void> {
    const { index, registry, store } = this.deps;
    if (change.kind === 'other' || change.kind === 'create_version' || change.kind === 'stage') return;
    const isProtected = await this.deps.protectedIn(caller.projectId);
    if (change.kind === 'alias') {
      if (isProtected(change.alias))
        throw new KargahError('alias_protected', { name: change.name, alias: change.alias });
      return;
    }
    await index.current(caller);
    if (change.kind === 'rename') {
      const aliases = (await store.aliases(caller.projectId, [change.name])).map(({ alias }) => alias);
      const held = aliases.filter(isProtected);
      if (held.length === 0) return;
      throw new KargahError('alias_held', { name: change.name, aliases: held.join(', '), count: held.length });
    }
    if (change.kind === 'delete_logged_model') {
      for (const { name, version } of await store.versionsOfModel(caller.projectId, change.modelId))
        await registry.requireNoAlias(caller, name, version);
      return;
    }
    await registry.requireNoAlias(caller, change.name, change.kind === 'delete_version' ? change.version : undefined);
  }

  async told(caller: Caller, change: RegistryChange): Promise<Act | null> {
    if (change.kind === 'other' || change.kind === 'create_version') return null;
    await this.deps.index.current(caller);
    return actOf(this.deps.store, caller, change);
  }

  passing(caller: Caller, change: RegistryChange): () => void {
    if (change.kind === 'delete_logged_model') return () => undefined;
    const names = change.kind === 'rename' ? [change.name, change.to] : [change.name];
    // Only people are recorded as those who registered a version: for a job the lineage says whose it is.
    const by = change.kind === 'create_version' && caller.kind === 'user' ? caller : null;
    const passed = this.deps.index.changing(caller, names, by);
    return () => {
      passed();
      // Reads the models again, which sends the change to open lists.
      this.deps.index.current(caller).catch(this.deps.failed);
    };
  }
}
