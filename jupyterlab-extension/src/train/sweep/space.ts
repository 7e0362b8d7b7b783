import type { Recipe, Sweep, SweepDimension, SweepRequest, TrainRequest } from '../../api/types.js';
import type { I18n } from '../../i18n/i18n.js';
import { latin } from '../../i18n/fold/latin.js';
import { columnParam, type FieldErrors, propertiesOf } from '../../recipes/paramsSchema.js';
import type { Property, Values } from '../../recipes/flatSchema.js';

/** How one parameter is to vary, as written. */
export interface Vary {
  readonly on: boolean;
  readonly form: 'range' | 'list';
  readonly low: string;
  readonly high: string;
  readonly log: boolean;
  readonly values: string;
}

export interface SweepForm {
  readonly vary: Readonly<Record<string, Vary>>;
  readonly method: Sweep['method'];
  readonly pruner: Sweep['pruner'];
  readonly trials: string;
  readonly parallel: string;
}

const MAX_TRIALS = 500;
const MAX_PARALLEL = 32;
/** Ranges of these begin near nothing and matter by their order of magnitude. */
const BY_MAGNITUDE = /^(lr|weight_decay|batch_size|width)$/;

/** The parameters that can vary: numbers, and those with a list of choices, if jobs that differ in it can be compared. */
export function variable(recipe: Recipe): readonly string[] {
  const column = columnParam(recipe);
  const names = Object.entries(propertiesOf(recipe))
    .filter(([name, { 'x-same': same }]) => name !== column && same !== true)
    .filter(([, { type, enum: choices }]) => isNumber(type) || choices !== undefined)
    .map(([name]) => name);
  const main = recipe.primary_params.filter((name) => names.includes(name));
  return [...main, ...names.filter((name) => !main.includes(name))];
}

const isNumber = (type: string | undefined): boolean => type === 'integer' || type === 'number';

/** A search that is worth its time as it stands: the learning rate around its default. */
export function startSweep(recipe: Recipe, values: Values): SweepForm {
  const names = variable(recipe);
  const first = names.includes('lr') ? 'lr' : names[0];
  return {
    vary: Object.fromEntries(
      names
        .filter((name) => recipe.primary_params.includes(name))
        .map((name) => [name, startVary(name, propertiesOf(recipe)[name] ?? {}, values[name], name === first)]),
    ),
    method: 'tpe',
    pruner: 'median',
    trials: '20',
    parallel: '2',
  };
}

export function startVary(name: string, property: Property, value: unknown, on: boolean): Vary {
  const { type, enum: choices, minimum = -Infinity, maximum = Infinity } = property;
  if (choices !== undefined) return { on, form: 'list', low: '', high: '', log: false, values: choices.join(', ') };
  const log = BY_MAGNITUDE.test(name);
  const middle = typeof value === 'number' ? value : Number.isFinite(minimum) ? minimum : 1;
  const by = log && type === 'number' ? 10 : log ? 4 : 2;
  const whole = (number: number): number => (type === 'integer' ? Math.max(1, Math.round(number)) : tidy(number));
  const low = Math.max(minimum, whole(middle / by));
  const high = Math.min(maximum, whole(middle === 0 ? 1 : middle * by));
  return { on, form: 'range', low: String(low), high: String(high), log, values: [low, high].join(', ') };
}

const tidy = (number: number): number => Number(number.toPrecision(3));

/** What varies, or what is wrong with it, at `space.<name>`. */
export function spaceOf(
  form: SweepForm,
  recipe: Recipe,
  i18n: I18n,
): { readonly space: SweepRequest['space']; readonly errors: FieldErrors } {
  const { t } = i18n;
  const space: Record<string, SweepDimension> = {};
  const errors: Record<string, string> = {};
  for (const [name, vary] of Object.entries(form.vary)) {
    if (!vary.on) continue;
    const property = propertiesOf(recipe)[name] ?? {};
    const found = dimensionOf(vary, property, i18n);
    if (typeof found === 'string') errors[`space.${name}`] = found;
    else space[name] = found;
  }
  if (!Object.values(form.vary).some(({ on }) => on)) errors['space'] = t('sweep.nothing');
  const size = form.method === 'grid' ? sizeOf(space) : 0;
  if (size > MAX_TRIALS) errors['space'] = t('sweep.tooLarge', { n: size, max: MAX_TRIALS });
  const count = (text: string, max: number): string | undefined =>
    whole(text) >= 1 && whole(text) <= max ? undefined : t('new.between', { a: '1', b: String(max) });
  const [trials, parallel] = [count(form.trials, MAX_TRIALS), count(form.parallel, MAX_PARALLEL)];
  if (form.method !== 'grid' && trials !== undefined) errors['trials'] = trials;
  if (parallel !== undefined) errors['parallel'] = parallel;
  return { space, errors };
}

const whole = (text: string): number => {
  const value = Number(latin(text.trim()));
  return text.trim() !== '' && Number.isInteger(value) ? value : NaN;
};

function dimensionOf(vary: Vary, property: Property, { t, format }: I18n): SweepDimension | string {
  const integer = property.type === 'integer';
  const wrong = (value: number): string | undefined => {
    const { minimum = -Infinity, maximum = Infinity, exclusiveMinimum = -Infinity } = property;
    if (!Number.isFinite(value)) return t('new.number');
    if (integer && !Number.isInteger(value)) return t('new.integer');
    if (value < minimum) return t('new.atLeast', { a: format.digits(String(minimum)) });
    if (value <= exclusiveMinimum) return t('new.above', { a: format.digits(String(exclusiveMinimum)) });
    return value > maximum ? t('new.atMost', { b: format.digits(String(maximum)) }) : undefined;
  };
  if (vary.form === 'list') {
    const words = wordsOf(vary.values);
    if (words.length === 0) return t('sweep.needValue');
    if (property.enum !== undefined) return { kind: 'choice', values: words };
    const numbers = words.map((word) => Number(latin(word)));
    const fault = numbers.map(wrong).find((one) => one !== undefined);
    return fault ?? { kind: 'choice', values: numbers };
  }
  const [low, high] = [vary.low, vary.high].map((text) => (text.trim() === '' ? NaN : Number(latin(text.trim()))));
  if (low === undefined || high === undefined) return t('new.number');
  const fault = wrong(low) ?? wrong(high);
  if (fault !== undefined) return fault;
  if (low >= high) return t('sweep.order');
  if (vary.log && low <= 0) return t('sweep.logZero');
  return { kind: integer ? 'int' : 'float', low, high, log: vary.log };
}

export const wordsOf = (text: string): string[] => text.split(/[,،;\s]+/).filter((word) => word !== '');

/** How many settings a grid of it has; a range without natural steps is tried at five places. */
export function sizeOf(space: SweepRequest['space']): number {
  return Object.values(space).reduce((size, one) => {
    if (one.kind === 'choice') return size * new Set(one.values).size;
    return size * (one.kind === 'int' ? Math.min(one.high - one.low + 1, one.log ? 5 : Infinity) : 5);
  }, 1);
}

/** The search that starts from what one job would be. */
export function sweepRequest(train: TrainRequest, form: SweepForm, space: SweepRequest['space']): SweepRequest {
  return {
    ...(train.name === undefined ? {} : { name: train.name }),
    recipe: train.recipe ?? '',
    dataset_id: train.dataset_id ?? '',
    ...(train.dataset_version === undefined ? {} : { dataset_version: train.dataset_version }),
    ...(train.split_id === undefined ? {} : { split_id: train.split_id }),
    params: Object.fromEntries(Object.entries(train.params).filter(([name]) => !(name in space))),
    space,
    method: form.method,
    pruner: form.pruner,
    trials: form.method === 'grid' ? MAX_TRIALS : whole(form.trials),
    parallel: whole(form.parallel),
    seed: 0,
    ...(train.resources === undefined ? {} : { resources: train.resources }),
  };
}
