import { readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Request } from 'express';
import { KargahError } from '../../../lib/errors.js';
import type { Answer } from '../../../http/route.js';
import type { Person } from '../../../access/caller.js';
import { requireAccess } from '../../../access/require-access.js';
import { ownedBy } from '../../../access/resource.js';
import type { UploadTable } from '../../../storage/schema.js';
import type { DatasetsDeps } from '../../deps.js';
import { sizeOf, sync, type DatasetsRoot } from '../../content/folders.js';
import { newId } from '../../../lib/ids.js';
import type { Ingestion } from '../ingestion.js';
import type { StorageQuota } from '../../content/quota.js';
import type { DatasetStore } from '../../records/store.js';
import type { VersionStore } from '../../records/version-store.js';
import { originOf } from '../../records/view.js';
import { checksumOf } from './checksum.js';
import { UploadFiles, type UploadBody } from './files.js';
import { announcedBy, type Announced } from './request.js';
import { bringsPiece, capabilities, offsetOf, requireFits, requireTus } from './tus.js';
import { Writers } from './writers.js';

/** How long an expired upload still answers that it is gone, rather than that it never was. */
const REMEMBER_MS = 7 * 24 * 3_600_000;
/** How long room is kept for an upload that has sent nothing. */
const PROMISE_MS = 10 * 60_000;

/** An upload that has not become anything else. */
type Living = UploadTable & { readonly dataset_id: string; readonly version_id: string };

interface UploadServiceDeps extends Pick<DatasetsDeps, 'limits' | 'log'> {
  readonly store: DatasetStore;
  readonly versions: VersionStore;
  readonly root: DatasetsRoot;
  readonly ingestion: Ingestion;
  readonly quota: StorageQuota;
}

/** The life of uploads, each tied from its first request to the version that it will be. */
export class UploadService {
  private readonly writers = new Writers();
  private readonly files: UploadFiles;

  constructor(private readonly deps: UploadServiceDeps) {
    this.files = new UploadFiles(deps.root.uploads);
  }

  options(): Answer {
    return { status: 204, headers: capabilities(this.deps.limits.maxUploadBytes) };
  }

  async create(asker: Person, req: Request): Promise<Answer> {
    requireTus(req);
    const checksum = checksumOf(req.get('upload-checksum'));
    const announced = announcedBy(req, this.deps.limits.maxUploadBytes);
    const caller = await this.deps.ingestion.placed(asker, announced.datasetId);
    const { projectId } = caller;
    const { sha256, sizeBytes } = announced;
    const isHere = sha256 !== null && (await this.deps.ingestion.sizeOfHeld(projectId, sha256)) === sizeBytes;
    // What is here already takes no room.
    const upload = await this.deps.quota.reserve(caller, isHere ? 0 : sizeBytes, () => this.begin(caller, announced));
    let offset: number;
    try {
      offset = await this.writers.write(upload.upload_id, req, async (onChunk) => {
        if (isHere && (await this.deps.ingestion.takeOver(upload.version_id, projectId, sha256))) {
          await this.deps.ingestion.received(upload.version_id, sha256);
          return sizeBytes;
        }
        if (bringsPiece(req)) requireFits(req, 0, sizeBytes);
        await this.files.create(upload.upload_id, { size: sizeBytes, sha256 });
        await this.deps.ingestion.announce(upload.dataset_id);
        return bringsPiece(req) ? this.receive(upload, { body: req, checksum, onChunk }) : 0;
      });
    } catch (error) {
      await this.discard(upload);
      throw error;
    }
    // Relative, so that it is right behind any prefix that proxies put before it.
    const location = req.path.endsWith('/') ? upload.upload_id : `uploads/${upload.upload_id}`;
    return { status: 201, headers: { ...(await this.headersOf(upload, offset)), Location: location } };
  }

  async head(caller: Person, uploadId: string, req: Request): Promise<Answer> {
    requireTus(req);
    const upload = await this.reachable(caller, uploadId);
    return {
      status: 200,
      headers: {
        ...(await this.headersOf(upload, await this.whereIs(upload))),
        'Upload-Length': String(upload.size_bytes),
        'Cache-Control': 'no-store',
      },
    };
  }

  async patch(caller: Person, uploadId: string, req: Request): Promise<Answer> {
    requireTus(req);
    const upload = await this.reachable(caller, uploadId);
    const offset = offsetOf(req);
    const checksum = checksumOf(req.get('upload-checksum'));
    if (offset !== (await this.whereIs(upload))) throw new KargahError('upload_offset_mismatch');
    requireFits(req, offset, upload.size_bytes);
    const prolonged = await this.prolong(upload);
    const reached = await this.writers.write(uploadId, req, async (onChunk) => {
      // Another request may have written since.
      if ((await this.files.offsetOf(uploadId)) !== offset) throw new KargahError('upload_offset_mismatch');
      return this.receive(upload, { body: req, checksum, onChunk });
    });
    return { status: 204, headers: await this.headersOf(prolonged, reached) };
  }

  async cancel(caller: Person, uploadId: string, req: Request): Promise<Answer> {
    requireTus(req);
    const upload = await this.reachable(caller, uploadId);
    if (!(await this.abandon(upload))) throw new KargahError('not_found');
    return { status: 204 };
  }

  /** Ends the upload of a version that is being deleted. */
  async cancelFor(versionId: string): Promise<void> {
    const upload = await this.deps.store.uploadOf(versionId);
    if (!upload) return;
    await this.writers.interrupt(upload.upload_id);
    await this.files.remove(upload.upload_id);
  }

  /**
   * What unfinished uploads were promised room for and have not sent, by person. One that has sent nothing for ten minutes may still
   * come, but no room is kept for it.
   */
  async awaited(): Promise<Map<string, number>> {
    const since = new Date(Date.now() - PROMISE_MS).toISOString();
    const awaited = new Map<string, number>();
    await Promise.all(
      (await this.deps.store.unfinishedUploads()).map(async ({ upload_id, user_id, size_bytes, created_at }) => {
        const received = (await sizeOf(this.deps.root.upload(upload_id))) ?? 0;
        if (received === 0 && created_at < since) return;
        awaited.set(user_id, (awaited.get(user_id) ?? 0) + Math.max(0, size_bytes - received));
      }),
    );
    return awaited;
  }

  /** After a restart: what was complete goes on, what lost its file is forgotten, and files that belong to nothing go. */
  async recover(): Promise<void> {
    const living = new Set<string>();
    for (const row of await this.deps.versions.inState('uploading')) {
      if (originOf(row).kind !== 'upload') continue;
      const found = await this.deps.store.uploadOf(row.version_id);
      const upload = found && isLiving(found) ? found : null;
      const moved = (await sizeOf(this.deps.root.of(row.content_id).original)) === row.size_bytes;
      const received = upload ? await this.files.roughOffsetOf(upload.upload_id) : null;
      const whole = moved || (upload !== null && received === row.size_bytes && (await this.isWhole(upload)));
      if (upload && whole) await this.conclude(upload);
      else if (received === null) await this.deps.ingestion.cancel(row.version_id);
      if (upload) living.add(upload.upload_id);
    }
    for (const name of await readdir(this.deps.root.uploads)) {
      if (!living.has(name.split('.')[0] ?? '')) await rm(join(this.deps.root.uploads, name), { force: true });
    }
  }

  /** Frees what nobody continued in time. */
  async expire(): Promise<void> {
    const now = Date.now();
    for (const upload of await this.deps.store.uploadsExpiredBefore(new Date(now).toISOString())) {
      if (isLiving(upload) && (await this.abandon(upload))) await this.deps.store.detachUpload(upload.upload_id);
      if (Date.parse(upload.expires_at) < now - REMEMBER_MS) await this.deps.store.forgetUpload(upload.upload_id);
    }
  }

  /** Once the whole has come: whether another dataset of the project is of the very same file. */
  private async headersOf(upload: Living, offset: number): Promise<Record<string, string>> {
    const row = offset === upload.size_bytes ? await this.deps.versions.find(upload.version_id) : undefined;
    const same =
      typeof row?.sha256 === 'string'
        ? await this.deps.versions.otherOfBytes(row.project_id, row.sha256, row.dataset_id)
        : null;
    return {
      'Upload-Offset': String(offset),
      'Upload-Expires': new Date(upload.expires_at).toUTCString(),
      'Kargah-Dataset-Id': upload.dataset_id,
      ...(same === null ? {} : { 'Kargah-Same-Dataset-Id': same }),
    };
  }

  private expiry(): string {
    return new Date(Date.now() + this.deps.limits.uploadExpiryMs).toISOString();
  }

  /** Written down when it has moved on by a little of the whole, and not with every chunk. */
  private async prolong(upload: Living): Promise<Living> {
    const left = Date.parse(upload.expires_at) - Date.now();
    if (left > this.deps.limits.uploadExpiryMs * 0.99) return upload;
    const prolonged = { ...upload, expires_at: this.expiry() };
    await this.deps.store.prolong(upload.upload_id, prolonged.expires_at);
    return prolonged;
  }

  private async begin(caller: Person, announced: Announced): Promise<Living> {
    const { filename, name, sizeBytes, datasetId, reading } = announced;
    const upload = {
      upload_id: newId('up'),
      user_id: caller.userId,
      project_id: caller.projectId,
      filename,
      name: name ?? filename,
      size_bytes: sizeBytes,
      created_at: new Date().toISOString(),
      expires_at: this.expiry(),
    };
    const newVersion = { datasetId, name, filename, sizeBytes, reading, origin: { kind: 'upload' } } as const;
    const started = await this.deps.ingestion.begin(caller, newVersion, upload);
    return { ...upload, dataset_id: started.datasetId, version_id: started.versionId };
  }

  private async reachable(caller: Person, uploadId: string): Promise<Living> {
    const found = await this.deps.store.findUpload(uploadId);
    const upload = requireAccess(caller, 'dataset.write', found && ownedBy('upload', uploadId, found));
    if (Date.parse(upload.expires_at) < Date.now() || !isLiving(upload)) throw new KargahError('upload_gone');
    return upload;
  }

  private async isFinished(upload: Living): Promise<boolean> {
    const row = await this.deps.versions.find(upload.version_id);
    return row !== undefined && row.state !== 'uploading';
  }

  /** How much of an upload that nobody writes to is on the disk. */
  private async whereIs(upload: Living): Promise<number> {
    if (await this.isFinished(upload)) return upload.size_bytes;
    await this.writers.requireFree(upload.upload_id);
    const offset = await this.files.offsetOf(upload.upload_id);
    if (offset === null) throw new KargahError('upload_gone');
    return offset;
  }

  /** Takes bytes and, after the last one, makes them a dataset before anyone else may touch the upload. */
  private async receive(upload: Living, piece: UploadBody): Promise<number> {
    const reached = await this.files.write(upload.upload_id, piece);
    if (reached === upload.size_bytes) await this.finish(upload);
    return reached;
  }

  private async isWhole(upload: Living): Promise<boolean> {
    return (await this.files.offsetOf(upload.upload_id)) === upload.size_bytes;
  }

  /** As `finish`, where nobody waits for the answer. */
  private async conclude(upload: Living): Promise<void> {
    try {
      await this.finish(upload);
    } catch (error) {
      if (!(error instanceof KargahError)) throw error;
      this.deps.log.info({ uploadId: upload.upload_id, code: error.code }, 'an upload was refused at its end');
    }
  }

  /**
   * Moves the complete file to its dataset; safe to repeat after a crash at any point.
   *
   * @throws {KargahError} `upload_checksum_mismatch` for another file than was announced; nothing of it is kept.
   */
  private async finish(upload: Living): Promise<void> {
    const { upload_id: uploadId, version_id: versionId } = upload;
    const proof = await this.files.proofOf(uploadId);
    if (proof.announced !== null && proof.sha256 !== null && proof.announced !== proof.sha256) {
      await this.discard(upload);
      throw new KargahError('upload_checksum_mismatch');
    }
    const folder = this.deps.root.of(versionId);
    const received = this.deps.root.upload(uploadId);
    if ((await sizeOf(received)) !== null) {
      await folder.make();
      await rename(received, folder.original);
      await sync(folder.path);
      await sync(dirname(folder.path));
    }
    await this.deps.ingestion.received(versionId, proof.sha256);
    // Last, since after a crash only it still knows the hash.
    await this.files.forget(uploadId);
  }

  /** Ends an unfinished upload; false for one whose last byte came first. */
  private async abandon(upload: Living): Promise<boolean> {
    await this.writers.interrupt(upload.upload_id);
    if (await this.isFinished(upload)) return false;
    await this.files.remove(upload.upload_id);
    await this.deps.ingestion.cancel(upload.version_id);
    if (Date.parse(upload.expires_at) >= Date.now()) await this.deps.store.forgetUpload(upload.upload_id);
    return true;
  }

  private async discard(upload: Living): Promise<void> {
    await this.files.remove(upload.upload_id);
    await this.deps.store.forgetUpload(upload.upload_id);
    await this.deps.ingestion.cancel(upload.version_id);
  }
}

function isLiving(upload: UploadTable): upload is Living {
  return upload.dataset_id !== null && upload.version_id !== null;
}
