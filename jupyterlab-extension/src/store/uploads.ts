import type { Upload } from 'tus-js-client';
import { type Api } from '../api/client.js';
import { ApiError, type ApiErrorCode, asApiError, problemFrom, unreachable } from '../api/errors.js';
import { SUFFIXES } from '../api/generated/suffixes.js';
import type { Live } from '../live/client.js';
import { Observable } from '../lib/observable.js';

export type UploadState = 'sending' | 'paused' | 'retrying' | 'needs_file' | 'failed';

export interface UploadItem {
  readonly id: string;
  readonly name: string;
  readonly size: number;
  readonly sent: number;
  readonly state: UploadState;
  /** Bytes a second, smoothed; null until measured. */
  readonly speed: number | null;
  readonly error: ApiError | null;
  /** What it becomes, once the bridge has said so. */
  readonly datasetId: string | null;
}

/** Through Jupyter's proxy a chunk is held in memory whole. */
const CHUNK_BYTES = 8 * 1024 * 1024;
/** What passes when room is made or another writer ends: the upload is still where it was. */
const PASSING: readonly (ApiErrorCode | undefined)[] = [
  'storage_full',
  'quota_exceeded',
  'upload_locked',
  'upload_offset_mismatch',
];
const RETRIES = [0, 500, 1_000, 2_000, 4_000, 8_000];

export function mayGoOn({ state, error }: UploadItem): boolean {
  return state === 'failed' && PASSING.includes(error?.code);
}

export type Refusal = 'format' | 'empty';

/** Why a file is refused before anything of it is sent. */
export function refusalOf({ name, size }: Pick<File, 'name' | 'size'>): Refusal | null {
  if (!SUFFIXES.some((ending) => name.toLowerCase().endsWith(ending))) return 'format';
  return size === 0 ? 'empty' : null;
}

/** What is done with a file. */
export interface Sent {
  /** Whose next version it is; absent makes a dataset of it. */
  readonly datasetId?: string | undefined;
  /** Called at the end where another dataset of the project holds the very same file. */
  readonly onSame?: ((datasetId: string) => void) | undefined;
}

type Tus = typeof import('tus-js-client');

interface Sending {
  readonly file: File;
  readonly upload: Upload;
  mark: { at: number; sent: number };
}

/** Whether an answer comes from a bridge that is away, busy or does not know who asks, rather than from one without this upload. */
const saysNothing = (status: number): boolean => status >= 500 || [401, 408, 429].includes(status);

/**
 * Files on their way to becoming datasets. Each goes by tus in chunks, so that a cut line, a restarted bridge or a reloaded
 * page costs at most one chunk; after a reload the browser no longer has the file, and the row asks for it again.
 */
export class Uploads {
  readonly items = new Observable<readonly UploadItem[]>([]);
  private readonly sending = new Map<string, Sending>();
  private counter = 0;

  constructor(
    private readonly api: Api,
    live: Live,
    private readonly loadTus: () => Promise<Tus>,
  ) {
    live.connection.subscribe(({ state }) => {
      if (state === 'connected') {
        this.items.get().forEach((item) => item.state === 'retrying' && this.resume(item.id));
      }
    });
    api.session.state.subscribe((session) => {
      if (session.status === 'signed_in') {
        void this.recall();
      } else if (session.status === 'signed_out') {
        this.sending.forEach(({ upload }) => void upload.abort());
        this.sending.clear();
        this.items.set([]);
      }
    });
  }

  /** Begins (or takes up again, if the same file was on its way). Refused at once: what is empty or no format of ours. */
  add(files: Iterable<File>, sent: Sent = {}): readonly { name: string; reason: Refusal }[] {
    const refused: { name: string; reason: Refusal }[] = [];
    for (const file of files) {
      const reason = refusalOf(file);
      if (reason === null) void this.begin(file, sent);
      else refused.push({ name: file.name, reason });
    }
    return refused;
  }

  pause(id: string): void {
    void this.sending.get(id)?.upload.abort();
    this.change(id, { state: 'paused', speed: null });
  }

  resume(id: string): void {
    const sending = this.sending.get(id);
    if (sending !== undefined) {
      sending.mark = { at: performance.now(), sent: this.find(id)?.sent ?? 0 };
      this.change(id, { state: 'sending', error: null });
      sending.upload.start();
    }
  }

  /** Ends the upload on both sides. */
  async cancel(id: string): Promise<void> {
    const sending = this.sending.get(id);
    const item = this.find(id);
    this.drop(id);
    if (sending !== undefined) {
      // An upload the bridge no longer knows is cancelled already.
      await sending.upload.abort(true).catch(() => undefined);
    } else if (item !== undefined) {
      const storage = (await this.loadTus()).defaultOptions.urlStorage;
      const previous = await storage.findAllUploads();
      const found = previous.find((one) => one.urlStorageKey === id);
      if (found !== undefined) {
        await storage.removeUpload(found.urlStorageKey);
        const path = found.uploadUrl === null ? null : /\/api\/v1\/uploads\/[^/]+$/.exec(found.uploadUrl)?.[0];
        if (path != null) {
          await this.api
            .fetch(path, { method: 'DELETE', headers: { 'Tus-Resumable': '1.0.0' } })
            .catch(() => undefined);
        }
      }
    }
  }

  /** What was refused for good is only dismissed: there is nothing left to end. */
  dismiss(id: string): void {
    this.drop(id);
  }

  private fingerprint(file: File): string {
    const session = this.api.session.state.get();
    const user = session.status === 'signed_in' ? session.user.user_id : 'nobody';
    return `kargah-${user}-${file.name}-${file.size}-${file.lastModified}`;
  }

  private async begin(file: File, { datasetId: versionOf, onSame }: Sent): Promise<void> {
    const fingerprint = `${this.fingerprint(file)}${versionOf === undefined ? '' : `-${versionOf}`}`;
    const waiting = this.items
      .get()
      .find((item) => item.state === 'needs_file' && item.id.startsWith(`tus::${fingerprint}::`));
    const id = waiting?.id ?? `upload-${(this.counter += 1)}`;
    if (waiting === undefined) {
      const item: UploadItem = {
        id,
        name: file.name,
        size: file.size,
        sent: 0,
        state: 'sending',
        speed: null,
        error: null,
        datasetId: null,
      };
      this.items.update((items) => [...items, item]);
    } else {
      this.change(id, { state: 'sending' });
    }
    const tus = await this.loadTus();
    let same: string | undefined;
    const upload = new tus.Upload(file, {
      endpoint: `${this.api.baseUrl()}/api/v1/uploads`,
      chunkSize: CHUNK_BYTES,
      metadata: { filename: file.name, ...(versionOf === undefined ? {} : { dataset_id: versionOf }) },
      fingerprint: () => Promise.resolve(fingerprint),
      storeFingerprintForResuming: true,
      removeFingerprintOnSuccess: true,
      retryDelays: RETRIES,
      onBeforeRequest: async (request) => {
        for (const [name, value] of Object.entries(await this.api.headers())) {
          request.setHeader(name, value);
        }
        const underlying: unknown = request.getUnderlyingObject();
        if (underlying instanceof XMLHttpRequest) {
          underlying.withCredentials = true;
        }
      },
      onAfterResponse: (request, response) => {
        // Without an answer to where it stopped, tus-js-client begins the whole file anew; asked again, it goes on.
        if (request.getMethod() === 'HEAD' && saysNothing(response.getStatus())) {
          throw new Error(`The bridge did not say how far the upload got (${String(response.getStatus())})`);
        }
        const datasetId = response.getHeader('Kargah-Dataset-Id');
        if (datasetId !== undefined) {
          this.change(id, { datasetId });
        }
        same = response.getHeader('Kargah-Same-Dataset-Id') ?? same;
      },
      onShouldRetry: (error) => {
        const status = error.originalResponse?.getStatus() ?? 0;
        if (status === 0 || status >= 500) {
          this.change(id, { state: 'retrying', speed: null });
        }
        return status === 0 || (status >= 500 && status !== 507) || status === 409 || status === 423 || status === 401;
      },
      onProgress: (sent) => this.progress(id, sent),
      onSuccess: () => {
        this.drop(id);
        if (same !== undefined) onSame?.(same);
      },
      onError: (error) => this.fail(id, error),
    });
    const [previous] = await upload.findPreviousUploads();
    if (previous !== undefined) {
      upload.resumeFromPreviousUpload(previous);
    }
    if (this.find(id) === undefined) {
      return;
    }
    this.sending.set(id, { file, upload, mark: { at: performance.now(), sent: 0 } });
    if (this.find(id)?.state === 'sending') {
      upload.start();
    }
  }

  private progress(id: string, sent: number): void {
    const sending = this.sending.get(id);
    const item = this.find(id);
    if (sending === undefined || item === undefined || item.state === 'paused') {
      return;
    }
    const now = performance.now();
    const elapsed = (now - sending.mark.at) / 1000;
    let { speed } = item;
    if (elapsed > 0.5) {
      const measured = Math.max(0, sent - sending.mark.sent) / elapsed;
      speed = speed === null ? measured : speed * 0.7 + measured * 0.3;
      sending.mark = { at: now, sent };
    }
    this.change(id, { sent, speed, state: 'sending' });
  }

  private fail(id: string, error: Error): void {
    const response =
      'originalResponse' in error
        ? (error.originalResponse as { getStatus(): number; getBody(): string } | null)
        : null;
    const status = response?.getStatus() ?? 0;
    const reason = response === null ? unreachable() : asApiError(problemFrom(status, response.getBody()));
    if (status === 0 || (status >= 500 && status !== 507)) {
      // Out of tries: the next connection takes it up.
      this.change(id, { state: 'retrying', speed: null });
      return;
    }
    this.change(id, { state: 'failed', error: reason, speed: null });
  }

  /** Uploads of this person that a reload interrupted. */
  private async recall(): Promise<void> {
    const session = this.api.session.state.get();
    if (session.status !== 'signed_in') {
      return;
    }
    const prefix = `tus::kargah-${session.user.user_id}-`;
    if (!Object.keys(window.localStorage).some((key) => key.startsWith(prefix))) {
      return;
    }
    const storage = (await this.loadTus()).defaultOptions.urlStorage;
    const previous = await storage.findAllUploads();
    const known = new Set(this.items.get().map((item) => item.id));
    const recalled = previous
      .filter((one) => one.urlStorageKey.startsWith(prefix) && !known.has(one.urlStorageKey))
      .map((one): UploadItem => ({
        id: one.urlStorageKey,
        name: one.metadata['filename'] ?? '',
        size: one.size ?? 0,
        sent: 0,
        state: 'needs_file',
        speed: null,
        error: null,
        datasetId: null,
      }));
    if (this.sending.size === 0) {
      this.items.update((items) => [...items.filter((item) => item.state !== 'needs_file'), ...recalled]);
    }
  }

  private find(id: string): UploadItem | undefined {
    return this.items.get().find((item) => item.id === id);
  }

  private change(id: string, change: Partial<UploadItem>): void {
    this.items.update((items) => items.map((item) => (item.id === id ? { ...item, ...change } : item)));
  }

  private drop(id: string): void {
    this.sending.delete(id);
    this.items.update((items) => items.filter((item) => item.id !== id));
  }
}
