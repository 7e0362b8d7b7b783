import type { Int64, MetricPoint } from '../../contract/training/metrics.js';

/**
 * A point on the disk and in memory, 32 bytes, little-endian: the number of its name (4), nothing (4), step and time (8 each,
 * integers), value (8, a double). The words of 4 bytes of a point are counted here.
 */
export const POINT_BYTES = 32;
const WORDS = 8;
const STEP = 2;
const TIME = 4;
const VALUE = 3;

/** Points one after the other as they came. */
export class Points {
  #bytes: Buffer;
  #count = 0;

  constructor(room = 64) {
    this.#bytes = Buffer.alloc(room * POINT_BYTES);
  }

  get count(): number {
    return this.#count;
  }

  add(name: number, { step, timestamp, value }: MetricPoint): void {
    const at = this.#count * POINT_BYTES;
    if (at === this.#bytes.length) {
      const wider = Buffer.alloc(this.#bytes.length * 2);
      this.#bytes.copy(wider);
      this.#bytes = wider;
    }
    this.#bytes.writeUInt32LE(name, at);
    this.#bytes.writeBigInt64LE(BigInt(step), at + 8);
    this.#bytes.writeBigInt64LE(BigInt(timestamp), at + 16);
    this.#bytes.writeDoubleLE(Number(value), at + 24);
    this.#count += 1;
  }

  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#count * POINT_BYTES);
  }
}

/** The points of one metric: which of the columns they are, in the order of time. */
export interface Series {
  readonly key: string;
  readonly at: Int32Array;
}

/** A job's points by metric. Each counts once, however often it was sent, as in MLflow. */
export class Columns {
  readonly #words: Int32Array;
  readonly #values: Float64Array;

  /** @param names of the metrics, by their numbers */
  constructor(
    bytes: Buffer,
    private readonly names: readonly string[],
  ) {
    const aligned = new ArrayBuffer(bytes.length);
    new Uint8Array(aligned).set(bytes);
    this.#words = new Int32Array(aligned);
    this.#values = new Float64Array(aligned);
  }

  /** In the order in which the metrics first came. */
  series(wanted: (key: string) => boolean = () => true): Series[] {
    const count = this.#words.length / WORDS;
    const starts = new Int32Array(this.names.length + 1);
    for (let at = 0; at < count; at += 1) starts[this.#words[at * WORDS]! + 1]! += 1;
    for (let name = 0; name < this.names.length; name += 1) starts[name + 1]! += starts[name]!;
    const next = starts.slice();
    const sorted = new Int32Array(count);
    for (let at = 0; at < count; at += 1) sorted[next[this.#words[at * WORDS]!]!++] = at;
    return this.names.flatMap((key, name) =>
      wanted(key) && starts[name] !== starts[name + 1]
        ? [{ key, at: this.#once(sorted.subarray(starts[name], starts[name + 1])) }]
        : [],
    );
  }

  valueOf(at: number): MetricPoint['value'] {
    const value = this.#values[at * (WORDS / 2) + VALUE]!;
    return Number.isFinite(value) ? value : (String(value) as 'NaN');
  }

  stepOf(at: number): Int64 {
    return this.#integer(at * WORDS + STEP);
  }

  timeOf(at: number): Int64 {
    return this.#integer(at * WORDS + TIME);
  }

  /**
   * At most about four points for each of `buckets` stretches: first, last, least and greatest, and one that is no finite number
   * where there is one. The first, last, least and greatest of all are among them.
   */
  thinned({ key, at }: Series, buckets: number): Series {
    if (at.length <= buckets * 4) return { key, at };
    const kept: number[] = [];
    for (let bucket = 0; bucket < buckets; bucket += 1) {
      const from = Math.floor((bucket * at.length) / buckets);
      const to = Math.floor(((bucket + 1) * at.length) / buckets);
      let [low, high, odd] = [-1, -1, -1];
      for (let index = from; index < to; index += 1) {
        const value = this.#values[at[index]! * (WORDS / 2) + VALUE]!;
        if (!Number.isFinite(value)) odd = odd < 0 ? index : odd;
        else {
          if (low < 0 || value < this.#values[at[low]! * (WORDS / 2) + VALUE]!) low = index;
          if (high < 0 || value > this.#values[at[high]! * (WORDS / 2) + VALUE]!) high = index;
        }
      }
      const chosen = new Set([from, low, high, odd, to - 1].filter((index) => index >= 0));
      kept.push(...[...chosen].sort((a, b) => a - b));
    }
    return { key, at: Int32Array.from(kept, (index) => at[index]!) };
  }

  /** In the order of time and step, as MLflow answers them; nearly always they came so. */
  #once(at: Int32Array): Int32Array {
    let inOrder = true;
    for (let index = 1; index < at.length && inOrder; index += 1)
      inOrder = this.#compare(at[index - 1]!, at[index]!) < 0;
    if (inOrder) return at;
    const sorted = at.slice().sort((a, b) => this.#compare(a, b) || a - b);
    return sorted.filter((one, index) => index === 0 || this.#compare(sorted[index - 1]!, one) !== 0);
  }

  #compare(a: number, b: number): number {
    return this.#compareIntegers(a, b, TIME) || this.#compareIntegers(a, b, STEP) || this.#compareValues(a, b);
  }

  #compareIntegers(a: number, b: number, field: number): number {
    const [left, right] = [a * WORDS + field, b * WORDS + field];
    return this.#words[left + 1]! - this.#words[right + 1]! || (this.#words[left]! >>> 0) - (this.#words[right]! >>> 0);
  }

  #compareValues(a: number, b: number): number {
    const left = this.#values[a * (WORDS / 2) + VALUE]!;
    const right = this.#values[b * (WORDS / 2) + VALUE]!;
    if (left === right || (Number.isNaN(left) && Number.isNaN(right))) return 0;
    if (Number.isNaN(left) || Number.isNaN(right)) return Number.isNaN(left) ? 1 : -1;
    return left < right ? -1 : 1;
  }

  #integer(word: number): Int64 {
    const high = this.#words[word + 1]!;
    const low = this.#words[word]! >>> 0;
    const near = high * 2 ** 32 + low;
    return Number.isSafeInteger(near) ? near : String((BigInt(high) << 32n) + BigInt(low));
  }
}
