import { encodeBody, InvalidParameterValue, ResourceDoesNotExist, type MlflowClient, type Run } from 'mlflow-js-client';
import { KargahError } from '../../lib/errors.js';
import type { ReadBody } from '../gateway/body.js';
import { match, type Match } from '../gateway/paths.js';
import type { GatewayListener } from '../port.js';
import { PARENT, runTags, type RunTag } from './reach.js';
import { type JobCaller, type JsonBody } from './request.js';

/** A request as it is meant, or what it is answered without MLflow. */
export type ResolvedRequest = { readonly found: Match; readonly body: ReadBody | null } | { readonly answer: JsonBody };

/**
 * A job logs to the run that it was given. A script that knows nothing of that (Lightning's logger, `mlflow.set_experiment`) looks
 * for an experiment by a name of its own, makes it, and makes a run there: it means the job's. Whoever asks first is given that one;
 * later runs are others, below it.
 */
export class JobRunRedirect {
  constructor(
    private readonly listener: Pick<GatewayListener, 'runOfJob' | 'claimRun' | 'returnRun'>,
    private readonly client: MlflowClient,
  ) {}

  /** @throws {KargahError} `not_found` where the job's run is gone; `mlflow_unavailable` where it is not made yet. */
  async resolve(caller: JobCaller, found: Match, body: ReadBody | null): Promise<ResolvedRequest> {
    switch (found.name) {
      case '/mlflow/experiments/get-by-name':
        return read('experiments/get', { experiment_id: await this.experimentOf(caller) });
      case '/mlflow/experiments/create':
        return { answer: { experiment_id: await this.experimentOf(caller) } };
      case '/mlflow/runs/create':
        return this.#runMade(caller, found, body);
      default:
        return { found, body };
    }
  }

  /** The experiment of the job's run. @throws {KargahError} as `meant`. */
  async experimentOf(caller: JobCaller): Promise<string> {
    return (await this.#run(caller)).info.experiment_id;
  }

  async #runMade(caller: JobCaller, found: Match, body: ReadBody | null): Promise<ResolvedRequest> {
    const { success, data: tags } = runTags.default([]).safeParse(body?.json?.['tags']);
    if (!success || tags.some(({ key }) => key === PARENT || key.startsWith('kargah.'))) return { found, body };
    const own = await this.#run(caller);
    const { run_id: runId, experiment_id: experimentId, status } = own.info;
    if (status === 'RUNNING' && (await this.listener.claimRun(caller.jobId))) {
      try {
        await this.#describe(caller, runId, tags.filter(isOfTheUser));
        return { answer: { run: await this.#run(caller) } };
      } catch (error) {
        await this.listener.returnRun(caller.jobId);
        throw error;
      }
    }
    // The job's own is given already: another fold or trial, another process or thread.
    const { experimentId: _given, ...rest } = body?.json ?? {};
    const json = { ...rest, experiment_id: experimentId, tags: [...tags, { key: PARENT, value: runId }] };
    return { found, body: { json, bytes: Buffer.from(encodeBody(json)) } };
  }

  async #run({ jobId, workspace }: JobCaller): Promise<Run> {
    const runId = await this.listener.runOfJob(jobId);
    if (runId === null) throw new KargahError('mlflow_unavailable');
    try {
      return (await this.client.inWorkspace(workspace).runs.get({ run_id: runId })).run;
    } catch (error) {
      throw error instanceof ResourceDoesNotExist ? new KargahError('not_found', {}, { cause: error }) : error;
    }
  }

  async #describe({ workspace }: JobCaller, runId: string, tags: readonly RunTag[]): Promise<void> {
    if (tags.length === 0) return;
    try {
      await this.client.inWorkspace(workspace).runs.logBatch({ run_id: runId, tags: [...tags] });
    } catch (error) {
      throw error instanceof InvalidParameterValue ? new KargahError('validation_failed', {}, { cause: error }) : error;
    }
  }
}

/** MLflow's own tags say who ran what, which the bridge has said; a description is the user's. */
const isOfTheUser = ({ key }: RunTag): boolean => !key.startsWith('mlflow.') || key === 'mlflow.note.content';

function read(what: 'experiments/get' | 'runs/get', query: Record<string, string>): ResolvedRequest {
  const found = match('GET', `/api/2.0/mlflow/${what}?${new URLSearchParams(query).toString()}`);
  if (found === null) throw new Error(`${what} is closed`);
  return { found, body: { bytes: Buffer.alloc(0), json: null } };
}
