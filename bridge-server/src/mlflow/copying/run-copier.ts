import type { Mutex } from 'async-mutex';
import { ResourceDoesNotExist, type LoggedModel, type MlflowClient, type Run } from 'mlflow-js-client';
import { KargahError } from '../../lib/errors.js';
import { asking } from '../asking.js';
import type { CopiedRuns, RunCopies, RunsAt } from '../copy-port.js';
import type { IngestSpool } from '../ingest/spool.js';
import { PARENT } from '../rules/reach.js';
import type { Health } from '../server/health.js';
import { copyFiles, modelFiles, runFiles } from './files.js';
import { copyPoints, keptAs } from './points.js';
import { experimentNamed, nameOfExperiment } from './experiments.js';

const MARK = 'kargah.transfer';
const ORIGIN = 'kargah.copied_from';
const JOB = 'kargah.job_id';
/** What of a run is said otherwise of the copy, or names what lies elsewhere. */
const OTHERWISE = new Set([PARENT, JOB, MARK, ORIGIN, 'mlflow.runName', 'mlflow.log-model.history']);
/** As many texts of the greatest length as MLflow takes in one request of 1 MB, whatever letters they are of. */
const TEXTS = 30;

type CopyTo = Parameters<RunCopies['copy']>[1];
type Pair<T> = { readonly from: T; readonly to: T };

/** Makes runs again in another workspace, through MLflow's API alone. */
export class RunCopier implements RunCopies {
  constructor(
    private readonly client: MlflowClient,
    private readonly health: Pick<Health, 'state'>,
    private readonly points: Pick<IngestSpool, 'delivered'>,
    private readonly inputs: Mutex,
  ) {}

  async bytesOf({ workspace, runId }: RunsAt): Promise<number> {
    const mlflow = this.client.inWorkspace(workspace);
    const bytes = await this.#ofRun(mlflow, runId, async () => {
      const files = [];
      for (const one of await treeOf(mlflow, runId)) {
        files.push(...(await runFiles(mlflow, one.info.run_id)));
        for (const { model_id } of one.outputs.model_outputs)
          if ((await loggedModel(mlflow, model_id)) !== null) files.push(...(await modelFiles(mlflow, model_id)));
      }
      return files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    });
    return bytes ?? 0;
  }

  async copy({ workspace, runId: root }: RunsAt, to: CopyTo): Promise<CopiedRuns | null> {
    const mlflow = { from: this.client.inWorkspace(workspace), to: this.client.inWorkspace(to.workspace) };
    return this.#ofRun(mlflow.from, root, async () => {
      const [runs, models] = [new Map<string, string>(), new Map<string, string>()];
      let experimentId = '';
      const tree = to.alone === true ? [await activeRun(mlflow.from, root)] : await treeOf(mlflow.from, root);
      for (const one of tree) {
        const runId = one.info.run_id;
        await this.points.delivered(workspace, runId);
        // Read once no point of it is on its way, which its list of metrics would leave out.
        const now = await activeRun(mlflow.from, runId);
        const parent = runId === root ? to.parent : (runs.get(parentOf(now) ?? '') ?? null);
        const made = await copyRun(mlflow, now, { ...to, parent });
        runs.set(runId, made.info.run_id);
        if (runId === root) experimentId = made.info.experiment_id;
        await this.#copyInputs(mlflow.to, now, made);
        for (const [old, copied] of await copyModels(mlflow, now, made)) models.set(old, copied);
        await copyEnd(mlflow.to, now, made);
      }
      return {
        run: { runId: runs.get(root)!, experimentId },
        runs: Object.fromEntries(runs),
        models: Object.fromEntries(models),
      };
    });
  }

  /** Null where the run itself is gone. Where less than all of it is, what was begun is no copy of it. */
  async #ofRun<T>(mlflow: MlflowClient, runId: string, act: () => Promise<T>): Promise<T | null> {
    const run = await asking(this.health, () => unlessGone(mlflow.runs.get({ run_id: runId })));
    if (run === null || run.run.info.lifecycle_stage === 'deleted') return null;
    try {
      return await asking(this.health, act);
    } catch (cause) {
      if (cause instanceof KargahError && cause.code === 'not_found')
        throw new KargahError('run_changed', {}, { cause });
      throw cause;
    }
  }

  async #copyInputs(mlflow: MlflowClient, { inputs }: Run, { info }: Run): Promise<void> {
    const datasets = inputs.dataset_inputs;
    if (datasets.length > 0)
      await this.inputs.runExclusive(() => mlflow.runs.logInputs({ run_id: info.run_id, datasets }));
  }

  async undo(workspace: string, mark: string): Promise<void> {
    const mlflow = this.client.inWorkspace(workspace);
    await asking(this.health, async () => {
      const found = [];
      for await (const run of search(mlflow, await experimentsOf(mlflow), `tags.\`${MARK}\` LIKE '${mark}%'`))
        found.push(run.info.run_id);
      for (const runId of found) await removeRun(mlflow, runId);
    });
  }

  async remove(workspace: string, runIds: readonly string[]): Promise<void> {
    const mlflow = this.client.inWorkspace(workspace);
    await asking(this.health, async () => {
      for (const runId of runIds) await removeRun(mlflow, runId);
    });
  }
}

/** The run and those below it, those above first. */
async function treeOf(mlflow: MlflowClient, runId: string): Promise<Run[]> {
  const tree = [await activeRun(mlflow, runId)];
  const seen = new Set([runId]);
  for (const { info } of tree)
    for await (const child of search(mlflow, [info.experiment_id], `tags.\`${PARENT}\` = '${info.run_id}'`))
      if (!seen.has(child.info.run_id)) {
        seen.add(child.info.run_id);
        tree.push(child);
      }
  return tree;
}

/** @throws `not_found` also for what was deleted in MLflow's page */
async function activeRun(mlflow: MlflowClient, runId: string): Promise<Run> {
  const { run } = await mlflow.runs.get({ run_id: runId });
  if (run.info.lifecycle_stage === 'deleted') throw new KargahError('not_found');
  return run;
}

async function copyRun(mlflow: Pair<MlflowClient>, run: Run, to: CopyTo & { parent: string | null }): Promise<Run> {
  const { info, data } = run;
  const experiment_id = await experimentNamed(mlflow.to, await nameOfExperiment(mlflow.from, info.experiment_id));
  const { run: made } = await mlflow.to.runs.create({
    experiment_id,
    run_name: info.run_name,
    start_time: info.start_time ?? Date.now(),
    // By these `undo` finds it, from its first moment on.
    tags: tags({ [MARK]: to.mark, [ORIGIN]: info.run_id, ...(to.parent === null ? {} : { [PARENT]: to.parent }) }),
  });
  const run_id = made.info.run_id;
  const without = new Set([...OTHERWISE, ...(to.without ?? [])]);
  const kept = data.tags.filter(({ key }) => !without.has(key));
  const isOfJob = data.tags.some(({ key }) => key === JOB);
  const all = [...kept, ...(to.jobId === null || !isOfJob ? [] : tags({ [JOB]: to.jobId }))];
  for (const some of inTurns(all)) await mlflow.to.runs.logBatch({ run_id, tags: some });
  for (const some of inTurns(data.params)) await mlflow.to.runs.logBatch({ run_id, params: some });
  await copyPoints({ mlflow: mlflow.from, runId: info.run_id }, run, { mlflow: mlflow.to, runId: run_id });
  await copyFiles(
    { mlflow: mlflow.from, uri: info.artifact_uri },
    { mlflow: mlflow.to, uri: made.info.artifact_uri },
    await runFiles(mlflow.from, info.run_id),
  );
  return made;
}

async function copyModels(mlflow: Pair<MlflowClient>, run: Run, made: Run): Promise<Map<string, string>> {
  const models = new Map<string, string>();
  for (const { model_id, step } of run.outputs.model_outputs) {
    const model = await loggedModel(mlflow.from, model_id);
    if (model === null) continue;
    const copied = await copyModel(mlflow, model, made);
    models.set(model_id, copied);
    await mlflow.to.runs.logOutputs({ run_id: made.info.run_id, models: [{ model_id: copied, step }] });
    const figures = model.data.metrics.filter((figure) => figure.run_id === run.info.run_id);
    for (const some of inTurns(figures)) {
      const metrics = some.map(({ run_id: _of, ...figure }) => ({ ...figure, value: keptAs(figure.value) }));
      await mlflow.to.runs.logBatch({
        run_id: made.info.run_id,
        metrics: metrics.map((figure) => ({ ...figure, model_id: copied })),
      });
    }
  }
  return models;
}

/** Null where it was deleted in MLflow's page: its run goes on naming it. */
async function loggedModel(mlflow: MlflowClient, model_id: string): Promise<LoggedModel | null> {
  return (await unlessGone(mlflow.loggedModels.get({ model_id })))?.model ?? null;
}

async function copyModel(mlflow: Pair<MlflowClient>, { info, data }: LoggedModel, run: Run): Promise<string> {
  const { model: made } = await mlflow.to.loggedModels.create({
    experiment_id: run.info.experiment_id,
    source_run_id: run.info.run_id,
    ...(info.name === '' ? {} : { name: info.name }),
    ...(info.model_type === undefined ? {} : { model_type: info.model_type }),
    params: data.params,
    tags: [...info.tags, ...tags({ [ORIGIN]: info.model_id })],
  });
  const model_id = made.info.model_id;
  await copyFiles(
    { mlflow: mlflow.from, uri: info.artifact_uri },
    { mlflow: mlflow.to, uri: made.info.artifact_uri },
    await modelFiles(mlflow.from, info.model_id),
  );
  const status = info.status === 'LOGGED_MODEL_READY' ? info.status : 'LOGGED_MODEL_UPLOAD_FAILED';
  await mlflow.to.loggedModels.finalize({ model_id, status });
  return model_id;
}

async function copyEnd(mlflow: MlflowClient, { info }: Run, made: Run): Promise<void> {
  await mlflow.runs.update({
    run_id: made.info.run_id,
    status: info.status,
    ...(info.end_time === undefined ? {} : { end_time: info.end_time }),
  });
}

async function removeRun(mlflow: MlflowClient, runId: string): Promise<void> {
  try {
    const { run } = await mlflow.runs.get({ run_id: runId });
    const filter = `source_run_id = '${runId}'`;
    const { models } = await mlflow.loggedModels.search({ experiment_ids: [run.info.experiment_id], filter });
    for (const { info } of models) {
      await unlessGone(mlflow.files.delete(info.artifact_uri));
      await unlessGone(mlflow.loggedModels.delete({ model_id: info.model_id }));
    }
    await unlessGone(mlflow.files.delete(run.info.artifact_uri));
    if (run.info.lifecycle_stage === 'active') await mlflow.runs.delete({ run_id: runId });
  } catch (error) {
    if (!(error instanceof ResourceDoesNotExist)) throw error;
  }
}

/** Null where MLflow has no such thing, or no more. */
async function unlessGone<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ResourceDoesNotExist) return null;
    throw error;
  }
}

async function experimentsOf(mlflow: MlflowClient): Promise<string[]> {
  const ids: string[] = [];
  let token: string | undefined;
  do {
    const page = token === undefined ? {} : { page_token: token };
    const answer = await mlflow.experiments.search({ max_results: 1000, view_type: 'ALL', ...page });
    ids.push(...answer.experiments.map((one) => one.experiment_id));
    token = answer.next_page_token || undefined;
  } while (token !== undefined);
  return ids;
}

async function* search(mlflow: MlflowClient, experiment_ids: string[], filter: string): AsyncGenerator<Run> {
  let token: string | undefined;
  do {
    const page = token === undefined ? {} : { page_token: token };
    const answer = await mlflow.runs.search({ experiment_ids, filter, max_results: 1000, ...page });
    yield* answer.runs;
    token = answer.next_page_token || undefined;
  } while (token !== undefined);
}

function* inTurns<T>(all: readonly T[]): Generator<T[]> {
  for (let at = 0; at < all.length; at += TEXTS) yield all.slice(at, at + TEXTS);
}

const tags = (named: Readonly<Record<string, string>>) => Object.entries(named).map(([key, value]) => ({ key, value }));
const parentOf = ({ data }: Run): string | undefined => data.tags.find(({ key }) => key === PARENT)?.value;
