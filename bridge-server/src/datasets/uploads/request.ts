import { Metadata } from '@tus/server';
import type { Request } from 'express';
import { KargahError } from '../../errors.js';

const SUFFIX = /\.(?:csv|tsv|txt|parquet|pq|jsonl|ndjson|json|zip)$/iu;
const MAX_NAME = 200;

/** What a new upload says about itself, checked before its first byte. */
export interface Announced {
  readonly filename: string;
  readonly name: string;
  readonly sizeBytes: number;
}

/** @throws {KargahError} `upload_protocol`, `unsupported_format`, `empty_file` or `file_too_large`. */
export function announcedBy(req: Request, maxBytes: number): Announced {
  const length = req.get('upload-length');
  if (length === undefined || !/^\d{1,15}$/u.test(length)) {
    throw new KargahError('upload_protocol', { reason: 'Upload-Length' });
  }
  const metadata = metadataOf(req.get('upload-metadata'));
  const filename = plainName(metadata['filename'] ?? '');
  if (filename === '') throw new KargahError('upload_protocol', { reason: 'Upload-Metadata: filename' });
  if (!SUFFIX.test(filename)) throw new KargahError('unsupported_format');
  const sizeBytes = Number(length);
  if (sizeBytes === 0) throw new KargahError('empty_file');
  if (sizeBytes > maxBytes) throw new KargahError('file_too_large', { limit: bytesText(maxBytes) });
  return { filename, name: plainName(metadata['name'] ?? '') || filename, sizeBytes };
}

/** `Tus-Resumable` says that the client means this protocol at all. */
export function requireTus(req: Request): void {
  if (req.get('tus-resumable') !== '1.0.0')
    throw new KargahError('upload_protocol', { reason: 'Tus-Resumable: 1.0.0' });
}

function metadataOf(header: string | undefined): Record<string, string | null> {
  try {
    return Metadata.parse(header);
  } catch (cause) {
    throw new KargahError('upload_protocol', { reason: 'Upload-Metadata' }, { cause });
  }
}

/** The last part of a path, without control and direction marks; long names keep their suffix. */
function plainName(given: string): string {
  const name = (given.split(/[/\\]/u).at(-1) ?? '')
    .normalize('NFC')
    .replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, '')
    .trim();
  if (name.length <= MAX_NAME) return name;
  const suffix = SUFFIX.exec(name)?.[0] ?? '';
  return name.slice(0, MAX_NAME - suffix.length) + suffix;
}

export function bytesText(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'] as const;
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  return `${Number((bytes / 2 ** (10 * power)).toFixed(1))} ${units[power] ?? 'B'}`;
}
