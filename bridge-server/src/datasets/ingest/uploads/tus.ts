import type { Request } from 'express';
import { KargahError } from '../../../lib/errors.js';
import { bytesText } from '../../content/quota.js';
import { ALGORITHMS } from './checksum.js';

/** What a piece is sent as. */
const CONTENT_TYPE = 'application/offset+octet-stream';
const VERSION = '1.0.0';
const EXTENSIONS = ['creation', 'creation-with-upload', 'checksum', 'expiration', 'termination'];
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/u;
/** Printable ASCII without space and comma, which separate pairs. */
const KEY = /^[\x21-\x2b\x2d-\x7e]+$/u;

/** What this server can: the answer to `OPTIONS`. */
export function capabilities(maxBytes: number): Record<string, string> {
  return {
    'Tus-Resumable': VERSION,
    'Tus-Version': VERSION,
    'Tus-Extension': EXTENSIONS.join(','),
    'Tus-Max-Size': String(maxBytes),
    'Tus-Checksum-Algorithm': ALGORITHMS.join(','),
  };
}

/**
 * `Tus-Resumable` says that the client means this protocol at all; every answer from here on carries it too.
 *
 * @throws {KargahError} `upload_protocol` where it is missing, `upload_version` for another version than ours.
 */
export function requireTus(req: Request): void {
  req.res?.set('Tus-Resumable', VERSION);
  const version = req.get('tus-resumable');
  if (version === undefined) throw new KargahError('upload_protocol', { reason: `Tus-Resumable: ${VERSION}` });
  if (version !== VERSION)
    throw new KargahError('upload_version', { version: VERSION }, { headers: { 'Tus-Version': VERSION } });
}

/**
 * The length that a new upload announces.
 *
 * @throws {KargahError} `upload_protocol`: a length that comes later cannot be held against the room on the disk.
 */
export function lengthOf(req: Request): number {
  const length = req.get('upload-length');
  if (length === undefined || !/^\d{1,15}$/u.test(length))
    throw new KargahError('upload_protocol', { reason: 'Upload-Length' });
  return Number(length);
}

/**
 * Where a piece begins, before its body is touched: the answer to a piece that is refused could be lost in a connection that still sends.
 *
 * @throws {KargahError} `upload_protocol`
 */
export function offsetOf(req: Request): number {
  const offset = req.get('upload-offset');
  if (offset === undefined || !/^\d{1,15}$/u.test(offset))
    throw new KargahError('upload_protocol', { reason: 'Upload-Offset' });
  if (!bringsPiece(req)) throw new KargahError('upload_protocol', { reason: `Content-Type: ${CONTENT_TYPE}` });
  return Number(offset);
}

export function bringsPiece(req: Request): boolean {
  return req.get('content-type') === CONTENT_TYPE;
}

/** @throws {KargahError} `file_too_large` for a body that says that it goes beyond the `size` that was announced. */
export function requireFits(req: Request, offset: number, size: number): void {
  const length = Number(req.get('content-length') ?? 0);
  if (offset + length > size) throw new KargahError('file_too_large', { limit: bytesText(size) });
}

/**
 * The pairs of `Upload-Metadata`: each a key and, but for an empty value, its value in base64.
 *
 * @throws {KargahError} `upload_protocol`
 */
export function metadataOf(req: Request): ReadonlyMap<string, string> {
  const pairs = new Map<string, string>();
  for (const pair of (req.get('upload-metadata') ?? '').split(',')) {
    const [key = '', value = '', ...more] = pair.trim().split(' ');
    if (!KEY.test(key) || !BASE64.test(value) || more.length > 0 || pairs.has(key))
      throw new KargahError('upload_protocol', { reason: 'Upload-Metadata' });
    pairs.set(key, Buffer.from(value, 'base64').toString());
  }
  return pairs;
}
