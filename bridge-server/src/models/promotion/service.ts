import type { z } from 'zod';
import type { Person } from '../../access/caller.js';
import { requireAccess } from '../../access/require-access.js';
import { ownedBy } from '../../access/resource.js';
import { mayHere } from '../../access/policy.js';
import { scopeOf } from '../../access/scope.js';
import { failureOf, KargahError } from '../../lib/errors.js';
import { newId } from '../../lib/ids.js';
import type { MlflowPort } from '../../mlflow/port.js';
import type { FeatureFeed } from '../../live/port.js';
import type { RegistryModel, RegistryPort } from '../../mlflow/port.js';
import type { InProject } from '../registry/registry-index.js';
import type { RegistryService } from '../registry/service.js';
import { identityOf, type RegistryStore, type VersionRow } from '../registry/store.js';
import type {
  listRequests,
  modelHistory,
  ModelCheck,
  ModelMove,
  ModelRequest,
  ModelRules,
  putModelRules,
  requestPromotion,
  RequestState,
} from './contract.js';
import type { Follower } from './follower.js';
import { checksOf } from './gates.js';
import type { ProjectRules } from './rules.js';
import {
  movedMeanwhile,
  type AliasPlace,
  type MoveRow,
  type Pointed,
  type PromotionStore,
  type RequestRow,
  type StageRow,
} from './store.js';

interface PromotionDeps {
  readonly store: PromotionStore;
  readonly rules: ProjectRules;
  readonly follower: Follower;
  readonly registry: Pick<RegistryService, 'version' | 'model' | 'readAgain' | 'current' | 'reportOn' | 'against'>;
  readonly versions: Pick<RegistryStore, 'version'>;
  /** What MLflow has, where that counts more than what was read of it. */
  readonly inMlflow: Pick<RegistryPort, 'version'>;
  readonly mlflow: Pick<MlflowPort, 'state'>;
  readonly live: FeatureFeed;
}
type Page<T> = { items: T[]; next_cursor: string | null };
interface Checked {
  readonly checks: readonly ModelCheck[];
  /** Of the rules that they were checked by. */
  readonly rulesRevision: number;
}
type CheckArguments = [person: Person, row: RequestRow, shown: (checks: readonly ModelCheck[]) => void];

/** Requests for protected aliases, their checks, approval, and the way back. */
export class PromotionService {
  constructor(private readonly deps: PromotionDeps) {}

  async readRules(person: Person, projectId: string): Promise<ModelRules> {
    requireAccess(person, 'model.read', projectResource(projectId));
    return this.deps.rules.view(projectId);
  }

  async setRules(
    person: Person,
    projectId: string,
    body: z.output<(typeof putModelRules)['body']>,
  ): Promise<ModelRules> {
    requireAccess(person, 'project.manage', projectResource(projectId));
    const { rules, registry, live } = this.deps;
    const set = await rules.set(person, projectId, body);
    // What became protected is adopted where MLflow has it now.
    const workspace = person.memberships.get(projectId)!.workspace;
    await registry.readAgain({ projectId, workspace });
    live.tell(projectId, 'models_changed', { name: null });
    return set;
  }

  async request(
    person: Person,
    name: string,
    { version, alias, why }: z.output<(typeof requestPromotion)['body']>,
  ): Promise<ModelRequest> {
    const { store, registry, mlflow } = this.deps;
    const place = { projectId: person.projectId, name, alias };
    const identity = identityOf(await registry.version(person, 'model.promote', name, version));
    if (mlflow.state() !== 'up') throw new KargahError('mlflow_unavailable');
    await this.#requireProtected(place);
    const stage = await store.stage(place);
    if (stage?.version === version && stage.identity === identity)
      throw new KargahError('already_there', { alias, version });
    await this.#endInterrupted({ all: false });
    const open = await store.openRequest(place, version);
    if (open?.identity === identity) throw new KargahError('request_open', { version });
    if (open !== undefined) await this.#gone(open);
    const row: RequestRow = {
      request_id: newId('mrq'),
      project_id: person.projectId,
      name,
      version,
      identity,
      alias,
      state: 'checking',
      why,
      checks_json: '[]',
      from_version: stage?.version ?? null,
      from_revision: stage?.revision ?? 0,
      requested_by: person.userId,
      requested_name: person.name,
      requested_at: store.now(),
      decided_by: null,
      decided_name: null,
      decided_at: null,
      reason: null,
    };
    await store.insertRequest(row, person);
    const shown = (checks: readonly ModelCheck[]): void => {
      const request = { ...requestOf(row), checks: [...checks] };
      this.deps.live.tell(row.project_id, 'model_request_changed', { request });
    };
    shown([]);
    for (;;) {
      const checked = await this.#checkOrFail(person, row, shown);
      const { checks } = checked;
      const open = (['failed', 'waiting'] as const).find((state) => checks.some((check) => check.state === state));
      if (open !== undefined) await store.saveChecks(row.request_id, open, checks);
      else if (!(await this.#moveFor(person, row, checked, null))) continue;
      return this.#told(row.request_id);
    }
  }

  async requests(person: Person, query: z.output<(typeof listRequests)['query']>): Promise<Page<ModelRequest>> {
    const scope = scopeOf(person, 'model.read');
    await this.#endInterrupted({ all: false });
    const mine = query.waiting_for_me === 'true';
    if (mine && !mayHere(person, 'model.promote')) return { items: [], next_cursor: null };
    const { rows, next_cursor } = await this.deps.store.requests(scope, {
      ...query,
      ...(mine ? { state: 'waiting', notBy: person.userId } : {}),
    });
    return { items: rows.map(requestOf), next_cursor };
  }

  async get(person: Person, requestId: string): Promise<ModelRequest> {
    await this.#endInterrupted({ all: false });
    return requestOf(requireAccess(person, 'model.read', await this.deps.store.request(requestId)));
  }

  async approve(person: Person, requestId: string, reason: string | null): Promise<ModelRequest> {
    const row = await this.#decidable(person, requestId);
    const { store } = this.deps;
    const there = inProjectOf(person, row);
    for (;;) {
      const { checks, rulesRevision } = await this.check(there, row, () => undefined);
      const bad = checks.find((check) => check.state === 'failed');
      if (bad?.why != null) {
        await store.saveChecks(requestId, 'failed', checks);
        await this.#told(requestId);
        throw new KargahError('gates_failed', { why: bad.why.detail, why_fa: bad.why.detail_fa });
      }
      const approved = checks.map((check): ModelCheck =>
        check.gate === 'approval' ? { ...check, state: 'passed' } : check,
      );
      if (await this.#moveFor(there, row, { checks: approved, rulesRevision }, reason)) return this.#told(requestId);
    }
  }

  async refuse(person: Person, requestId: string, reason: string): Promise<ModelRequest> {
    const row = await this.#decidable(person, requestId);
    await this.deps.store.close(person, row, 'refused', reason);
    return this.#told(requestId);
  }

  async withdraw(person: Person, requestId: string): Promise<ModelRequest> {
    const row = requireAccess(person, 'model.promote', await this.deps.store.request(requestId));
    if (row.requested_by !== person.userId) throw new KargahError('forbidden');
    await this.deps.store.close(person, row, 'withdrawn', null);
    return this.#told(requestId);
  }

  async rollBack(
    person: Person,
    name: string,
    alias: string,
    { why, from_version: seen }: { readonly why: string; readonly from_version?: number | undefined },
  ): Promise<ModelMove> {
    const { store, registry, follower } = this.deps;
    await registry.model(person, 'model.promote', name);
    const place = { projectId: person.projectId, name, alias };
    await this.#requireProtected(place);
    const stage = await store.stage(place);
    if (stage === undefined) throw new KargahError('nothing_before', { alias });
    if (seen !== undefined && stage.version !== seen) throw movedMeanwhile(alias, stage);
    const earlier = earlierOf(stage);
    // What was deleted since is passed over, and so is what has its number now.
    for (let to = earlier.pop(); to !== undefined; to = earlier.pop()) {
      if (to.identity === stage.identity || (await this.#standing(place, to)) === null) continue;
      const move = { ...place, kind: 'roll_back', to, expected: stage.revision, earlier, by: person, why } as const;
      const moved = await store.move(move);
      await follower.follow();
      this.#changed(place);
      return moveOf(moved);
    }
    throw new KargahError('nothing_before', { alias });
  }

  /** Takes a protected alias away. */
  async demote(person: Person, place: AliasPlace): Promise<void> {
    const { store, follower } = this.deps;
    const stage = await store.stage(place);
    if (stage?.version == null) throw new KargahError('not_found');
    const earlier = trodden(stage);
    await store.move({ ...place, kind: 'demote', to: null, expected: stage.revision, earlier, by: person, why: '' });
    await follower.follow();
    this.#changed(place);
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

  /** When this bridge starts: requests that a bridge which ended was checking are to be asked anew. */
  async settle(): Promise<void> {
    await this.#endInterrupted({ all: true });
  }

  async #endInterrupted(which: { readonly all: boolean }): Promise<void> {
    const check: ModelCheck = { gate: 'version', state: 'failed', why: failureOf('gate_interrupted') };
    await this.deps.store.interrupt(check, which);
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

  /** What is read of MLflow may be older than where the alias points by now: what is missing there is asked for by itself. */
  async #isThere({ projectId, workspace }: InProject, stage: StageRow): Promise<boolean> {
    const { version, identity, name, alias } = stage;
    if (version === null || identity === null) return true;
    if ((await this.#standing({ projectId, name, alias }, { version, identity })) !== null) return true;
    const found = await this.deps.inMlflow.version(workspace, name, version);
    return found !== null && identityOf({ run_id: found.runId, created_at: found.createdAt }) === identity;
  }

  /** The version itself, and not what has its number since it was deleted. */
  async #standing({ projectId, name }: AliasPlace, { version, identity }: Pointed): Promise<VersionRow | null> {
    const row = (await this.deps.versions.version(projectId, name, version))?.row;
    return row !== undefined && identityOf(row) === identity ? row : null;
  }

  /** What has the alias, or where it points nowhere what had it last and is still there. */
  async #champion(place: AliasPlace): Promise<VersionRow | null> {
    const stage = await this.deps.store.stage(place);
    for (const pointed of stage === undefined ? [] : trodden(stage).toReversed()) {
      const row = await this.#standing(place, pointed);
      if (row !== null) return row;
    }
    return null;
  }

  /** Ends a request whose version was deleted. */
  async #gone(row: RequestRow): Promise<void> {
    const { version, request_id: id } = row;
    const check: ModelCheck = { gate: 'version', state: 'failed', why: failureOf('gate_version_gone', { version }) };
    await this.deps.store.saveChecks(id, 'failed', [check]);
    await this.#told(id);
  }

  /** False where the rules are others than it was checked by: it is to be checked by those that hold now. */
  async #moveFor(person: Person, row: RequestRow, checked: Checked, reason: string | null): Promise<boolean> {
    const { store, follower } = this.deps;
    const place = { projectId: row.project_id, name: row.name, alias: row.alias };
    const stage = await store.stage(place);
    const earlier = stage === undefined ? [] : trodden(stage);
    try {
      await store.move({
        ...place,
        kind: 'promote',
        to: { version: row.version, identity: row.identity },
        expected: row.from_revision,
        earlier,
        by: person,
        why: row.why,
        request: { row, ...checked, reason },
      });
    } catch (error) {
      if (error instanceof KargahError && error.code === 'rules_moved') return false;
      if (error instanceof KargahError && error.code === 'requester_may_not') {
        const why = error.toFailure();
        const lost: ModelCheck = { gate: 'approval', state: 'failed', why };
        const others = checked.checks.filter(({ gate }) => gate !== 'approval');
        await store.saveChecks(row.request_id, 'failed', [...others, lost]);
        await this.#told(row.request_id);
        throw error;
      }
      if (!(error instanceof KargahError) || error.code !== 'alias_moved') throw error;
      await store.saveChecks(row.request_id, 'overtaken', checked.checks);
      await this.#told(row.request_id);
      throw error;
    }
    await follower.follow();
    this.#changed(place);
    return true;
  }

  /** A request whose checks break off does not stay open. */
  async #checkOrFail(...[person, row, shown]: CheckArguments): Promise<Checked> {
    try {
      return await this.check(person, row, shown);
    } catch (error) {
      const why = error instanceof KargahError ? error.toFailure() : failureOf('internal');
      await this.deps.store.saveChecks(row.request_id, 'failed', [{ gate: 'version', state: 'failed', why }]);
      await this.#told(row.request_id);
      throw error;
    }
  }

  private async check(
    person: Person,
    row: RequestRow,
    shown: (checks: readonly ModelCheck[]) => void,
  ): Promise<Checked> {
    const { rules, registry, store } = this.deps;
    const { project_id: projectId, name, alias } = row;
    const { aliases, revision: rulesRevision } = await rules.read(projectId);
    const asked = aliases[alias];
    if (asked === undefined) throw new KargahError('alias_not_protected', { alias });
    const place = { projectId, name, alias };
    await registry.current(person);
    const others = asked.approval === 'if_there_is_another' ? await store.othersWhoMay(projectId, row.requested_by) : 0;
    const checks: ModelCheck[] = [];
    const found = checksOf(asked, {
      version: row.version,
      row: await this.#standing(place, row),
      champion: await this.#champion(place),
      isApprovalNeeded: asked.approval === 'another' || others > 0,
      reportOn: (of) => registry.reportOn(person, of),
      against: (...pair) => registry.against(person, ...pair),
    });
    for await (const check of found) {
      checks.push(check);
      shown(checks);
    }
    return { checks, rulesRevision };
  }

  /** @throws {KargahError} `not_found`, `forbidden`, `request_not_open`, `own_request` */
  async #decidable(person: Person, requestId: string): Promise<RequestRow> {
    const row = requireAccess(person, 'model.promote', await this.deps.store.request(requestId));
    if (row.requested_by === person.userId) throw new KargahError('own_request');
    if (row.state !== 'waiting') throw new KargahError('request_not_open', { state: row.state });
    return row;
  }

  async #requireProtected({ projectId, alias }: AliasPlace): Promise<void> {
    if (!(await this.deps.rules.isProtected(projectId, alias))) throw new KargahError('alias_not_protected', { alias });
  }

  async #told(requestId: string): Promise<ModelRequest> {
    const { row } = (await this.deps.store.request(requestId))!;
    const request = requestOf(row);
    this.deps.live.tell(row.project_id, 'model_request_changed', { request });
    return request;
  }

  #changed({ projectId, name }: AliasPlace): void {
    this.deps.live.tell(projectId, 'models_changed', { name });
  }
}

const earlierOf = (stage: StageRow): Pointed[] => JSON.parse(stage.earlier_json) as Pointed[];

/** Where it pointed, and now does. */
function trodden(stage: StageRow): Pointed[] {
  const { version, identity } = stage;
  const earlier = earlierOf(stage);
  if (version !== null && identity !== null) earlier.push({ version, identity });
  return earlier;
}

/** Somebody was quicker, or another bridge read the same: where the alias points now is the truth. */
async function unlessMoved(move: Promise<MoveRow>): Promise<void> {
  try {
    await move;
  } catch (error) {
    if (!(error instanceof KargahError && error.code === 'alias_moved')) throw error;
  }
}

/** Asks about a project by its id: its members alone may. */
const projectResource = (projectId: string) => ownedBy('project', projectId, { project_id: projectId });

/** The person in the project of a request, whatever project theirs names. */
function inProjectOf(person: Person, { project_id: projectId }: RequestRow): Person {
  return { ...person, projectId, workspace: person.memberships.get(projectId)!.workspace };
}

function requestOf(row: RequestRow): ModelRequest {
  const decided =
    row.decided_by === null ? null : { user_id: row.decided_by, name: row.decided_name ?? row.decided_by };
  return {
    request_id: row.request_id,
    name: row.name,
    version: row.version,
    alias: row.alias,
    state: row.state as RequestState,
    why: row.why,
    checks: JSON.parse(row.checks_json) as ModelCheck[],
    from_version: row.from_version,
    requested_by: { user_id: row.requested_by, name: row.requested_name },
    requested_at: row.requested_at,
    decided_by: decided,
    decided_at: row.decided_at,
    reason: row.reason,
  };
}

function moveOf(row: MoveRow): ModelMove {
  return {
    move_id: row.move_id,
    name: row.name,
    alias: row.alias,
    kind: row.kind as ModelMove['kind'],
    from_version: row.from_version,
    to_version: row.to_version,
    request_id: row.request_id,
    why: row.why,
    by: { user_id: row.by_id, name: row.by_name },
    at: row.at,
  };
}
