import type { FieldErrors } from '../lib/errors.js';
import { KargahError } from '../lib/errors.js';
import type { sweepDimension } from '../contract/training/sweeps.js';
import type { z } from 'zod';
import type { RecipeParams } from '../training/index.js';

export type Dimension = z.output<typeof sweepDimension>;
export type Space = Readonly<Record<string, Dimension>>;
export type Setting = Readonly<Record<string, unknown>>;

/** What of a parameter's schema is looked at here; `x-same`: jobs that differ in it cannot be compared. */
interface Property {
  readonly type?: string;
  readonly 'x-same'?: boolean;
}

/** A range of a grid that has no natural steps is tried at so many places. */
const PLACES = 5;

/**
 * Refuses what could not be tried: nothing to vary, a parameter the recipe does not have, an end of a range that it does not take.
 *
 * @throws sweep_space_empty; validation_failed with one entry for each wrong dimension
 */
export function checkSpace(recipe: RecipeParams, space: Space): void {
  const dimensions = Object.entries(space);
  if (dimensions.length === 0) throw new KargahError('sweep_space_empty');
  const errors = dimensions.flatMap(([name, dimension]) => faultsOf(recipe, name, dimension).slice(0, 1));
  if (errors.length > 0) throw new KargahError('validation_failed', {}, { errors });
}

/** How many settings a grid has. */
export function gridSize(space: Space): number {
  return Object.values(space).reduce((size, dimension) => size * countOf(dimension), 1);
}

/** Every setting of a grid; the last parameter changes fastest. */
export function gridOf(space: Space): Setting[] {
  return Object.entries(space).reduce<Setting[]>(
    (settings, [name, dimension]) =>
      settings.flatMap((setting) => placesOf(dimension).map((value) => ({ ...setting, [name]: value }))),
    [{}],
  );
}

/** One setting of the space, to check it by the rules of an ordinary job. */
export function anyOf(space: Space): Setting {
  return Object.fromEntries(
    Object.entries(space).map(([name, dimension]) => [
      name,
      dimension.kind === 'choice' ? dimension.values[0] : dimension.low,
    ]),
  );
}

/** The part of a job's parameters that the sweep chose. */
export function settingOf(space: Space, params: Readonly<Record<string, unknown>>): Setting {
  return Object.fromEntries(Object.keys(space).map((name) => [name, params[name]]));
}

function faultsOf(recipe: RecipeParams, name: string, dimension: Dimension): FieldErrors {
  const path = `space.${name}`;
  if (name === recipe.target) return [{ path, ...TARGET_VARIES }];
  const properties = (recipe.recipe.params_schema['properties'] ?? {}) as Record<string, Property>;
  if (properties[name]?.['x-same'] === true) return [{ path, ...SAME }];
  if (dimension.kind !== 'choice') {
    if (dimension.low > dimension.high) return [{ path, ...UPSIDE_DOWN }];
    if (dimension.log && dimension.low <= 0) return [{ path, ...LOG_OF_NOTHING }];
  }
  if (dimension.kind === 'float' && properties[name]?.type === 'integer') return [{ path, ...WHOLE_NUMBERS }];
  const tried = dimension.kind === 'choice' ? dimension.values : [dimension.low, dimension.high];
  return tried.flatMap((value) => refusals(recipe, name, value).map((fault) => ({ ...fault, path })));
}

function refusals(recipe: RecipeParams, name: string, value: unknown): FieldErrors {
  try {
    recipe.parse({ [name]: value });
    return [];
  } catch (error) {
    if (!(error instanceof KargahError)) throw error;
    return (error.options.errors ?? []).filter(({ path }) => path === `params.${name}`);
  }
}

function countOf(dimension: Dimension): number {
  return dimension.kind === 'int' && !dimension.log ? dimension.high - dimension.low + 1 : placesOf(dimension).length;
}

function placesOf(dimension: Dimension): readonly unknown[] {
  if (dimension.kind === 'choice') return [...new Set(dimension.values)];
  const { low, high, log } = dimension;
  if (dimension.kind === 'int' && !log) return Array.from({ length: high - low + 1 }, (_, index) => low + index);
  const places = Array.from({ length: PLACES }, (_, index) => {
    const share = index / (PLACES - 1);
    // The ends exactly as given, without rounding errors.
    if (share === 0 || share === 1) return share === 0 ? low : high;
    return log ? low * (high / low) ** share : low + (high - low) * share;
  });
  return [...new Set(dimension.kind === 'int' ? places.map(Math.round) : places)];
}

const TARGET_VARIES = {
  message: 'The target is the same for all jobs of a sweep.',
  message_fa: 'ستون هدف در همهٔ کارهای یک جست‌وجو یکی است.',
  code: 'target',
};
const SAME = {
  message: 'This parameter is the same for all jobs of a sweep: they could not be compared.',
  message_fa: 'این پارامتر در همهٔ کارهای یک جست‌وجو یکی است؛ وگرنه با هم قابل مقایسه نیستند.',
  code: 'same',
};
const UPSIDE_DOWN = {
  message: 'The lower end is above the upper one.',
  message_fa: 'کران پایین از کران بالا بیشتر است.',
  code: 'range',
};
const LOG_OF_NOTHING = {
  message: 'A logarithmic range begins above zero.',
  message_fa: 'بازهٔ لگاریتمی باید از عددی بزرگ‌تر از صفر شروع شود.',
  code: 'range',
};
const WHOLE_NUMBERS = {
  message: 'This parameter takes whole numbers.',
  message_fa: 'این پارامتر فقط عدد صحیح می‌پذیرد.',
  code: 'type',
};
