import { encodeBody } from 'mlflow-js-client';
import type { ReadBody } from './gateway/body.js';

type Fields = Record<string, unknown>;

interface RawJson {
  rawJSON(text: string): object;
  isRawJSON(value: unknown): boolean;
}
const raw = JSON as unknown as RawJson;

/** Stands for a number as it was written. */
export const isWritten = (value: unknown): boolean => raw.isRawJSON(value);

/** A body that is changed in a few fields, and has all its numbers as they were written: 64 bits do not fit into one of ours. */
export function changed(body: ReadBody, change: (fields: Fields) => Fields): ReadBody {
  const exact = JSON.parse(body.bytes.toString(), asWritten) as Fields;
  return { bytes: Buffer.from(encodeBody(change(exact))), json: change({ ...body.json }) };
}

function asWritten(this: unknown, _name: string, value: unknown, context?: { readonly source?: string }): unknown {
  return typeof value === 'number' && context?.source !== undefined ? raw.rawJSON(context.source) : value;
}
