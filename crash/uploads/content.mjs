// The bytes of uploads: made where they are sent, so that none lie on the disk twice, and any piece of them again after a cut.
import { createCipheriv, createHash } from 'node:crypto';

const BLOCK = 16;
const PIECE = 4 << 20;

/** Bytes that nothing compresses and that follow from `seed` and `number` alone. */
export class Content {
  #key;

  constructor(seed, number, size) {
    this.size = size;
    this.#key = createHash('sha256')
      .update(`${String(seed)}/${String(number)}`)
      .digest()
      .subarray(0, 16);
  }

  /** Bytes from `start` to before `end`: a cipher's key stream can begin anywhere. */
  slice(start, end) {
    const first = Math.floor(start / BLOCK);
    const counter = Buffer.alloc(BLOCK);
    counter.writeBigUInt64BE(BigInt(first), 8);
    const bytes = createCipheriv('aes-128-ctr', this.#key, counter).update(Buffer.alloc(end - first * BLOCK));
    return bytes.subarray(start - first * BLOCK);
  }

  sha256() {
    const hash = createHash('sha256');
    for (let at = 0; at < this.size; at += PIECE) hash.update(this.slice(at, Math.min(this.size, at + PIECE)));
    return hash.digest('hex');
  }
}
