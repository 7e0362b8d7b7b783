import type { Caller } from '../../access/caller.js';
import type { Act } from '../../ledger/index.js';
import type { RegistryChange } from '../../mlflow/port.js';
import type { RegistryStore } from './store.js';

/** What the ledger tells of a change of the registry, from what is known of it now; null: nothing. */
export async function actOf(
  store: Pick<RegistryStore, 'aliases' | 'counts'>,
  caller: Caller,
  change: RegistryChange,
): Promise<Act | null> {
  const { projectId } = caller;
  const act = (id: string) => ({ caller, projectId, object: { kind: 'model', id } }) as const;
  switch (change.kind) {
    case 'alias': {
      const { name, alias, version } = change;
      const aliases = await store.aliases(projectId, [name]);
      const before = aliases.find((one) => one.alias === alias)?.version ?? null;
      const [from, to] = [before, version].map((one) => ({ alias, version: one }));
      return { ...act(`${name}@${alias}`), action: 'model.set_alias', before: from!, after: to! };
    }
    case 'stage': {
      const { name, version, stage } = change;
      return { ...act(`${name}/${String(version)}`), action: 'model.set_stage', after: { version, stage } };
    }
    case 'delete_version': {
      const { name, version } = change;
      return { ...act(`${name}/${String(version)}`), action: 'model.delete_version', before: { name, version } };
    }
    case 'delete_model': {
      const versions = (await store.counts(projectId, [change.name])).get(change.name)?.count ?? 0;
      return { ...act(change.name), action: 'model.delete', before: { name: change.name, versions } };
    }
    case 'rename': {
      const { name, to } = change;
      return { ...act(name), action: 'model.rename', before: { name }, after: { name: to } };
    }
    case 'delete_logged_model':
      return { caller, projectId, action: 'logged_model.delete', object: { kind: 'logged_model', id: change.modelId } };
    case 'create_version':
    case 'other':
      return null;
  }
}
