export type Values = Readonly<Record<string, unknown>>;

export interface Property {
  readonly type?: string;
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly items?: Property;
  readonly maxItems?: number;
  readonly 'x-title-fa'?: string;
  readonly 'x-description-fa'?: string;
  readonly 'x-enum-titles'?: readonly string[];
  readonly 'x-enum-titles-fa'?: readonly string[];
  /** The value is the name of a column of the dataset. */
  readonly 'x-column'?: boolean;
  /** The values are names of columns of the dataset. */
  readonly 'x-columns'?: boolean;
  /** Jobs that differ in it cannot be compared. */
  readonly 'x-same'?: boolean;
}

/** The rule that a value breaks; `item` says that it is one value of a list. */
export interface Breach {
  readonly name: string;
  readonly rule: 'required' | 'type' | 'enum' | 'minimum' | 'maximum' | 'item';
}

export interface FlatSchema {
  readonly properties?: Readonly<Record<string, Property>>;
  readonly required?: readonly string[];
}

/**
 * What in the values breaks the schema. The schemas of recipes are flat; of JSON Schema this knows what they are written in:
 * required, type, enum, the four bounds, and items and maxItems of a list. The bridge checks again, with all of it.
 */
export function breaches({ properties = {}, required = [] }: FlatSchema, values: Values): readonly Breach[] {
  return [
    ...required.filter((name) => values[name] === undefined).map((name) => ({ name, rule: 'required' }) as const),
    ...Object.entries(properties).flatMap(([name, property]) => {
      const value = values[name];
      const rule = value === undefined ? null : broken(property, value);
      return rule === null ? [] : [{ name, rule }];
    }),
  ];
}

function broken(property: Property, value: unknown): Breach['rule'] | null {
  if (property.type !== undefined && !isOf(property.type, value)) return 'type';
  if (property.enum !== undefined && !property.enum.includes(value)) return 'enum';
  if (typeof value === 'number') {
    const {
      minimum = -Infinity,
      exclusiveMinimum = -Infinity,
      maximum = Infinity,
      exclusiveMaximum = Infinity,
    } = property;
    if (value < minimum || value <= exclusiveMinimum) return 'minimum';
    if (value > maximum || value >= exclusiveMaximum) return 'maximum';
  }
  if (Array.isArray(value)) {
    const { items = {}, maxItems = Infinity } = property;
    if (value.length > maxItems || value.some((one: unknown) => broken(items, one) !== null)) return 'item';
  }
  return null;
}

function isOf(type: string, value: unknown): boolean {
  switch (type) {
    case 'integer':
      return Number.isInteger(value);
    case 'number':
      return Number.isFinite(value);
    case 'array':
      return Array.isArray(value);
    case 'null':
      return value === null;
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    default:
      return typeof value === type;
  }
}
