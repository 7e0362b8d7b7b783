import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { recipe, type Recipe } from '../../contract/training/recipes.js';
import { KargahError } from '../../lib/errors.js';
import { RecipeParams } from './params.js';

/** The recipes that the Python side described. */
export class Recipes {
  readonly #byName: ReadonlyMap<string, RecipeParams>;

  constructor(readonly items: readonly Recipe[]) {
    this.#byName = new Map(items.map((item) => [item.recipe, new RecipeParams(item)]));
  }

  /** @param file `recipes.json`, as `python -m kargah.recipes describe` wrote it */
  static read(file: string): Recipes {
    return new Recipes(z.array(recipe).parse(JSON.parse(readFileSync(file, 'utf8'))));
  }

  /** @throws unknown_recipe */
  named(name: string): RecipeParams {
    const found = this.#byName.get(name);
    if (!found) throw new KargahError('unknown_recipe', { recipe: name });
    return found;
  }
}
