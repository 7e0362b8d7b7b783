import { z } from 'zod';
import { endpoint, type CallOptions } from './endpoint.js';
import type { Transport } from './transport.js';
import { int64, list, optionalText, text } from './values.js';

export const artifacts = {
  list: endpoint(
    'GET',
    '/api/2.0/mlflow/artifacts/list',
    z.object({ run_id: text, path: optionalText, page_token: optionalText }),
    z.object({
      root_uri: z.string().default(''),
      files: list(z.object({ path: text, is_dir: z.boolean().default(false), file_size: int64.optional() })),
      next_page_token: optionalText,
    }),
  ),
};

export interface ArtifactStream {
  readonly body: ReadableStream<Uint8Array>;
  readonly sizeBytes: number | null;
}

const PROXIED = 'mlflow-artifacts:/';

/** The path below `/api/2.0/mlflow-artifacts/artifacts/` that an `mlflow-artifacts:/…` URI names. */
export function proxiedPath(uri: string): string {
  if (!uri.startsWith(PROXIED)) throw new TypeError(`not an artifact URI of this server: ${uri}`);
  const segments = uri.slice(PROXIED.length).replace(/^\/+/u, '').split('/');
  // fetch normalises URLs, so such a path would lead somewhere else.
  if (segments.some((segment) => segment === '.' || segment === '..'))
    throw new TypeError(`not a path of an artifact: ${uri}`);
  return segments.map(encodeURIComponent).join('/');
}

/** Bytes of artifacts that the server itself keeps (`mlflow-artifacts:/…`), streamed. */
export class ArtifactFiles {
  constructor(private readonly transport: Transport) {}

  /** @throws {ResourceDoesNotExist} where there is no such file. */
  async download(uri: string, options: CallOptions = {}): Promise<ArtifactStream> {
    const path = `/api/2.0/mlflow-artifacts/artifacts/${proxiedPath(uri)}`;
    const response = await this.transport.send(path, { ...options, method: 'GET' });
    const length = response.headers.get('content-length');
    return {
      body: response.body ?? new Blob([]).stream(),
      sizeBytes: length === null ? null : Number(length),
    };
  }

  /** Of a stream MLflow answers only once it has all of it, which takes as long as it takes: `timeoutMs` says so. */
  async upload(uri: string, body: string | ReadableStream<Uint8Array>, options: CallOptions = {}): Promise<void> {
    const path = `/api/2.0/mlflow-artifacts/artifacts/${proxiedPath(uri)}`;
    const response = await this.transport.send(path, {
      ...options,
      method: 'PUT',
      headers: { 'content-type': 'application/octet-stream' },
      body,
    });
    await response.text();
  }
  /** Deletes a file, or a folder with its content; an absent one is no error. */
  async delete(uri: string, options: CallOptions = {}): Promise<void> {
    const path = `/api/2.0/mlflow-artifacts/artifacts/${proxiedPath(uri)}`;
    await (await this.transport.send(path, { ...options, method: 'DELETE' })).text();
  }
}
