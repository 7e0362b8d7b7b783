import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Recipe } from '../../api/types.js';
import { I18n } from '../../i18n/i18n.js';
import { ENGLISH } from '../../i18n/locale.js';
import { sizeOf, spaceOf, startSweep, startVary, sweepRequest, variable, type Vary } from './space.js';
import { sweepPython } from './sweepPython.js';
import { builtIn } from '../../testing/features.js';

// The texts are those of the features.
builtIn();

const { recipes } = JSON.parse(
  readFileSync(join(__dirname, '../../../../trainer/src/kargah/recipes/recipes.json'), 'utf8'),
) as { recipes: Recipe[] };
const tabular = recipes.find(({ recipe }) => recipe === 'tabular')!;
const i18n = new I18n(ENGLISH);
const form = startSweep(tabular, { lr: 0.003, batch_size: 64, epochs: 30 });
const range: Vary = { on: true, form: 'range', low: '1', high: '4', log: false, values: '' };
const withVary = (name: string, vary: Partial<Vary>) =>
  spaceOf({ ...form, vary: { [name]: { ...range, ...vary } } }, tabular, i18n);

describe('what may vary', () => {
  it('is numbers and choices, the main ones first, never the target or a list', () => {
    expect(variable(tabular).slice(0, 3)).toEqual(['epochs', 'batch_size', 'lr']);
    expect(variable(tabular)).toContain('optimizer');
    expect(variable(tabular)).not.toContain('target');
    // Then one job would be compared by its accuracy and the next one by its loss.
    expect(variable(tabular)).not.toContain('task');
    expect(variable(tabular)).not.toContain('hidden');
  });

  it('begins around the value that one job would have, within the bounds of the parameter', () => {
    expect(form.vary['lr']).toMatchObject({ on: true, low: '0.0003', high: '0.03', log: true });
    expect(form.vary['batch_size']).toMatchObject({ on: false, low: '16', high: '256', log: true });
    expect(startVary('warmup', { type: 'number', minimum: 0, maximum: 0.5 }, 0.4, true)).toMatchObject({ high: '0.5' });
  });
});

describe('what is written', () => {
  it.each<[string, Partial<Vary>, string]>([
    ['epochs', { low: '1.5' }, 'Give a whole number.'],
    ['epochs', { low: '0' }, 'Use at least \u20681\u2069.'],
    ['lr', { low: 'x' }, 'Give a number.'],
    ['lr', { low: '0' }, 'Use a value above \u20680\u2069.'],
    ['dropout', { high: '2', low: '0' }, 'Use at most \u20680.9\u2069.'],
    ['dropout', { low: '0', high: '0.5', log: true }, 'A logarithmic range begins above zero.'],
    ['epochs', { low: '5' }, 'The first must be below the second.'],
    ['lr', { form: 'list' }, 'Give at least one value.'],
  ])('%s %j is refused with a reason', (name, vary, text) => {
    expect(withVary(name, vary).errors).toEqual({ [`space.${name}`]: text });
  });

  it('makes a request in which what varies is no longer fixed', () => {
    const { space } = withVary('epochs', { low: '۲', high: '8' });
    const train = { recipe: 'tabular', dataset_id: 'ds_a', params: { epochs: 5, target: 'label' } };
    const request = sweepRequest(train, form, space);
    expect(request).toMatchObject({ params: { target: 'label' }, space: { epochs: { kind: 'int', low: 2, high: 8 } } });
    expect(sweepPython({ ...request, space: { ...space, lr: { kind: 'float', low: 0.1, high: 1, log: true } } })).toBe(
      `import kargah

sweep = kargah.connect().sweep(
    "ds_a",
    recipe="tabular",
    space={"epochs": (2, 8), "lr": (0.1, 1.0, "log")},
    method="tpe",
    pruner="median",
    trials=20,
    parallel=2,
    target="label",
)`,
    );
  });

  it('counts the settings of a grid, and refuses too many', () => {
    expect(sizeOf({ a: { kind: 'int', low: 1, high: 3, log: false }, b: { kind: 'choice', values: [1, 1, 2] } })).toBe(
      6,
    );
    expect(sizeOf({ a: { kind: 'float', low: 0, high: 1, log: false } })).toBe(5);
    const many = { ...form, method: 'grid', vary: { epochs: { ...range, high: '600' } } } as const;
    expect(spaceOf(many, tabular, i18n).errors['space']).toMatch(/600 combinations are too many/);
  });
});
