import { z } from 'zod';

interface Shape {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Shape[];
  readonly oneOf?: readonly Shape[];
  readonly allOf?: readonly Shape[];
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly items?: Shape;
  readonly minItems?: number;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly minLength?: number;
  readonly pattern?: string;
  readonly format?: string;
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Shape>>;
}

const FORMATS: Readonly<Record<string, string>> = {
  email: 'somebody@example.org',
  'date-time': '2026-01-01T00:00:00.000Z',
  uri: 'https://example.org/a.csv',
};

/** The least input that a schema takes: what it requires, by the name of the field where `known` has it. */
export function exampleOf(schema: z.ZodType, known: Readonly<Record<string, string>>): unknown {
  const whole = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Shape;
  const of = (shape: Shape, name: string): unknown => {
    if (shape.$ref !== undefined) return of(whole.$defs![shape.$ref.replace('#/$defs/', '')]!, name);
    if (shape.const !== undefined) return shape.const;
    if (shape.enum !== undefined) return shape.enum[0];
    const one = shape.anyOf?.[0] ?? shape.oneOf?.[0] ?? shape.allOf?.[0];
    if (one !== undefined) return of(one, name);
    const made: Readonly<Record<string, () => unknown>> = {
      object: () =>
        Object.fromEntries((shape.required ?? []).map((field) => [field, of(shape.properties![field]!, field)])),
      array: () => Array.from({ length: shape.minItems ?? 0 }, () => of(shape.items!, name.replace(/s$/u, ''))),
      integer: () => leastOf(shape),
      number: () => leastOf(shape),
      boolean: () => true,
      null: () => null,
      string: () => known[name] ?? FORMATS[shape.format ?? ''] ?? 'x'.repeat(Math.max(1, shape.minLength ?? 1)),
    };
    const make = made[shape.type ?? ''];
    return make === undefined ? {} : make();
  };
  return of(whole, '');
}

const leastOf = ({ minimum, exclusiveMinimum }: Shape): number =>
  minimum ?? (exclusiveMinimum === undefined ? 1 : exclusiveMinimum + 1);
