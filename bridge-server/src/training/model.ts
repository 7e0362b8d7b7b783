import { PassThrough, Readable } from 'node:stream';
import { ZipFile } from 'yazl';
import { KargahError } from '../errors.js';
import type { MlflowPort } from '../mlflow/port.js';

export interface Download {
  readonly filename: string;
  readonly mediaType: string;
  readonly sizeBytes: number | null;
  readonly body: Readable;
}
interface ModelPlace {
  readonly workspace: string;
  readonly runId: string;
  readonly artifactPath: string;
}

/** Where `mlflow.pytorch.log_model` puts the exported program, within the model's folder. */
const PT2 = 'data/model.pt2';

/** The `.pt2` file of a model, streamed as MLflow sends it. */
export async function pt2Of(mlflow: MlflowPort, place: ModelPlace, name: string): Promise<Download> {
  const { body, sizeBytes } = await mlflow.openArtifact(place.workspace, place.runId, `${place.artifactPath}/${PT2}`);
  return { filename: `${name}.pt2`, mediaType: 'application/octet-stream', sizeBytes, body: Readable.fromWeb(body) };
}

/** The whole MLflow model as a zip, made while it is sent; files are stored, since weights do not compress. */
export async function zipOf(mlflow: MlflowPort, place: ModelPlace, name: string): Promise<Download> {
  const files = await filesUnder(mlflow, place, place.artifactPath);
  if (files.length === 0) throw new KargahError('model_not_ready');
  const zip = new ZipFile();
  const output = new PassThrough();
  zip.outputStream.pipe(output);
  zip.on('error', (error: unknown) => output.destroy(error as Error));
  for (const path of files)
    zip.addReadStreamLazy(path.slice(place.artifactPath.length + 1), { compress: false }, (give) => {
      mlflow.openArtifact(place.workspace, place.runId, path).then(
        ({ body }) => give(null, Readable.fromWeb(body)),
        (error: unknown) => give(error, Readable.from([])),
      );
    });
  zip.end();
  return { filename: `${name}.zip`, mediaType: 'application/zip', sizeBytes: null, body: output };
}

async function filesUnder(mlflow: MlflowPort, place: ModelPlace, folder: string): Promise<string[]> {
  const entries = await mlflow.listArtifacts(place.workspace, place.runId, folder);
  const found: string[] = [];
  for (const { path, isDir } of entries) found.push(...(isDir ? await filesUnder(mlflow, place, path) : [path]));
  return found;
}

/** A `Content-Disposition` for any name: RFC 6266, with the exact name in UTF-8. */
export function attachment(filename: string): string {
  const safe = filename.replace(/[^\w.-]+/gu, '_');
  const exact = encodeURIComponent(filename).replace(
    /['()*]/gu,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${safe}"; filename*=UTF-8''${exact}`;
}
