import { rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { Server } from '@tus/server';
import type { Request } from 'express';
import type { ErrorCode } from '../../contract/errors.js';
import { KargahError } from '../../errors.js';
import type { Answer, Person } from '../../http/route.js';
import type { UploadTable } from '../../storage/schema.js';
import type { DatasetsDeps } from '../deps.js';
import { sizeOf, sync, type DatasetsRoot } from '../folders.js';
import { newId } from '../ids.js';
import type { ReadingQueue } from '../reading.js';
import type { DatasetStore } from '../store.js';
import { datasetOf, type DatasetRow } from '../view.js';
import { UploadFiles } from './files.js';
import { announcedBy, bytesText, requireTus } from './request.js';
import { Writers } from './writers.js';

const PATH = '/api/v1/uploads';
/** How long an expired upload still answers that it is gone, rather than that it never was. */
const REMEMBER_MS = 7 * 24 * 3_600_000;
const CODES: Readonly<Record<number, ErrorCode>> = {
  404: 'not_found',
  409: 'upload_offset_mismatch',
  410: 'upload_gone',
  413: 'file_too_large',
  423: 'upload_locked',
};

interface Passed {
  readonly status: number;
  readonly headers: Record<string, string>;
}

/** tus 1.0 uploads, each tied from its first request to the dataset it will be. */
export class UploadService {
  private readonly writers = new Writers();
  private readonly tus: Server;
  /** Why tus failed, by request: its answers carry only a status. */
  private readonly causes = new WeakMap<object, unknown>();

  constructor(
    private readonly deps: DatasetsDeps,
    private readonly store: DatasetStore,
    private readonly root: DatasetsRoot,
    private readonly reading: ReadingQueue,
    private readonly requireSpace: (bytes: number) => Promise<void>,
  ) {
    this.tus = new Server({
      path: PATH,
      datastore: new UploadFiles(root.uploads),
      maxSize: deps.limits.maxUploadBytes,
      namingFunction: (req) => new URL(req.url).searchParams.get('id') ?? '',
      generateUrl: (_req, { id }) => id,
      onResponseError: (req, error) => {
        this.causes.set(req, error);
        return undefined;
      },
    });
  }

  async options(req: Request): Promise<Answer> {
    const answer = await this.pass(req, PATH, null);
    return {
      ...answer,
      status: 204,
      headers: { ...answer.headers, 'Tus-Max-Size': String(this.deps.limits.maxUploadBytes) },
    };
  }

  async create(caller: Person, req: Request): Promise<Answer> {
    requireTus(req);
    const announced = announcedBy(req, this.deps.limits.maxUploadBytes);
    await this.requireSpace(announced.sizeBytes);
    const [uploadId, datasetId] = [newId('up'), newId('ds')];
    const upload: UploadTable = {
      upload_id: uploadId,
      user_id: caller.userId,
      project_id: caller.projectId,
      filename: announced.filename,
      name: announced.name,
      size_bytes: announced.sizeBytes,
      created_at: new Date().toISOString(),
      expires_at: this.expiry(),
      dataset_id: datasetId,
      version_id: null,
    };
    await this.store.insert(
      {
        dataset_id: datasetId,
        project_id: caller.projectId,
        user_id: caller.userId,
        owner_name: caller.name,
        name: announced.name,
        filename: announced.filename,
        size_bytes: announced.sizeBytes,
        state: 'uploading',
        source_id: null,
      },
      upload,
    );
    let answer;
    try {
      const body = Number(req.get('content-length') ?? 0) > 0 ? req : null;
      answer = await this.writers.write(uploadId, req, () =>
        this.receive(upload, async () => {
          const passed = await this.pass(req, `${PATH}?id=${uploadId}`, body);
          await this.announce(datasetId);
          return passed;
        }),
      );
    } catch (error) {
      await this.discard(upload);
      throw error;
    }
    // Relative, so that it is right behind any prefix that proxies put before it.
    const location = req.path.endsWith('/') ? uploadId : `uploads/${uploadId}`;
    return { status: 201, headers: { ...answer.headers, ...headersOf(upload), Location: location } };
  }

  async head(caller: Person, uploadId: string, req: Request): Promise<Answer> {
    requireTus(req);
    const upload = await this.reachable(caller, uploadId);
    const headers = { ...headersOf(upload), 'Cache-Control': 'no-store', 'Upload-Length': String(upload.size_bytes) };
    if (await this.isFinished(upload)) {
      return {
        status: 200,
        headers: { ...headers, 'Tus-Resumable': '1.0.0', 'Upload-Offset': String(upload.size_bytes) },
      };
    }
    await this.writers.requireFree(uploadId);
    const answer = await this.pass(req, `${PATH}/${uploadId}`, null);
    return { status: 200, headers: { ...answer.headers, ...headers } };
  }

  async patch(caller: Person, uploadId: string, req: Request): Promise<Answer> {
    requireTus(req);
    const upload = await this.reachable(caller, uploadId);
    const offset = req.get('upload-offset');
    if (offset === undefined) throw new KargahError('upload_protocol', { reason: 'Upload-Offset' });
    if (req.get('content-type') !== 'application/offset+octet-stream') {
      throw new KargahError('upload_protocol', { reason: 'Content-Type: application/offset+octet-stream' });
    }
    await this.writers.requireFree(uploadId);
    // Refused before the body is touched, so that the answer is not lost in a connection that still sends.
    const at = (await this.isFinished(upload)) ? upload.size_bytes : await sizeOf(this.root.upload(uploadId));
    if (at === null) throw new KargahError('upload_gone');
    if (offset !== String(at)) throw new KargahError('upload_offset_mismatch');
    const expires = this.expiry();
    await this.store.prolong(uploadId, expires);
    const answer = await this.writers.write(uploadId, req, () =>
      this.receive(upload, () => this.pass(req, `${PATH}/${uploadId}`, req)),
    );
    return { status: 204, headers: { ...answer.headers, ...headersOf({ ...upload, expires_at: expires }) } };
  }

  async cancel(caller: Person, uploadId: string, req: Request): Promise<Answer> {
    requireTus(req);
    const upload = await this.reachable(caller, uploadId);
    if (!(await this.abandon(upload))) throw new KargahError('not_found');
    return { status: 204, headers: { 'Tus-Resumable': '1.0.0' } };
  }

  /** Ends the upload of a dataset that is being deleted. */
  async cancelFor(datasetId: string): Promise<void> {
    const upload = await this.store.uploadOf(datasetId);
    if (!upload) return;
    await this.writers.interrupt(upload.upload_id);
    await this.removeFiles(upload.upload_id);
  }

  /** After a restart: what was complete is read, what lost its file is forgotten. */
  async recover(): Promise<void> {
    for (const row of await this.store.inState('uploading')) {
      const upload = await this.store.uploadOf(row.dataset_id);
      const moved = (await sizeOf(this.root.of(row.dataset_id).original)) === row.size_bytes;
      const received = upload ? await sizeOf(this.root.upload(upload.upload_id)) : null;
      if (upload && (moved || received === row.size_bytes)) await this.finish(upload);
      else if (received === null) await this.drop(row);
    }
  }

  /** Frees what nobody continued in time. */
  async expire(): Promise<void> {
    const now = Date.now();
    for (const upload of await this.store.uploadsExpiredBefore(new Date(now).toISOString())) {
      if (upload.dataset_id !== null && (await this.abandon(upload))) await this.store.detachUpload(upload.upload_id);
      if (Date.parse(upload.expires_at) < now - REMEMBER_MS) await this.store.forgetUpload(upload.upload_id);
    }
  }

  private expiry(): string {
    return new Date(Date.now() + this.deps.limits.uploadExpiryMs).toISOString();
  }

  private async reachable(caller: Person, uploadId: string): Promise<UploadTable> {
    const upload = await this.store.findUpload(uploadId);
    if (upload?.project_id !== caller.projectId) throw new KargahError('not_found');
    if (Date.parse(upload.expires_at) < Date.now() || upload.dataset_id === null) throw new KargahError('upload_gone');
    return upload;
  }

  private async isFinished(upload: UploadTable): Promise<boolean> {
    const row = upload.dataset_id === null ? undefined : await this.store.find(upload.dataset_id);
    return row !== undefined && row.state !== 'uploading';
  }

  /** Takes bytes and, after the last one, makes them a dataset before anyone else may touch the upload. */
  private async receive(upload: UploadTable, pass: () => Promise<Passed>): Promise<Passed> {
    const answer = await pass();
    if (answer.headers['upload-offset'] === String(upload.size_bytes)) await this.finish(upload);
    return answer;
  }

  /** Moves the complete file to its dataset; safe to repeat after a crash at any point. */
  private async finish(upload: UploadTable): Promise<void> {
    const datasetId = upload.dataset_id;
    if (datasetId === null) return;
    const folder = this.root.of(datasetId);
    const received = this.root.upload(upload.upload_id);
    if ((await sizeOf(received)) !== null) {
      await folder.make();
      await sync(received);
      await rename(received, folder.original);
      await sync(folder.path);
      await sync(dirname(folder.path));
    }
    await rm(`${received}.json`, { force: true });
    if (!(await this.store.beginReading(datasetId))) return;
    await this.announce(datasetId);
    this.reading.enqueue(datasetId);
  }

  /** Ends an unfinished upload; false for one whose last byte came first. */
  private async abandon(upload: UploadTable): Promise<boolean> {
    await this.writers.interrupt(upload.upload_id);
    if (await this.isFinished(upload)) return false;
    const row = upload.dataset_id === null ? undefined : await this.store.find(upload.dataset_id);
    await this.removeFiles(upload.upload_id);
    if (row) await this.drop(row);
    if (Date.parse(upload.expires_at) >= Date.now()) await this.store.forgetUpload(upload.upload_id);
    return true;
  }

  private async drop(row: DatasetRow): Promise<void> {
    await this.store.forget(row.dataset_id);
    await this.root.of(row.dataset_id).remove();
    this.deps.live.datasetChanged(row.user_id, datasetOf(row), true);
  }

  private async discard(upload: UploadTable): Promise<void> {
    await this.removeFiles(upload.upload_id);
    await this.store.forgetUpload(upload.upload_id);
    if (upload.dataset_id !== null) await this.store.forget(upload.dataset_id);
  }

  private async removeFiles(uploadId: string): Promise<void> {
    await rm(this.root.upload(uploadId), { force: true });
    await rm(`${this.root.upload(uploadId)}.json`, { force: true });
  }

  private async announce(datasetId: string): Promise<void> {
    const row = await this.store.find(datasetId);
    if (row) this.deps.live.datasetChanged(row.user_id, datasetOf(row));
  }

  /** Hands a request to tus and takes its answer; ours are the addresses, the errors and who may ask. */
  private async pass(req: Request, path: string, body: Request | null): Promise<Passed> {
    const headers = new Headers();
    for (const name of TUS_HEADERS) {
      const value = req.get(name);
      if (value !== undefined) headers.set(name, value);
    }
    const request = new globalThis.Request(`http://bridge${path}`, {
      method: req.method,
      headers,
      ...(body ? { body: Readable.toWeb(body) as ReadableStream, duplex: 'half' } : {}),
    });
    const response = await this.tus.handleWeb(request);
    if (response.status >= 400) {
      const cause = this.causes.get(request);
      if (cause instanceof KargahError) throw cause;
      const code = CODES[response.status];
      if (response.status >= 500 || (cause instanceof Error && code === undefined))
        throw cause instanceof Error ? cause : new Error(`tus answered ${String(response.status)}`, { cause });
      const limit = { limit: bytesText(this.deps.limits.maxUploadBytes) };
      if (code) throw new KargahError(code, code === 'file_too_large' ? limit : {}, { cause });
      throw new KargahError('upload_protocol', { reason: (await response.text()).trim().slice(0, 200) }, { cause });
    }
    const passed = [...response.headers].filter(([name]) => /^(?:tus|upload)-/u.test(name));
    return { status: response.status, headers: Object.fromEntries(passed) };
  }
}

const TUS_HEADERS = [
  'content-length',
  'content-type',
  'tus-resumable',
  'upload-length',
  'upload-metadata',
  'upload-offset',
] as const;

function headersOf(upload: UploadTable): Record<string, string> {
  return {
    'Upload-Expires': new Date(upload.expires_at).toUTCString(),
    ...(upload.dataset_id === null ? {} : { 'Kargah-Dataset-Id': upload.dataset_id }),
  };
}
