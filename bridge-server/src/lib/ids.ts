import { randomBytes } from 'node:crypto';

const LETTERS = '0123456789abcdefghjkmnpqrstvwxyz';

/** A fresh id: its kind, then 80 random bits. */
export function newId<P extends string>(prefix: P): `${P}_${string}` {
  return `${prefix}_${[...randomBytes(16)].map((byte) => LETTERS[byte % 32]).join('')}`;
}
