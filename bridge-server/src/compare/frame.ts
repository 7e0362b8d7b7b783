import { bytesOf } from './curves.js';

/** The magic, and the length of the text. */
const HEAD = 8;

/** The numbers behind a text, which refers to them by their offsets. */
export class Floats {
  readonly #parts: Float32Array[] = [];
  readonly #places = new Map<Float32Array, number>();
  #count = 0;

  /** The offset of these numbers; an array that was added before is not repeated. */
  put(values: Float32Array): number {
    const before = this.#places.get(values);
    if (before !== undefined) return before;
    const at = this.#count;
    this.#places.set(values, at);
    this.#parts.push(values);
    this.#count += values.length;
    return at;
  }

  /** Where these stand one behind the other. */
  putAll(first: Float32Array, ...others: readonly Float32Array[]): number {
    const before = this.#places.get(first);
    if (before !== undefined) return before;
    const at = this.put(first);
    for (const values of others) this.put(values);
    return at;
  }

  get count(): number {
    return this.#count;
  }

  get bytes(): Buffer[] {
    return this.#parts.map(bytesOf);
  }
}

/** Magic (4 letters), length of the text (u32), text filled up with spaces to a multiple of 4 bytes, numbers (f32); little-endian. */
export function frame(magic: string, json: unknown, floats: Floats): Buffer {
  const text = Buffer.from(JSON.stringify(json));
  const filled = Buffer.concat([text, Buffer.alloc((4 - (text.length % 4)) % 4, ' ')]);
  const head = Buffer.alloc(HEAD);
  head.write(magic, 'ascii');
  head.writeUInt32LE(filled.length, 4);
  return Buffer.concat([head, filled, ...floats.bytes]);
}

/** @throws where it is not such a frame, or a truncated one */
export function unframe(magic: string, bytes: Buffer): { json: unknown; floats: Float32Array } {
  if (bytes.toString('ascii', 0, 4) !== magic) throw new Error('these are other bytes');
  const end = HEAD + bytes.readUInt32LE(4);
  const numbers = bytes.subarray(end);
  if (bytes.length < end || numbers.length % 4 > 0) throw new Error('the bytes end too early');
  const floats = new Float32Array(numbers.length / 4);
  new Uint8Array(floats.buffer).set(numbers);
  return { json: JSON.parse(bytes.toString('utf8', HEAD, end)), floats };
}
