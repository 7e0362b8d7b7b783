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
import type { CardStore } from '../card/store.js';
import type { RegistryService } from '../registry/service.js';
import { identityOf } from '../registry/store.js';
import type { ProtectedAliases } from './aliases.js';
import type {
  listRequests,
  ModelCheck,
  ModelRequest,
  ModelRules,
  putModelRules,
  requestPromotion,
} from './contract.js';
import type { CheckLease } from './check-lease.js';
import { checksOf } from './gates.js';
import type { RequestStore } from './records/request-store.js';
import { trodden, type RequestRow } from './records/rows.js';
import type { ProjectRules } from './rules.js';
import type { PromotionStore } from './records/store.js';
import { requestOf } from './view.js';

interface PromotionDeps {
  readonly store: PromotionStore;
  readonly requests: RequestStore;
  readonly rules: ProjectRules;
  readonly aliases: ProtectedAliases;
  readonly lease: CheckLease;
  readonly registry: Pick<RegistryService, 'version' | 'readAgain' | 'current' | 'reportOn' | 'against'>;
  readonly cards: Pick<CardStore, 'missing'>;
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

/** Requests for protected aliases, their checks, and approval. */
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
    const { store, requests, rules, registry, mlflow } = this.deps;
    const place = { projectId: person.projectId, name, alias };
    const identity = identityOf(await registry.version(person, 'model.promote', name, version));
    if (mlflow.state() !== 'up') throw new KargahError('mlflow_unavailable');
    await rules.require(place);
    const stage = await store.stage(place);
    if (stage?.version === version && stage.identity === identity)
      throw new KargahError('already_there', { alias, version });
    await this.#endInterrupted();
    const open = await requests.open(place, version);
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
      requested_at: requests.now(),
      decided_by: null,
      decided_name: null,
      decided_at: null,
      reason: null,
      check_beat: 0,
    };
    const shown = (checks: readonly ModelCheck[]): void => {
      const request = { ...requestOf(row), checks: [...checks] };
      this.deps.live.tell(row.project_id, 'model_request_changed', { request });
    };
    await this.deps.lease.during(row.request_id, async () => {
      await requests.insert(row, person);
      shown([]);
      await this.#checked(person, row, shown);
    });
    return this.#told(row.request_id);
  }

  /** Runs the checks of a request, which then fails, waits, or moves the alias. */
  async #checked(...[person, row, shown]: CheckArguments): Promise<void> {
    for (;;) {
      const checked = await this.#checkOrFail(person, row, shown);
      const { checks } = checked;
      const open = (['failed', 'waiting'] as const).find((state) => checks.some((check) => check.state === state));
      if (open !== undefined) return this.deps.requests.saveChecks(row.request_id, open, checks);
      if (await this.#moveFor(person, row, checked, null)) return;
    }
  }

  async requests(person: Person, query: z.output<(typeof listRequests)['query']>): Promise<Page<ModelRequest>> {
    const scope = scopeOf(person, 'model.read');
    await this.#endInterrupted();
    const mine = query.waiting_for_me === 'true';
    if (mine && !mayHere(person, 'model.promote')) return { items: [], next_cursor: null };
    const { rows, next_cursor } = await this.deps.requests.list(scope, {
      ...query,
      ...(mine ? { state: 'waiting', notBy: person.userId } : {}),
    });
    return { items: rows.map(requestOf), next_cursor };
  }

  async get(person: Person, requestId: string): Promise<ModelRequest> {
    await this.#endInterrupted();
    return requestOf(requireAccess(person, 'model.read', await this.deps.requests.get(requestId)));
  }

  async approve(person: Person, requestId: string, reason: string | null): Promise<ModelRequest> {
    const row = await this.#decidable(person, requestId);
    const { requests } = this.deps;
    const there = inProjectOf(person, row);
    for (;;) {
      const { checks, rulesRevision } = await this.check(there, row, () => undefined);
      const bad = checks.find((check) => check.state === 'failed');
      if (bad?.why != null) {
        await requests.saveChecks(requestId, 'failed', checks);
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
    await this.deps.requests.close(person, row, 'refused', reason);
    return this.#told(requestId);
  }

  async withdraw(person: Person, requestId: string): Promise<ModelRequest> {
    const row = requireAccess(person, 'model.promote', await this.deps.requests.get(requestId));
    if (row.requested_by !== person.userId) throw new KargahError('forbidden');
    await this.deps.requests.close(person, row, 'withdrawn', null);
    return this.#told(requestId);
  }

  /** When this bridge starts: requests that a bridge which ended was checking are to be asked anew. */
  async settle(): Promise<void> {
    await this.#endInterrupted();
  }

  async #endInterrupted(): Promise<void> {
    const check: ModelCheck = { gate: 'version', state: 'failed', why: failureOf('gate_interrupted') };
    for (const one of await this.deps.lease.abandoned()) await this.deps.requests.interrupt(one, check);
  }

  /** Ends a request whose version was deleted. */
  async #gone(row: RequestRow): Promise<void> {
    const { version, request_id: id } = row;
    const check: ModelCheck = { gate: 'version', state: 'failed', why: failureOf('gate_version_gone', { version }) };
    await this.deps.requests.saveChecks(id, 'failed', [check]);
    await this.#told(id);
  }

  /** False where the rules are others than it was checked by: it is to be checked by those that hold now. */
  async #moveFor(person: Person, row: RequestRow, checked: Checked, reason: string | null): Promise<boolean> {
    const { store, requests, aliases } = this.deps;
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
        await requests.saveChecks(row.request_id, 'failed', [...others, lost]);
        await this.#told(row.request_id);
        throw error;
      }
      if (!(error instanceof KargahError) || error.code !== 'alias_moved') throw error;
      await requests.saveChecks(row.request_id, 'overtaken', checked.checks);
      await this.#told(row.request_id);
      throw error;
    }
    await aliases.followed(place);
    return true;
  }

  /** A request whose checks break off does not stay open. */
  async #checkOrFail(...[person, row, shown]: CheckArguments): Promise<Checked> {
    try {
      return await this.check(person, row, shown);
    } catch (error) {
      const why = error instanceof KargahError ? error.toFailure() : failureOf('internal');
      await this.deps.requests.saveChecks(row.request_id, 'failed', [{ gate: 'version', state: 'failed', why }]);
      await this.#told(row.request_id);
      throw error;
    }
  }

  private async check(
    person: Person,
    row: RequestRow,
    shown: (checks: readonly ModelCheck[]) => void,
  ): Promise<Checked> {
    const { rules, requests, registry, aliases } = this.deps;
    const { project_id: projectId, name, alias } = row;
    const { aliases: all, revision: rulesRevision } = await rules.read(projectId);
    const asked = all[alias];
    if (asked === undefined) throw new KargahError('alias_not_protected', { alias });
    const place = { projectId, name, alias };
    await registry.current(person);
    const others =
      asked.approval === 'if_there_is_another' ? await requests.othersWhoMay(projectId, row.requested_by) : 0;
    const checks: ModelCheck[] = [];
    const found = checksOf(asked, {
      version: row.version,
      row: await aliases.standing(place, row),
      champion: await aliases.champion(place),
      isApprovalNeeded: asked.approval === 'another' || others > 0,
      missingOnCard: (of) => this.deps.cards.missing(of),
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
    const row = requireAccess(person, 'model.promote', await this.deps.requests.get(requestId));
    if (row.requested_by === person.userId) throw new KargahError('own_request');
    if (row.state !== 'waiting') throw new KargahError('request_not_open', { state: row.state });
    return row;
  }

  async #told(requestId: string): Promise<ModelRequest> {
    const { row } = (await this.deps.requests.get(requestId))!;
    const request = requestOf(row);
    this.deps.live.tell(row.project_id, 'model_request_changed', { request });
    return request;
  }
}

/** Asks about a project by its id: its members alone may. */
const projectResource = (projectId: string) => ownedBy('project', projectId, { project_id: projectId });

/** The person in the project of a request, whatever project theirs names. */
function inProjectOf(person: Person, { project_id: projectId }: RequestRow): Person {
  return { ...person, projectId, workspace: person.memberships.get(projectId)!.workspace };
}
