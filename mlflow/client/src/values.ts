import { z } from 'zod';

const integer = z.union([z.number().refine(Number.isInteger), z.bigint(), z.string().regex(/^-?\d+$/u)]);

/** An int64 of MLflow that counts bytes or milliseconds: a JSON number or a string of digits. Beyond 2^53 the nearest double. */
export const int64 = integer.transform(Number);

/** An int64 of MLflow that may be any, as it is: a number up to 2^53, a bigint beyond. */
export const exactInt64 = integer.transform((value): number | bigint =>
  Number.isSafeInteger(Number(value)) ? Number(value) : BigInt(value),
);

const SPECIAL: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
};

/** A double of MLflow: a number, or the strings `NaN`, `Infinity` and `-Infinity`, which JSON has no number for. */
export const double = z.union([
  z.number(),
  // An integer literal beyond 2^53, which {@link parseJson} keeps.
  z.bigint().transform(Number),
  z.enum(['NaN', 'Infinity', '-Infinity']).transform((text) => SPECIAL[text]!),
]);

/** A list that protobuf leaves out where it is empty. */
export const list = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .optional()
    .transform((items): z.output<T>[] => items ?? []);

export const text = z.string();
export const optionalText = z.string().optional();

export const tag = z.object({ key: text, value: z.string().default('') });
export type Tag = z.infer<typeof tag>;

export const empty = z.object({});

/** What Node 24 has and TypeScript's library does not describe yet. */
const exactJson = JSON as unknown as {
  parse(text: string, revive: (key: string, value: unknown, context: { readonly source?: string }) => unknown): unknown;
  rawJSON(text: string): unknown;
};

/** Where a number of 16 digits or more begins that is no decimal fraction. */
const MAY_BE_LARGE = /[^.\d]\d{16}/u;

/** `JSON.parse` that keeps integers beyond 2^53 as bigints. @throws {SyntaxError} */
export function parseJson(text: string): unknown {
  if (!MAY_BE_LARGE.test(text)) return JSON.parse(text);
  return exactJson.parse(text, (_key, value, { source = '' }) =>
    typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/u.test(source) ? BigInt(source) : value,
  );
}

/** Encodes a request body: numbers without a JSON form become the strings that MLflow reads, bigints their digits. */
export function encodeBody(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item === 'bigint') return exactJson.rawJSON(String(item));
    return typeof item === 'number' && !Number.isFinite(item) ? String(item) : item;
  });
}
