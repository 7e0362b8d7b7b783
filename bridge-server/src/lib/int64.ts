import type { Int64 } from '../contract/training/metrics.js';

const LEAST = -(2n ** 63n);
const MOST = 2n ** 63n - 1n;

/** As the contract carries it: a number, or digits where a number would be rounded. */
export function wireInt(value: number | bigint): Int64 {
  return typeof value === 'bigint' ? (isSafe(value) ? Number(value) : String(value)) : value + 0;
}

/** An integer of a JSON body that was read exactly; null where it is none of 64 bits. Protobuf writes them as text, too. */
export function int64Of(value: unknown): Int64 | null {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value + 0 : null;
  if (typeof value === 'bigint') return value >= LEAST && value <= MOST ? wireInt(value) : null;
  if (typeof value !== 'string' || !/^-?(?:0|[1-9]\d{0,18})$/u.test(value)) return null;
  return int64Of(BigInt(value));
}

/** Negative where `a` comes before `b`. */
export function compareInts(a: Int64, b: Int64): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [left, right] = [BigInt(a), BigInt(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

const isSafe = (value: bigint): boolean => Number.isSafeInteger(Number(value));
