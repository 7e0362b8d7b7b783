import { Metadata } from '@tus/server';
import type { Request } from 'express';
import { z } from 'zod';
import { datasetId } from '../../../contract/common.js';
import { reading, type Reading } from '../../../contract/datasets/datasets.js';
import { KargahError } from '../../../lib/errors.js';
import { bytesText } from '../../content/quota.js';
import { isKnownFormat, plainName } from './names.js';

/** What a new upload says about itself, checked before its first byte. */
export interface Announced {
  readonly filename: string;
  /** What a new dataset is called; null: like the file. */
  readonly name: string | null;
  readonly sizeBytes: number;
  /** What all its bytes hash to, where the sender knows. */
  readonly sha256: string | null;
  /** The dataset whose next version it is; null for a new one. */
  readonly datasetId: string | null;
  /** How the person wants it read; null for what is found out. */
  readonly reading: Reading | null;
}

const told = z.object({
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/u)
    .nullable(),
  dataset_id: datasetId.nullable(),
  reading: reading.nullable(),
});

/** @throws {KargahError} `upload_protocol`, `unsupported_format`, `empty_file` or `file_too_large`. */
export function announcedBy(req: Request, maxBytes: number): Announced {
  const length = req.get('upload-length');
  if (length === undefined || !/^\d{1,15}$/u.test(length)) {
    throw new KargahError('upload_protocol', { reason: 'Upload-Length' });
  }
  const metadata = metadataOf(req.get('upload-metadata'));
  const filename = plainName(metadata['filename'] ?? '');
  if (filename === '') throw new KargahError('upload_protocol', { reason: 'Upload-Metadata: filename' });
  if (!isKnownFormat(filename)) throw new KargahError('unsupported_format');
  const sizeBytes = Number(length);
  if (sizeBytes === 0) throw new KargahError('empty_file');
  if (sizeBytes > maxBytes) throw new KargahError('file_too_large', { limit: bytesText(maxBytes) });
  const { sha256, dataset_id, reading } = toldBy(metadata);
  const name = plainName(metadata['name'] ?? '') || null;
  return { filename, name, sizeBytes, sha256, datasetId: dataset_id, reading };
}

function toldBy(metadata: Record<string, string | null>): z.infer<typeof told> {
  const given = metadata['reading'] ?? null;
  let options: unknown = null;
  try {
    if (given !== null) options = JSON.parse(given);
  } catch (cause) {
    throw new KargahError('upload_protocol', { reason: 'Upload-Metadata: reading' }, { cause });
  }
  const parsed = told.safeParse({
    sha256: metadata['sha256']?.toLowerCase() ?? null,
    dataset_id: metadata['dataset_id'] ?? null,
    reading: options,
  });
  if (parsed.success) return parsed.data;
  const field = String(parsed.error.issues[0]?.path[0] ?? '');
  throw new KargahError('upload_protocol', { reason: `Upload-Metadata: ${field}` }, { cause: parsed.error });
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
