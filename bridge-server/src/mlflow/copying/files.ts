import { createHash } from 'node:crypto';
import type { ReadableStream } from 'node:stream/web';
import { TransformStream } from 'node:stream/web';
import type { ArtifactStream, MlflowClient } from 'mlflow-js-client';
import { KargahError } from '../../lib/errors.js';

/** The longest that one file may take on its way. */
const FILE_MS = 6 * 3_600_000;

/** A file of a run or of a logged model, by its path there. */
export interface StoredFile {
  readonly path: string;
  readonly sizeBytes: number;
}

/** Every file of a run. */
export function runFiles(mlflow: MlflowClient, runId: string): Promise<StoredFile[]> {
  return walk((path, page) => mlflow.artifacts.list({ run_id: runId, ...(path === '' ? {} : { path }), ...page }));
}

/** Every file of a logged model. */
export function modelFiles(mlflow: MlflowClient, modelId: string): Promise<StoredFile[]> {
  return walk((path, page) =>
    mlflow.loggedModels.listArtifacts({
      model_id: modelId,
      ...(path === '' ? {} : { artifact_directory_path: path }),
      ...page,
    }),
  );
}

interface Listed {
  readonly files: readonly {
    readonly path: string;
    readonly is_dir: boolean;
    readonly file_size?: number | undefined;
  }[];
  readonly next_page_token?: string | undefined;
}

async function walk(list: (path: string, page: { page_token?: string }) => Promise<Listed>): Promise<StoredFile[]> {
  const found: StoredFile[] = [];
  const folders = [''];
  for (const folder of folders) {
    let token: string | undefined;
    do {
      const answer = await list(folder, token === undefined ? {} : { page_token: token });
      for (const { path, is_dir, file_size } of answer.files)
        if (is_dir) folders.push(path);
        else found.push({ path, sizeBytes: file_size ?? 0 });
      token = answer.next_page_token || undefined;
    } while (token !== undefined);
  }
  return found;
}

interface Folder {
  readonly mlflow: MlflowClient;
  readonly uri: string;
}

/**
 * Copies files from one folder of artifacts to another and reads each again where it arrived.
 *
 * @throws {KargahError} `copy_differs` where the two are not of the same bytes
 */
export async function copyFiles(from: Folder, to: Folder, files: readonly StoredFile[]): Promise<void> {
  for (const { path } of files) {
    const there = `${to.uri}/${path}`;
    const sent = hashing(await from.mlflow.files.download(`${from.uri}/${path}`));
    await to.mlflow.files.upload(there, sent.body, { timeoutMs: FILE_MS });
    const arrived = hashing(await to.mlflow.files.download(there));
    try {
      await arrived.body.pipeTo(new globalThis.WritableStream());
    } catch (cause) {
      throw new KargahError('mlflow_unavailable', {}, { cause });
    }
    if (sent.sha256() !== arrived.sha256()) throw new KargahError('copy_differs', { path });
  }
}

function hashing({ body }: ArtifactStream) {
  const hash = createHash('sha256');
  const told = new TransformStream<Uint8Array, Uint8Array>({
    transform(piece, controller) {
      hash.update(piece);
      controller.enqueue(piece);
    },
  });
  // The same streams under their two names, the web's and Node's.
  const web = body as unknown as ReadableStream<Uint8Array>;
  return {
    body: web.pipeThrough(told) as unknown as globalThis.ReadableStream<Uint8Array>,
    sha256: () => hash.digest('hex'),
  };
}
