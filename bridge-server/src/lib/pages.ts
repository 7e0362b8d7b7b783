import { KargahError } from './errors.js';

export const BAD_CURSOR = {
  path: 'cursor',
  message: 'This is not a cursor of this list.',
  message_fa: 'این نشانگر از این فهرست نیست.',
  code: 'invalid_cursor',
};

/** A place in a list, as its next page is asked for. */
export function encodeCursor(place: readonly [string, string]): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/** @throws {KargahError} `validation_failed` for anything that no list gave. */
export function decodeCursor(cursor: string): [string, string] {
  const invalid = (cause?: unknown): KargahError =>
    new KargahError('validation_failed', {}, { errors: [BAD_CURSOR], cause });
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(value) && isPlain(value[0]) && isPlain(value[1])) return [value[0], value[1]];
  } catch (error) {
    throw invalid(error);
  }
  throw invalid();
}

/** PostgreSQL takes no NUL in a text. */
function isPlain(value: unknown): value is string {
  return typeof value === 'string' && !value.includes('\0');
}
