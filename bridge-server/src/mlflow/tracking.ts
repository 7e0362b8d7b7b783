import { randomBytes } from 'node:crypto';
import type { Mutex } from 'async-mutex';
import {
  BATCH_LIMITS,
  InternalError,
  ResourceAlreadyExists,
  ResourceDoesNotExist,
  type MlflowClient,
  type Run,
} from 'mlflow-js-client';
import type { MetricPoint } from '../contract/training/metrics.js';
import { usersOf, type WorkspaceUser } from '../access/workspace-user.js';
import { KargahError } from '../lib/errors.js';
import { asking } from './asking.js';
import { experimentNamed } from './copying/experiments.js';
import type { Health } from './server/health.js';
import type { IngestSpool } from './ingest/spool.js';
import { flattenParams } from './rules/params.js';
import { listFiles, modelIn, openFile } from './run-artifacts.js';
import { pointsOf } from './run-history.js';
import { PARENT } from './rules/reach.js';
import type { MlflowPort, RunRef } from './port.js';

const EXPERIMENT = 'jobs';
const ROLES = { MANAGE: 'kargah-owner', READ: 'kargah-viewer' } as const;
/** How many runs MLflow is asked to delete at a time. */
const AT_ONCE = 4;
const JOB_TAG = 'kargah.job_id';
/** In what of a workspace a user of it may read, or do everything; nobody may hand out rights. */
const KINDS = ['experiment', 'registered_model', 'prompt', 'scorer'] as const;

/** What the bridge asks of MLflow, in terms of projects and jobs. */
export class MlflowTracking implements MlflowPort {
  readonly #experiments = new Map<string, Promise<string>>();
  readonly #members = new Map<string, Promise<void>>();

  constructor(
    private readonly client: MlflowClient,
    private readonly health: Health,
    private readonly points: Pick<IngestSpool, 'delivered'>,
    private readonly inputs: Mutex,
  ) {}

  state = (): ReturnType<MlflowPort['state']> => this.health.state();
  whenUp = (signal?: AbortSignal): Promise<void> => this.health.whenUp(signal);
  onState = (listener: Parameters<MlflowPort['onState']>[0]): (() => void) => this.health.onState(listener);

  async ensureWorkspace(workspace: string, { name: username, right }: WorkspaceUser): Promise<void> {
    await remembered(this.#members, `${workspace}/${username}`, () =>
      this.#ask(async () => {
        await unlessThere(this.client.workspaces.create({ name: workspace }));
        await unlessThere(this.client.users.create({ username, password: randomBytes(32).toString('base64url') }));
        await unlessThere(this.client.roles.create({ name: ROLES[right], workspace }));
        const { roles } = await this.client.roles.list({ workspace });
        const role = roles.find(({ name }) => name === ROLES[right]);
        if (!role) throw new InternalError('INTERNAL_ERROR', `workspace ${workspace} has no role ${ROLES[right]}`, 500);
        const allow = (resource_type: string, permission: 'USE' | WorkspaceUser['right']): Promise<void> =>
          unlessThere(
            this.client.roles.addPermission({ role_id: role.id, resource_type, resource_pattern: '*', permission }),
          );
        await allow('workspace', 'USE');
        for (const kind of KINDS) await allow(kind, right);
        await unlessThere(this.client.roles.assign({ role_id: role.id, username }));
      }),
    );
  }

  async deleteWorkspace(workspace: string): Promise<void> {
    await this.#ask(async () => {
      // First the files, which are found by the workspace that they are of.
      await unlessGone(this.client.inWorkspace(workspace).files.delete(`mlflow-artifacts:/workspaces/${workspace}`));
      await unlessGone(this.client.workspaces.delete({ name: workspace }));
      for (const username of usersOf(workspace)) await unlessGone(this.client.users.delete({ username }));
    });
    this.#experiments.delete(workspace);
    for (const member of this.#members.keys()) if (member.startsWith(`${workspace}/`)) this.#members.delete(member);
  }

  async createRun(input: Parameters<MlflowPort['createRun']>[0]): Promise<RunRef> {
    const run = await this.openRun({ ...input, mayExist: true });
    await this.describeRun({ ...input, runId: run.runId });
    return run;
  }

  async openRun(input: Parameters<MlflowPort['openRun']>[0]): Promise<RunRef> {
    const mlflow = this.client.inWorkspace(input.workspace);
    return this.#ask(async () => {
      const experimentId = await this.#experimentOf(input.workspace);
      const existing = input.mayExist ? await runOfJob(mlflow, experimentId, input.jobId) : null;
      const run = existing ?? (await newRun(mlflow, experimentId, input));
      return { experimentId, runId: run.info.run_id };
    });
  }

  async describeRun(input: Parameters<MlflowPort['describeRun']>[0]): Promise<void> {
    const mlflow = this.client.inWorkspace(input.workspace);
    const run_id = input.runId;
    await this.#ask(async () => {
      const params = flattenParams(input.params);
      for (let at = 0; at < params.length; at += BATCH_LIMITS.params)
        await mlflow.runs.logBatch({ run_id, params: params.slice(at, at + BATCH_LIMITS.params) });
      const { dataset } = input;
      if (dataset !== null)
        await this.inputs.runExclusive(() => mlflow.runs.logInputs({ run_id, datasets: [datasetInput(dataset)] }));
    });
  }

  async tagRun(workspace: string, runId: string, tags: Readonly<Record<string, string>>): Promise<void> {
    const mlflow = this.client.inWorkspace(workspace);
    const named = Object.entries(tags).map(([key, value]) => ({ key, value }));
    await this.#ask(() => mlflow.runs.logBatch({ run_id: runId, tags: named }));
  }

  async endRun(workspace: string, runId: string, status: 'FINISHED' | 'FAILED' | 'KILLED'): Promise<void> {
    const mlflow = this.client.inWorkspace(workspace);
    await this.#ask(async () => {
      await this.points.delivered(workspace, runId);
      await mlflow.runs.update({ run_id: runId, status, end_time: Date.now() });
    });
  }

  async runsBelow(workspace: string, run: RunRef): ReturnType<MlflowPort['runsBelow']> {
    const mlflow = this.client.inWorkspace(workspace);
    return this.#ask(async () => {
      const found: { runId: string; name: string; ended: boolean }[] = [];
      const parents = [run.runId];
      for (const parent of parents)
        for await (const { info } of childrenOf(mlflow, run.experimentId, parent)) {
          if (parents.includes(info.run_id)) continue;
          parents.push(info.run_id);
          const ended = info.status !== 'RUNNING' && info.status !== 'SCHEDULED';
          found.push({ runId: info.run_id, name: info.run_name, ended });
        }
      return found;
    });
  }

  async endRunsBelow(workspace: string, run: RunRef, status: 'FINISHED' | 'FAILED' | 'KILLED'): Promise<void> {
    const { runs } = this.client.inWorkspace(workspace);
    for (const { runId, ended } of await this.runsBelow(workspace, run))
      if (!ended) await this.#ask(() => runs.update({ run_id: runId, status, end_time: Date.now() }));
  }

  async deleteRun(workspace: string, runId: string): Promise<void> {
    const mlflow = this.client.inWorkspace(workspace);
    await this.#ask(async () => {
      await this.points.delivered(workspace, runId);
      await mlflow.runs.delete({ run_id: runId }).catch((error: unknown) => {
        if (!(error instanceof ResourceDoesNotExist)) throw error;
      });
    });
  }

  async deleteRunsBelow(workspace: string, run: RunRef): Promise<void> {
    const left = (await this.runsBelow(workspace, run)).values();
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        for (const { runId } of left) await this.deleteRun(workspace, runId);
      }),
    );
  }

  async metricHistory(workspace: string, runId: string, key?: string): Promise<MetricPoint[]> {
    const mlflow = this.client.inWorkspace(workspace);
    return this.#ask(async () => {
      await this.points.delivered(workspace, runId);
      return pointsOf(mlflow, runId, key);
    });
  }

  async modelOf(workspace: string, runId: string): ReturnType<MlflowPort['modelOf']> {
    return this.#ask(() => modelIn(this.client.inWorkspace(workspace), runId));
  }

  async listArtifacts(workspace: string, runId: string, path: string): ReturnType<MlflowPort['listArtifacts']> {
    return this.#ask(() => listFiles(this.client.inWorkspace(workspace), runId, path));
  }

  async openArtifact(workspace: string, runId: string, path: string): ReturnType<MlflowPort['openArtifact']> {
    return this.#ask(() => openFile(this.client.inWorkspace(workspace), runId, path));
  }

  async #experimentOf(workspace: string): Promise<string> {
    return remembered(this.#experiments, workspace, () =>
      experimentNamed(this.client.inWorkspace(workspace), EXPERIMENT),
    );
  }

  async #ask<T>(question: () => Promise<T>): Promise<T> {
    try {
      return await asking(this.health, question);
    } catch (error) {
      if (error instanceof KargahError && error.code === 'not_found') this.#experiments.clear();
      throw error;
    }
  }
}

async function remembered<T>(memory: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const known = memory.get(key) ?? make();
  memory.set(key, known);
  try {
    return await known;
  } catch (error) {
    memory.delete(key);
    throw error;
  }
}

async function unlessThere(creation: Promise<unknown>): Promise<void> {
  try {
    await creation;
  } catch (error) {
    if (!(error instanceof ResourceAlreadyExists)) throw error;
  }
}

async function unlessGone(deletion: Promise<unknown>): Promise<void> {
  try {
    await deletion;
  } catch (error) {
    if (!(error instanceof ResourceDoesNotExist)) throw error;
  }
}

async function runOfJob(mlflow: MlflowClient, experimentId: string, jobId: string): Promise<Run | null> {
  const filter = `tags.\`${JOB_TAG}\` = '${jobId}'`;
  const { runs } = await mlflow.runs.search({ experiment_ids: [experimentId], filter, max_results: 1 });
  return runs[0] ?? null;
}

async function* childrenOf(mlflow: MlflowClient, experimentId: string, parent: string): AsyncGenerator<Run> {
  const filter = `tags.\`${PARENT}\` = '${parent}'`;
  let page: string | undefined;
  do {
    const token = page === undefined ? {} : { page_token: page };
    const answer = await mlflow.runs.search({ experiment_ids: [experimentId], filter, max_results: 1000, ...token });
    yield* answer.runs;
    page = answer.next_page_token || undefined;
  } while (page !== undefined);
}

async function newRun(
  mlflow: MlflowClient,
  experimentId: string,
  input: Omit<Parameters<MlflowPort['openRun']>[0], 'mayExist'>,
): Promise<Run> {
  const tags = Object.entries({ 'mlflow.user': input.userId, ...input.tags, [JOB_TAG]: input.jobId });
  const { run } = await mlflow.runs.create({
    experiment_id: experimentId,
    run_name: input.name,
    start_time: Date.now(),
    tags: tags.map(([key, value]) => ({ key, value })),
  });
  return run;
}

function datasetInput({
  name,
  digest,
  sourceUri,
  rows,
  tags = {},
}: NonNullable<Parameters<MlflowPort['createRun']>[0]['dataset']>) {
  return {
    tags: Object.entries({ 'mlflow.data.context': 'training', ...tags }).map(([key, value]) => ({ key, value })),
    dataset: {
      name: name.slice(0, 500),
      digest: digest.slice(0, 36),
      source_type: 'kargah',
      source: JSON.stringify({ uri: sourceUri }),
      profile: JSON.stringify({ num_rows: rows }),
    },
  };
}
