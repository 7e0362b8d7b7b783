import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Recipe } from '../api/types.js';
import { breaches, type FlatSchema } from './flatSchema.js';
import { propertiesOf } from './paramsSchema.js';

const schema: FlatSchema = {
  properties: {
    epochs: { type: 'integer', minimum: 1, maximum: 10 },
    lr: { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 },
    optimizer: { type: 'string', enum: ['adam', 'sgd'] },
    shuffle: { type: 'boolean' },
    hidden: { type: 'array', items: { type: 'integer', minimum: 1 }, maxItems: 2 },
    limit: { type: 'null' },
    extra: { type: 'object' },
  },
  required: ['epochs'],
};
const GOOD = { epochs: 1, lr: 0.5, optimizer: 'sgd', shuffle: false, hidden: [8, 4], limit: null, extra: {} };

describe('the check of a recipe’s values', () => {
  it('finds nothing in values at their bounds, nor in those left out', () => {
    expect(breaches(schema, GOOD)).toEqual([]);
    expect(breaches(schema, { epochs: 10 })).toEqual([]);
    expect(breaches({}, { anything: 1 })).toEqual([]);
  });
  it.each([
    ['epochs', undefined, 'required'],
    ['epochs', 1.5, 'type'],
    ['epochs', '3', 'type'],
    ['epochs', 0, 'minimum'],
    ['epochs', 11, 'maximum'],
    ['lr', 0, 'minimum'],
    ['lr', 1, 'maximum'],
    ['lr', Number.NaN, 'type'],
    ['optimizer', 'lion', 'enum'],
    ['shuffle', 'yes', 'type'],
    ['hidden', 8, 'type'],
    ['hidden', [8, 'x'], 'item'],
    ['hidden', [8, 0], 'item'],
    ['hidden', [8, 4, 2], 'item'],
    ['limit', 0, 'type'],
    ['extra', [], 'type'],
  ])('says of %s = %p that it breaks %3$s', (name, value, rule) => {
    expect(breaches(schema, { ...GOOD, [name]: value })).toEqual([{ name, rule }]);
  });
  it('knows every keyword that the published recipes are written in', () => {
    const path = join(__dirname, '../../../trainer/src/kargah/recipes/recipes.json');
    const { recipes } = JSON.parse(readFileSync(path, 'utf8')) as { recipes: Recipe[] };
    const used = new Set(
      recipes
        .flatMap((recipe) => Object.values(propertiesOf(recipe)))
        .flatMap((property) => [property, property.items ?? {}])
        .flatMap((property) => Object.keys(property))
        .filter((keyword) => !/^(x-|title$|description$|default$)/.test(keyword)),
    );
    const known = ['type', 'enum', 'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'items', 'maxItems'];
    expect([...used].filter((keyword) => !known.includes(keyword))).toEqual([]);
  });
});
