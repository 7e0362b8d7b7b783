import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { recipe, type Recipe } from '../contract/training.js';
import { KargahError } from '../errors.js';
import { RecipeParams } from './params.js';

/** The recipes that the Python side described; compiled once. */
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

/** Where `recipes.json` lies: beside the sources in a checkout, beside our Python packages where they are installed. */
export function recipesFile(): string {
  const places = ['trainer/src/kargah/recipes/recipes.json', 'kargah/recipes/recipes.json'];
  for (let folder = import.meta.dirname; folder !== dirname(folder); folder = dirname(folder)) {
    const found = places.map((place) => join(folder, place)).find(existsSync);
    if (found !== undefined) return found;
  }
  throw new Error('recipes.json was not found; install the package kargah');
}
