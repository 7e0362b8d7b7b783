import { Server } from '@tus/server';
import type { Request } from 'express';
import type { ErrorCode } from '../../../contract/errors.js';
import { KargahError } from '../../../lib/errors.js';
import { bytesText } from '../../content/quota.js';
import { ALGORITHMS } from './checksum.js';
import type { UploadFiles } from './files.js';

const PATH = '/api/v1/uploads';
/** What tus needs to know of a request; its body does not go through it. */
const HEADERS = [
  'content-length',
  'content-type',
  'tus-resumable',
  'upload-length',
  'upload-metadata',
  'upload-offset',
] as const;
const CODES: Readonly<Record<number, ErrorCode>> = {
  404: 'not_found',
  409: 'upload_offset_mismatch',
  410: 'upload_gone',
  413: 'file_too_large',
  423: 'upload_locked',
};

/** What tus answered, but for what is ours to say. */
export interface Passed {
  readonly status: number;
  readonly headers: Record<string, string>;
}

/** The protocol tus 1.0, spoken by `@tus/server` over our files; ours are the addresses, the errors and who may ask. */
export class Tus {
  private readonly server: Server;
  /** Why tus failed, by request: its answers carry only a status. */
  private readonly causes = new WeakMap<object, unknown>();

  constructor(
    files: UploadFiles,
    private readonly maxBytes: number,
  ) {
    this.server = new Server({
      path: PATH,
      datastore: files,
      maxSize: maxBytes,
      namingFunction: (req) => new URL(req.url).searchParams.get('id') ?? '',
      generateUrl: (_req, { id }) => id,
      onResponseError: (req, error) => {
        this.causes.set(req, error);
        return undefined;
      },
    });
  }

  /** What this server can. */
  async options(req: Request): Promise<Passed> {
    const { headers } = await this.pass(req, PATH, this.maxBytes);
    return {
      status: 204,
      headers: {
        ...headers,
        'Tus-Max-Size': String(this.maxBytes),
        'Tus-Checksum-Algorithm': ALGORITHMS.join(','),
      },
    };
  }

  /** Begins an upload of `size` bytes under an id of ours. @throws {KargahError} */
  create(req: Request, uploadId: string, size: number): Promise<Passed> {
    return this.pass(req, `${PATH}?id=${uploadId}`, size);
  }

  /** Anything else that is asked of an upload of `size` bytes. @throws {KargahError} */
  ask(req: Request, uploadId: string, size: number): Promise<Passed> {
    return this.pass(req, `${PATH}/${uploadId}`, size);
  }

  private async pass(req: Request, path: string, size: number): Promise<Passed> {
    const headers = new Headers();
    for (const name of HEADERS) {
      const value = req.get(name);
      if (value !== undefined) headers.set(name, value);
    }
    const request = new globalThis.Request(`http://bridge${path}`, { method: req.method, headers });
    const response = await this.server.handleWeb(request);
    if (response.status >= 400) {
      const cause = this.causes.get(request);
      if (cause instanceof KargahError) throw cause;
      const code = CODES[response.status];
      if (response.status >= 500 || (cause instanceof Error && code === undefined))
        throw cause instanceof Error ? cause : new Error(`tus answered ${String(response.status)}`, { cause });
      const limit = { limit: bytesText(size) };
      if (code) throw new KargahError(code, code === 'file_too_large' ? limit : {}, { cause });
      throw new KargahError('upload_protocol', { reason: (await response.text()).trim().slice(0, 200) }, { cause });
    }
    const passed = [...response.headers].filter(([name]) => /^(?:tus|upload)-/u.test(name));
    return { status: response.status, headers: Object.fromEntries(passed) };
  }
}
