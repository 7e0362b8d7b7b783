import type { ReadableStream } from 'node:stream/web';
import type { MlflowClient, Run } from 'mlflow-js-client';
import { KargahError } from '../lib/errors.js';
import type { MlflowPort } from './port.js';
import { below } from './run-paths.js';

/** The newest model of a run: a logged model, else the folder `model` of its files; null where there is none. */
export async function modelIn(mlflow: MlflowClient, runId: string): ReturnType<MlflowPort['modelOf']> {
  const { run } = await mlflow.runs.get({ run_id: runId });
  const newest = run.outputs.model_outputs.at(-1);
  if (newest) {
    const { model } = await mlflow.loggedModels.get({ model_id: newest.model_id });
    const artifactPath = model.info.name || 'model';
    const sizeBytes = await sizeOf(mlflow, runId, artifactPath);
    return { uri: `models:/${model.info.model_id}`, artifactPath, sizeBytes };
  }
  const files = await listFiles(mlflow, runId, 'model');
  if (!files.some(({ path }) => path === 'model/MLmodel')) return null;
  const sizeBytes = await sizeOf(mlflow, runId, 'model');
  return { uri: `runs:/${runId}/model`, artifactPath: 'model', sizeBytes };
}

/** What lies in a folder of a run, or of one of its logged models. */
export async function listFiles(
  mlflow: MlflowClient,
  runId: string,
  path: string,
): ReturnType<MlflowPort['listArtifacts']> {
  const { run } = await mlflow.runs.get({ run_id: runId });
  const own = below(`runs:/${runId}`, path);
  const model = own === null ? await loggedModelAt(mlflow, run, path) : null;
  const inRun = own ?? path;
  const found: { path: string; isDir: boolean; sizeBytes: number | null }[] = [];
  let page: string | undefined;
  do {
    const token = page === undefined ? {} : { page_token: page };
    const answer = model
      ? await mlflow.loggedModels.listArtifacts({
          model_id: model.id,
          ...(model.rest === '' ? {} : { artifact_directory_path: model.rest }),
          ...token,
        })
      : await mlflow.artifacts.list({ run_id: runId, ...(inRun === '' ? {} : { path: inRun }), ...token });
    for (const file of answer.files) {
      const sizeBytes = file.is_dir ? null : (file.file_size ?? null);
      const before = model ? `${model.name}/` : own === null ? '' : `runs:/${runId}/`;
      found.push({ path: `${before}${file.path}`, isDir: file.is_dir, sizeBytes });
    }
    page = answer.next_page_token || undefined;
  } while (page !== undefined);
  if (!model && path === '') await addModelFolders(mlflow, run, found);
  return found;
}

/** Opens a file of a run, or of one of its logged models. */
export async function openFile(
  mlflow: MlflowClient,
  runId: string,
  path: string,
): ReturnType<MlflowPort['openArtifact']> {
  const { run } = await mlflow.runs.get({ run_id: runId });
  const own = below(`runs:/${runId}`, path);
  const model = own === null ? await loggedModelAt(mlflow, run, path) : null;
  const uri = model ? `${model.uri}/${model.rest}` : `${run.info.artifact_uri}/${own ?? path}`;
  const { body, sizeBytes } = await mlflow.files.download(uri);
  // The same stream under its two names, the web's and Node's.
  return { body: body as unknown as ReadableStream<Uint8Array>, sizeBytes };
}

async function sizeOf(mlflow: MlflowClient, runId: string, path: string): Promise<number> {
  let size = 0;
  for (const file of await listFiles(mlflow, runId, path))
    size += file.isDir ? await sizeOf(mlflow, runId, file.path) : (file.sizeBytes ?? 0);
  return size;
}

/** The logged model of `models:/<id>/…`, which must be of this run; of any other path the newest of that name. */
async function loggedModelAt(
  mlflow: MlflowClient,
  run: Run,
  path: string,
): Promise<{ id: string; name: string; uri: string; rest: string } | null> {
  const [first = '', ...rest] = path.split('/');
  if (first === '') return null;
  if (first === 'models:') {
    const [id = '', ...inside] = rest;
    const { info } = (await mlflow.loggedModels.get({ model_id: id })).model;
    if (info.source_run_id !== run.info.run_id) throw new KargahError('not_found');
    return { id, name: `models:/${id}`, uri: info.artifact_uri, rest: inside.join('/') };
  }
  for (const { model_id: id } of run.outputs.model_outputs.toReversed()) {
    const { info } = (await mlflow.loggedModels.get({ model_id: id })).model;
    if (info.name === first) return { id, name: first, uri: info.artifact_uri, rest: rest.join('/') };
  }
  return null;
}

async function addModelFolders(
  mlflow: MlflowClient,
  run: Run,
  found: { path: string; isDir: boolean; sizeBytes: number | null }[],
): Promise<void> {
  for (const { model_id } of run.outputs.model_outputs) {
    const { name } = (await mlflow.loggedModels.get({ model_id })).model.info;
    if (name !== '' && !found.some(({ path }) => path === name))
      found.push({ path: name, isDir: true, sizeBytes: null });
  }
}
