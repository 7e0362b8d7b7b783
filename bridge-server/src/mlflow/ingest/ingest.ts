import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Caller } from '../../access/caller.js';
import { z } from 'zod';
import { KargahError } from '../../lib/errors.js';
import type { ReadBody } from '../gateway/body.js';
import type { Match } from '../gateway/paths.js';
import { paramsOf, pointsOf, progressOf, type LoggedPoint } from '../points.js';
import { labelled, MOST_METRICS, type GatewayListener } from '../port.js';
import type { JobCaller } from '../rules/request.js';
import { PointDeduplicator } from '../rules/point-deduplicator.js';
import type { NestedRuns } from '../rules/nested.js';
import { metricsOf, type Metrics } from './accept.js';
import { neededBy } from './readers.js';
import { WritePermissionCache } from './write-permissions.js';
import type { IngestSpool } from './spool.js';
import { KeyedMutex } from '../../lib/async/keyed-mutex.js';

export interface IngestDeps {
  readonly spool: Pick<IngestSpool, 'put' | 'written' | 'delivered'>;
  readonly mlflow: () => 'up' | 'away';
  readonly listener: GatewayListener;
  readonly nested: Pick<NestedRuns, 'labelOf'>;
}

export interface Exchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly found: Match;
  readonly caller: Caller;
  readonly body: ReadBody | null;
}

interface Owner {
  readonly jobId: string | null;
  readonly label: string | null;
}

const text = z.string().optional();
const update = z.object({ run_id: text, runId: text, run_uuid: text, status: text });

/** Hands a request to MLflow and its answer back; answers the status. */
export type PassOn = () => Promise<number>;

const PARAM_ROWS: ReadonlySet<string> = new Set(['/mlflow/runs/log-batch', '/mlflow/runs/log-parameter']);
const METRIC_ROWS: ReadonlySet<string> = new Set(['/mlflow/runs/log-batch', '/mlflow/runs/log-metric']);
const ENDS_RIGHTS: ReadonlySet<string> = new Set([
  '/mlflow/runs/delete',
  '/mlflow/runs/restore',
  '/mlflow/experiments/delete',
  '/mlflow/experiments/restore',
]);

/**
 * Takes points in MLflow's place: who may write to a run, as MLflow has lately said, is answered as soon as the points are on the
 * disk. Everything else goes to MLflow, and what shows points waits until MLflow has those that were taken.
 */
export class Ingest {
  readonly #permissions = new WritePermissionCache();
  readonly #deduplicator = new PointDeduplicator();
  readonly #writing = new KeyedMutex();

  constructor(private readonly deps: IngestDeps) {}

  static runOfPoints({ name }: Match, body: ReadBody | null): string | null {
    const runId = body?.json?.['run_id'] ?? body?.json?.['runId'];
    return METRIC_ROWS.has(name) && typeof runId === 'string' ? runId : null;
  }

  /** Whoever calls has proved that a job's token names the job's own run. */
  async log(exchange: Exchange, runId: string, passOn: PassOn): Promise<void> {
    const { found, caller, body, req } = exchange;
    const of = await this.#ownerOf(caller, runId);
    const metrics = metricsOf(found.name, req.headers['content-type'], body?.json ?? null);
    this.#mustHaveRoom(of, metrics?.points ?? pointsOf(found.name, body?.json));
    const key = keyOf(caller.workspace, runId);
    await this.#writing.waitForUnlock(key);
    if (metrics !== null && this.#mayWrite(caller, runId)) {
      await this.#take(exchange, metrics, of);
      return;
    }
    await this.#writing.runExclusive(key, async () => {
      // An earlier request may have got the answer meanwhile.
      if (metrics !== null && this.#mayWrite(caller, runId)) {
        await this.#take(exchange, metrics, of);
        return;
      }
      await this.deps.spool.written();
      if ((await passOn()) !== 200) {
        this.#permissions.forget(caller, runId);
        return;
      }
      this.#permissions.granted(caller, runId);
      this.#tell(exchange, of, runId, pointsOf(found.name, body?.json));
      if (of.label === null) this.#tellParams(exchange, of.jobId);
    });
  }

  /** Any other request: it waits until MLflow has the points that it reads, and those of the run that it ends. */
  async other(exchange: Exchange, passOn: PassOn): Promise<void> {
    const { found, caller, body } = exchange;
    const needed = neededBy(found, body?.json ?? null);
    const { workspace } = caller;
    const pass = async (): Promise<number> => {
      if (needed === 'workspace') await this.deps.spool.delivered(workspace);
      else await Promise.all((needed?.runIds ?? []).map((runId) => this.deps.spool.delivered(workspace, runId)));
      return passOn();
    };
    if (!ENDS_RIGHTS.has(found.name)) {
      if ((await pass()) !== 200 || caller.kind !== 'job') return;
      if (PARAM_ROWS.has(found.name)) this.#tellParams(exchange, caller.jobId);
      if (found.name === '/mlflow/runs/update') await this.#tellStatus(caller, body);
      return;
    }
    const [runId] = needed !== null && needed !== 'workspace' ? needed.runIds : [];
    const forget = (): void => {
      if (runId === undefined) this.#permissions.forgetWorkspace(workspace);
      else this.#permissions.forgetRun(workspace, runId);
      this.deps.listener.pointsChanged(workspace, runId ?? null);
    };
    // Who logs to the run meanwhile waits, and is then asked about anew.
    await this.#writing.runExclusive(keyOf(workspace, runId ?? ''), async () => {
      await this.deps.spool.written();
      try {
        const status = await pass();
        if (status < 400 || status >= 500) forget();
      } catch (error) {
        forget();
        throw error;
      }
    });
  }

  /** Whose points these are, and by what name. A job's token was proved to write to the job's own run or one below it. */
  async #ownerOf(caller: Caller, runId: string): Promise<Owner> {
    if (caller.kind === 'job') {
      const label = await this.deps.nested.labelOf(caller, runId);
      // A run of an earlier job, which goes on with it: what that one shows is read anew.
      const owner = label === null ? caller.jobId : await this.deps.listener.jobOfRun(runId);
      if (owner !== caller.jobId) this.deps.listener.pointsChanged(caller.workspace, runId);
      return { jobId: caller.jobId, label };
    }
    const jobId = await this.deps.listener.jobOfRun(runId);
    return { jobId, label: jobId === null ? null : await this.deps.listener.labelOf(runId) };
  }

  #mustHaveRoom({ jobId, label }: Owner, points: readonly LoggedPoint[]): void {
    if (jobId === null) return;
    const keys = labelled(label, points).map((point) => point.key);
    if (!this.deps.listener.hasRoom(jobId, keys)) throw new KargahError('too_many_metrics', { limit: MOST_METRICS });
  }

  async #tellStatus(caller: JobCaller, body: ReadBody | null): Promise<void> {
    const { success, data } = update.safeParse(body?.json);
    const runId = data?.run_id ?? data?.runId ?? data?.run_uuid;
    if (!success || runId === undefined || data.status === undefined) return;
    // Its label must be known before its end is reported.
    await this.deps.nested.labelOf(caller, runId);
    this.deps.listener.runSaid(caller.jobId, runId, data.status);
  }

  #mayWrite(caller: Caller, runId: string): boolean {
    const mlflow = this.deps.mlflow();
    // The bridge itself made the run of a job whose token is good.
    return this.#permissions.holds(caller, runId, mlflow) || (mlflow === 'away' && caller.kind === 'job');
  }

  async #take(exchange: Exchange, metrics: Metrics, of: Owner): Promise<void> {
    await this.deps.spool.put(exchange.caller.workspace, metrics);
    exchange.res
      .writeHead(200, { 'content-type': 'application/json', 'content-length': 2, 'x-content-type-options': 'nosniff' })
      .end('{}');
    this.#tell(exchange, of, metrics.runId, metrics.points);
  }

  #tell({ req }: Exchange, { jobId, label }: Owner, runId: string, points: readonly LoggedPoint[]): void {
    if (jobId === null) return;
    this.deps.listener.pointsLogged(
      jobId,
      labelled(label, this.#deduplicator.without(runId, points)),
      progressOf(req.headers['x-kargah-progress']),
    );
  }

  #tellParams({ found, body }: Exchange, jobId: string | null): void {
    const params = paramsOf(found.name, body?.json);
    if (jobId !== null && Object.keys(params).length > 0) this.deps.listener.paramsLogged(jobId, params);
  }
}

/** People of another workspace make nobody wait here. */
const keyOf = (workspace: string, runId: string): string => `${workspace}/${runId}`;
