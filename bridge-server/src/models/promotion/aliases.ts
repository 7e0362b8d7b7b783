import type { z } from 'zod';
import type { Person } from '../../access/caller.js';
import { KargahError } from '../../lib/errors.js';
import type { FeatureFeed } from '../../live/port.js';
import type { RegistryModel, RegistryPort } from '../../mlflow/port.js';
import type { InProject } from '../registry/registry-index.js';
import type { RegistryService } from '../registry/service.js';
import { identityOf, type RegistryStore, type VersionRow } from '../registry/store.js';
import type { modelHistory, ModelMove } from './contract.js';
import type { Follower } from './follower.js';
import { earlierOf, trodden, type AliasPlace, type MoveRow, type Pointed, type StageRow } from './records/rows.js';
import type { ProjectRules } from './rules.js';
import { movedMeanwhile, type PromotionStore } from './records/store.js';
import { moveOf } from './view.js';

type Page<T> = { items: T[]; next_cursor: string | null };
interface AliasDeps {
  readonly store: PromotionStore;
  readonly rules: ProjectRules;
  readonly follower: Follower;
  readonly registry: Pick<RegistryService, 'model'>;
  readonly versions: Pick<RegistryStore, 'version'>;
  /** What MLflow has, where that counts more than what was read of it. */
  readonly inMlflow: Pick<RegistryPort, 'version'>;
  readonly live: FeatureFeed;
}

/** Where protected aliases point, the way back, and what they pointed to when. */
export class ProtectedAliases {
  constructor(private readonly deps: AliasDeps) {}

  async rollBack(
    person: Person,
    name: string,
    alias: string,
    { why, from_version: seen }: { readonly why: string; readonly from_version?: number | undefined },
  ): Promise<ModelMove> {
    const { store, rules, registry } = this.deps;
    await registry.model(person, 'model.promote', name);
    const place = { projectId: person.projectId, name, alias };
    await rules.require(place);
    const stage = await store.stage(place);
    if (stage === undefined) throw new KargahError('nothing_before', { alias });
    if (seen !== undefined && stage.version !== seen) throw movedMeanwhile(alias, stage);
    const earlier = earlierOf(stage);
    // What was deleted since is passed over, and so is what has its number now.
    for (let to = earlier.pop(); to !== undefined; to = earlier.pop()) {
      const isThere = to.version === stage.version && to.identity === stage.identity;
      if (isThere || (await this.standing(place, to)) === null) continue;
      const move = { ...place, kind: 'roll_back', to, expected: stage.revision, earlier, by: person, why } as const;
      const moved = await store.move(move);
      await this.followed(place);
      return moveOf(moved);
    }
    throw new KargahError('nothing_before', { alias });
  }

  /** Takes a protected alias away. */
  async demote(person: Person, place: AliasPlace): Promise<void> {
    const { store } = this.deps;
    const stage = await store.stage(place);
    if (stage?.version == null) throw new KargahError('not_found');
    const earlier = trodden(stage);
    await store.move({ ...place, kind: 'demote', to: null, expected: stage.revision, earlier, by: person, why: '' });
    await this.followed(place);
  }

  async history(
    person: Person,
    name: string,
    query: z.output<(typeof modelHistory)['query']>,
  ): Promise<Page<ModelMove>> {
    const { project_id: projectId } = await this.deps.registry.model(person, 'model.read', name);
    const { alias, at, ...page } = query;
    if (at !== undefined) {
      const moment = new Date(at).toISOString();
      return { items: (await this.deps.store.held(projectId, name, alias, moment)).map(moveOf), next_cursor: null };
    }
    const { rows, next_cursor } = await this.deps.store.moves(projectId, name, alias, page);
    return { items: rows.map(moveOf), next_cursor };
  }

  /**
   * Holds what MLflow has against where protected aliases point: what is not known yet is adopted, what differs MLflow is told, and
   * what points to a version that is gone points nowhere.
   */
  async reconcile(project: InProject, name: string | null, models: readonly RegistryModel[]): Promise<void> {
    const { projectId } = project;
    const { store, rules, versions, follower } = this.deps;
    const guarded = Object.keys(await rules.of(projectId));
    const stages = await store.stages(projectId, name === null ? null : [name]);
    const known = new Map(stages.map((stage) => [`${stage.alias} ${stage.name}`, stage]));
    const by = { kind: 'server' } as const;
    for (const model of models)
      for (const alias of guarded) {
        const to = model.aliases[alias];
        if (to === undefined || known.has(`${alias} ${model.name}`)) continue;
        const place = { projectId, name: model.name, alias };
        const row = (await versions.version(projectId, model.name, to))?.row;
        // Deleted between the two looks at MLflow: the next one tells.
        if (row === undefined) continue;
        const adopted = { version: to, identity: identityOf(row) };
        await unlessMoved(store.move({ ...place, kind: 'adopt', to: adopted, expected: 0, earlier: [], by, why: '' }));
      }
    const inMlflow = new Map(models.map((model) => [model.name, model.aliases]));
    for (const stage of stages) {
      if (!guarded.includes(stage.alias)) continue;
      const place = { projectId, name: stage.name, alias: stage.alias };
      if (!(await this.#isThere(project, stage))) {
        const lost = { ...place, kind: 'lost', to: null, expected: stage.revision } as const;
        await unlessMoved(store.move({ ...lost, earlier: earlierOf(stage), by, why: '' }));
      } else if (inMlflow.has(stage.name) && (inMlflow.get(stage.name)?.[stage.alias] ?? null) !== stage.version)
        await store.tellMlflow(store.db, stage);
    }
    void follower.follow();
  }

  /** The version itself, and not what has its number since it was deleted. */
  async standing({ projectId, name }: AliasPlace, { version, identity }: Pointed): Promise<VersionRow | null> {
    const row = (await this.deps.versions.version(projectId, name, version))?.row;
    return row !== undefined && identityOf(row) === identity ? row : null;
  }

  /** What has the alias, or where it points nowhere what had it last and is still there. */
  async champion(place: AliasPlace): Promise<VersionRow | null> {
    const stage = await this.deps.store.stage(place);
    for (const pointed of stage === undefined ? [] : trodden(stage).toReversed()) {
      const row = await this.standing(place, pointed);
      if (row !== null) return row;
    }
    return null;
  }

  /** What is read of MLflow may be older than where the alias points by now: what is missing there is asked for by itself. */
  async #isThere({ projectId, workspace }: InProject, stage: StageRow): Promise<boolean> {
    const { version, identity, name, alias } = stage;
    if (version === null || identity === null) return true;
    if ((await this.standing({ projectId, name, alias }, { version, identity })) !== null) return true;
    const found = await this.deps.inMlflow.version(workspace, name, version);
    return found !== null && identityOf({ run_id: found.runId, created_at: found.createdAt }) === identity;
  }

  /** Resolves once MLflow has followed what was moved, or is away. */
  async followed({ projectId, name }: AliasPlace): Promise<void> {
    await this.deps.follower.follow();
    this.deps.live.tell(projectId, 'models_changed', { name });
  }
}

/** Somebody was quicker, or another bridge read the same: where the alias points now is the truth. */
async function unlessMoved(move: Promise<MoveRow>): Promise<void> {
  try {
    await move;
  } catch (error) {
    if (!(error instanceof KargahError && error.code === 'alias_moved')) throw error;
  }
}
