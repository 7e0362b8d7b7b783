import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { failureOf, KargahError, type FieldErrors } from '../../lib/errors.js';
import type { Recipe } from '../../contract/training/recipes.js';

/** Checks parameters against a recipe's schema and fills in what is left out. */
export class RecipeParams {
  #compiled: ValidateFunction | null = null;

  constructor(readonly recipe: Recipe) {}

  /** The parameter that names a column of the dataset to be predicted, if the recipe has one. */
  get target(): string | null {
    return this.#marked('x-column');
  }

  /** The parameter that names the columns to learn from, if the recipe has one. */
  get columns(): string | null {
    return this.#marked('x-columns');
  }

  #marked(mark: 'x-column' | 'x-columns'): string | null {
    const properties = (this.recipe.params_schema['properties'] ?? {}) as Record<string, Record<string, unknown>>;
    return Object.keys(properties).find((name) => properties[name]?.[mark] === true) ?? null;
  }

  /** @throws validation_failed with one entry for each wrong field */
  parse(given: Readonly<Record<string, unknown>>): Record<string, unknown> {
    // A form sends null for what was left empty.
    const params = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));
    // Compiled at the first use: it takes longer than the rest of the bridge's start.
    const validate = (this.#compiled ??= compile(this.recipe));
    if (validate(params)) return params;
    throw new KargahError('validation_failed', {}, { errors: (validate.errors ?? []).map(fieldError) });
  }
}

function compile(recipe: Recipe): ValidateFunction {
  // `x-…` keys are for forms.
  const ajv = new Ajv2020({ allErrors: true, useDefaults: true, strict: false, verbose: true });
  try {
    return ajv.compile(recipe.params_schema);
  } catch (cause) {
    // A package's schema may be no valid JSON Schema.
    const params = { recipe: recipe.recipe, package: recipe.recipe, reason: (cause as Error).message };
    throw new KargahError('recipe_broken', params, { cause });
  }
}

function fieldError(error: ErrorObject): FieldErrors[number] {
  const inner = error.instancePath.slice(1).replaceAll('/', '.');
  const name = error.keyword === 'additionalProperties' ? String(error.params['additionalProperty']) : inner;
  const [message, message_fa] = sentence(error);
  return { path: `params.${name}`, message, message_fa, code: error.keyword };
}

function sentence({ keyword, params, parentSchema }: ErrorObject): [string, string] {
  const schema = (parentSchema ?? {}) as Record<string, unknown>;
  const [min, above, max] = [schema['minimum'], schema['exclusiveMinimum'], schema['maximum']];
  if (/imum$/i.test(keyword) && typeof max === 'number') {
    if (typeof min === 'number') {
      const { detail, detail_fa } = failureOf('value_out_of_range', { min, max });
      return [detail, detail_fa];
    }
    if (typeof above === 'number')
      return [
        `Use a value above ${String(above)}, up to ${String(max)}.`,
        `مقدار بیشتر از ${String(above)} و تا ${String(max)} باشد.`,
      ];
  }
  switch (keyword) {
    case 'type':
      return TYPES[String(params['type'])] ?? ['This kind of value does not fit.', 'این نوع مقدار درست نیست.'];
    case 'enum': {
      const values = (params['allowedValues'] as unknown[]).join(', ');
      return [`Choose one of ${values}.`, `یکی از ${values} را انتخاب کنید.`];
    }
    case 'additionalProperties':
      return ['There is no such parameter.', 'چنین پارامتری نیست.'];
    case 'minimum':
    case 'exclusiveMinimum':
      return [
        `Use a larger value than ${String(params['limit'])}.`,
        `مقدار بزرگ‌تر از ${String(params['limit'])} باشد.`,
      ];
    case 'maxItems':
      return [`At most ${String(params['limit'])} values.`, `حداکثر ${String(params['limit'])} مقدار.`];
    default:
      return ['This value is not valid.', 'این مقدار درست نیست.'];
  }
}

const TYPES: Record<string, [string, string]> = {
  integer: ['Write a whole number.', 'یک عدد صحیح بنویسید.'],
  number: ['Write a number.', 'عدد بنویسید.'],
  string: ['Write a text.', 'متن بنویسید.'],
  boolean: ['Say yes or no.', 'بله یا نه را انتخاب کنید.'],
  array: ['Write a list.', 'فهرست بنویسید.'],
};
