import { z } from 'zod';

/** An int64 of MLflow: a JSON number or a string of digits. Times, sizes and steps stay below 2^53. */
export const int64 = z
  .union([z.number(), z.string().regex(/^-?\d+$/u)])
  .transform(Number)
  .pipe(z.number().int());

const SPECIAL: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
};

/** A double of MLflow: a number, or the strings `NaN`, `Infinity` and `-Infinity`, which JSON has no number for. */
export const double = z.union([
  z.number(),
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

/** Encodes a request body: numbers without a JSON form become the strings that MLflow reads. */
export function encodeBody(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    typeof item === 'number' && !Number.isFinite(item) ? String(item) : item,
  );
}
