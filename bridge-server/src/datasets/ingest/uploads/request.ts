import type { Request } from 'express';
import { z } from 'zod';
import { datasetId } from '../../../contract/common.js';
import { reading, type Reading } from '../../../contract/datasets/datasets.js';
import { KargahError } from '../../../lib/errors.js';
import { bytesText } from '../../content/quota.js';
import { isKnownFormat, plainName } from './names.js';
import { lengthOf, metadataOf } from './tus.js';

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
  const sizeBytes = lengthOf(req);
  const metadata = metadataOf(req);
  const filename = plainName(metadata.get('filename') ?? '');
  if (filename === '') throw new KargahError('upload_protocol', { reason: 'Upload-Metadata: filename' });
  if (!isKnownFormat(filename)) throw new KargahError('unsupported_format');
  if (sizeBytes === 0) throw new KargahError('empty_file');
  if (sizeBytes > maxBytes) throw new KargahError('file_too_large', { limit: bytesText(maxBytes) });
  const { sha256, dataset_id, reading } = toldBy(metadata);
  const name = plainName(metadata.get('name') ?? '') || null;
  return { filename, name, sizeBytes, sha256, datasetId: dataset_id, reading };
}

function toldBy(metadata: ReadonlyMap<string, string>): z.infer<typeof told> {
  const given = metadata.get('reading');
  let options: unknown = null;
  try {
    if (given !== undefined) options = JSON.parse(given);
  } catch (cause) {
    throw new KargahError('upload_protocol', { reason: 'Upload-Metadata: reading' }, { cause });
  }
  const parsed = told.safeParse({
    sha256: metadata.get('sha256')?.toLowerCase() ?? null,
    dataset_id: metadata.get('dataset_id') ?? null,
    reading: options,
  });
  if (parsed.success) return parsed.data;
  const field = String(parsed.error.issues[0]?.path[0] ?? '');
  throw new KargahError('upload_protocol', { reason: `Upload-Metadata: ${field}` }, { cause: parsed.error });
}
