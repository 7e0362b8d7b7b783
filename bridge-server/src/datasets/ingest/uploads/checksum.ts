import { KargahError } from '../../../lib/errors.js';

export const ALGORITHMS = ['sha1', 'sha256'] as const;

/** What a chunk must hash to. */
export interface Checksum {
  readonly algorithm: (typeof ALGORITHMS)[number];
  readonly digest: Buffer;
}

/** @throws {KargahError} `upload_protocol` for what cannot be compared. */
export function checksumOf(header: string | undefined): Checksum | null {
  if (header === undefined) return null;
  const [name, encoded, ...rest] = header.trim().split(' ');
  const algorithm = ALGORITHMS.find((known) => known === name);
  const digest = Buffer.from(encoded ?? '', 'base64');
  if (algorithm === undefined || rest.length > 0 || digest.length !== (algorithm === 'sha1' ? 20 : 32))
    throw new KargahError('upload_protocol', { reason: `Upload-Checksum: ${ALGORITHMS.join('|')} <base64>` });
  return { algorithm, digest };
}
