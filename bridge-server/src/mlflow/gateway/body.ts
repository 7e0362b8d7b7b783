import type { IncomingMessage } from 'node:http';
import { parseJson } from 'mlflow-js-client';
import { KargahError } from '../../lib/errors.js';
import { IDLE_SECONDS, whileMoving } from './intake.js';
import type { JsonBody } from '../rules/request.js';

/**
 * MLflow sets no limit but its own on what a request says, by letters: a hundred parameters of 6,000 letters are 4 MB of JSON, and
 * records of evaluation datasets may be longer.
 */
const LIMIT_BYTES = 16 * 2 ** 20;

export interface ReadBody {
  /** As it came, and as it is sent on. */
  readonly bytes: Buffer;
  readonly json: JsonBody | null;
}

/**
 * Reads a whole JSON body. MLflow must see the same as we do, so everything two readers could read in two ways is refused: packed
 * bodies, other encodings than UTF-8, JSON within a JSON string.
 *
 * @throws {KargahError} `payload_too_large`, `malformed_json`, `unsupported_media_type`, `request_timeout`.
 */
export async function readJson(req: IncomingMessage): Promise<ReadBody> {
  const packed = req.headers['content-encoding'];
  if (packed !== undefined && packed !== 'identity') {
    throw new KargahError('unsupported_media_type', { expected: 'UTF-8 application/json' });
  }
  if (Number(req.headers['content-length'] ?? 0) > LIMIT_BYTES) throw tooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of whileMoving(req, IDLE_SECONDS)) {
    size += chunk.length;
    if (size > LIMIT_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  const bytes = Buffer.concat(chunks);
  return { bytes, json: size === 0 ? null : objectIn(bytes) };
}

const tooLarge = (): KargahError => new KargahError('payload_too_large', { limit: '16 MiB' });

function objectIn(bytes: Buffer): JsonBody {
  let value: unknown;
  try {
    value = parseJson(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (cause) {
    throw new KargahError('malformed_json', {}, { cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new KargahError('malformed_json');
  return value as JsonBody;
}
