import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApiError } from '../api/errors.js';
import type { Recipe } from '../api/types.js';
import { I18n } from '../i18n/i18n.js';
import { ENGLISH, PERSIAN } from '../i18n/locale.js';
import { changedFrom, checkParams, columnParam, formSchema } from '../recipes/paramsSchema.js';
import { EMPTY_FORM, pythonOf, requestOf, serverErrors } from './trainForm.js';
import { joinArgs, joinVariables, splitArgs, variablesOf } from '../recipes/scriptArgs.js';
import { builtIn } from '../testing/features.js';

// The texts are those of the features.
builtIn();

// The very recipes that the trainer publishes.
const { recipes } = JSON.parse(
  readFileSync(join(__dirname, '../../../trainer/src/kargah/recipes/recipes.json'), 'utf8'),
) as { recipes: Recipe[] };
const tabular = recipes.find((recipe) => recipe.recipe === 'tabular') as Recipe;
const fa = new I18n(PERSIAN);
const en = new I18n(ENGLISH);

const refusal = (
  code: 'validation_failed' | 'target_constant' | 'internal',
  errors: ApiError['errors'] = [],
): ApiError => new ApiError({ code, status: 422, detail: 'English.', detail_fa: 'فارسی.', errors });

describe('the form of a recipe', () => {
  it('is filled in with defaults that the schema accepts, for every recipe', () => {
    for (const recipe of recipes) {
      const { schema, defaults } = formSchema(recipe, en);
      expect(checkParams(schema, defaults, en)).toEqual({});
    }
  });
  it('leaves the target to the dataset, and names the rest in both languages', () => {
    expect(columnParam(tabular)).toBe('target');
    const { schema } = formSchema(tabular, fa);
    expect(Object.keys(schema.properties ?? {}).slice(0, 3)).toEqual(['epochs', 'batch_size', 'lr']);
    expect(schema.properties?.['epochs']).toMatchObject({ title: 'شمار دوره‌ها' });
    expect(formSchema(tabular, en).schema.properties?.['epochs']).toMatchObject({ title: 'Epochs' });
  });
  it('says the range of a value outside of it, in both languages', () => {
    const { schema, defaults } = formSchema(tabular, en);
    const values = { ...defaults, epochs: 0, validation: 0.9, lr: -1, batch_size: 'many' };
    const plain = Object.fromEntries(
      Object.entries(checkParams(schema, values, en)).map(([name, text]) => [
        name,
        text.replace(/[\u2068\u2069]/g, ''),
      ]),
    );
    expect(plain).toEqual({
      epochs: 'Use a value from 1 to 10000.',
      validation: 'Use a value from 0.05 to 0.5.',
      lr: 'Use a value above 0.',
      batch_size: 'Give a whole number.',
    });
    expect(checkParams(schema, values, fa)['epochs']).toMatch(/^مقدار میان .*۱.* و .*۱۰۰۰۰.* باشد\.$/);
  });
  it('sends only what differs from the defaults', () => {
    const { defaults } = formSchema(tabular, en);
    expect(changedFrom(defaults, { ...defaults, epochs: 5 })).toEqual({ epochs: 5 });
    const form = {
      ...EMPTY_FORM,
      recipe: 'tabular',
      datasetId: 'ds_aaaaaa',
      target: 'label',
      params: { ...defaults, epochs: 5 },
    };
    expect(requestOf(form, tabular, defaults)).toEqual({
      recipe: 'tabular',
      dataset_id: 'ds_aaaaaa',
      params: { target: 'label', epochs: 5 },
    });
  });
});

describe('a refusal of the bridge', () => {
  it('is put to the fields it names', () => {
    const reason = refusal('validation_failed', [
      { path: 'params.epochs', message: 'Too many.', message_fa: 'زیاد است.', code: 'maximum' },
      { path: 'params.target', message: 'No such column.', code: 'x' },
      { path: 'name', message: 'Bad name.', code: 'x' },
    ]);
    expect(serverErrors(reason, en, tabular)).toEqual({
      'params.epochs': 'Too many.',
      target: 'No such column.',
      name: 'Bad name.',
    });
    expect(serverErrors(reason, fa, tabular)['params.epochs']).toBe('زیاد است.');
  });
  it('is put to the target when its code is about the target, and to the form when it is about nothing', () => {
    expect(serverErrors(refusal('target_constant'), fa, tabular)).toEqual({ target: 'فارسی.' });
    expect(serverErrors(refusal('internal'), en, tabular)).toEqual({ form: 'English.' });
  });
});

describe('the same from Python', () => {
  it('is a cell that can be run as it is', () => {
    const request = { recipe: 'tabular', dataset_id: 'ds_aaaaaa', params: { target: 'label', hidden: [8, 4] } };
    expect(pythonOf(request)).toBe(
      'import kargah\n\njob = kargah.connect().train(\n    "ds_aaaaaa",\n    recipe="tabular",\n    target="label",\n    hidden=[8, 4],\n)\njob.watch()',
    );
  });
  it('gives a script its arguments as a shell would', () => {
    expect(splitArgs(`--name "دو کلمه" -x 'a b' c\\ d ""`)).toEqual(['--name', 'دو کلمه', '-x', 'a b', 'c d', '']);
    expect(splitArgs(joinArgs(['a b', 'c"d', '', 'e']))).toEqual(['a b', 'c"d', '', 'e']);
  });
  it('gives a script its folder and variables, and shows no secret in the notebook cell', () => {
    const form = {
      ...EMPTY_FORM,
      path: 'a.py',
      cwd: ' . ',
      env: 'MODE=fast "NOTE=a b"',
      secrets: 'HF_TOKEN=hf_hidden',
    };
    const request = requestOf(form, null, {});
    expect(request.script).toEqual({
      path: 'a.py',
      args: [],
      cwd: '.',
      env: { MODE: 'fast', NOTE: 'a b' },
      secrets: { HF_TOKEN: 'hf_hidden' },
    });
    expect(variablesOf(joinVariables({ A: 'b c', D: '"' }))).toEqual({ A: 'b c', D: '"' });
    expect(variablesOf('A=b c')).toBeNull();
    const cell = pythonOf(request);
    expect(cell).toContain('secrets={"HF_TOKEN": getpass("HF_TOKEN")}');
    expect(cell).toContain('cwd="."');
    expect(cell).not.toContain('hf_hidden');
  });
});
