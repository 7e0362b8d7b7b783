import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { recipe, type Recipe } from '../../contract/training/recipes.js';
import { systemClock, type Clock } from '../../lib/clock.js';
import { inherited } from '../../lib/environment.js';
import { KargahError } from '../../lib/errors.js';
import type { TrainingLog } from '../ports.js';
import { RecipeParams } from './params.js';

/** For so long nobody is asked again which recipes are installed. */
const FRESH_MS = 30_000;
/** How long a list waits for an answer; what takes longer (a package that is imported for the first time) is in the next one. */
const PATIENCE_MS = 5_000;
/** Python gives each package a minute. */
const ASKING_MS = 300_000;

const problem = z.object({ recipe: z.string(), package: z.string(), reason: z.string() });
const told = z.object({ recipes: z.array(z.unknown()), problems: z.array(problem), torch: z.boolean() });
type Problem = z.infer<typeof problem>;

export interface RecipesSettings {
  /** `recipes.json`, which is known before anybody was asked. */
  readonly file: string;
  /** The interpreter that is asked for what is installed; null: there is nothing besides. */
  readonly python: string | null;
  readonly dataDir: string;
  readonly log: Pick<TrainingLog, 'warn'>;
  readonly clock?: Clock;
}

/** The recipes that the bridge's Python has: Kargah's own, and those of packages. */
export class Recipes {
  #known = new Map<string, RecipeParams>();
  #problems = new Map<string, Problem>();
  /** Null where it is not known. */
  #hasTorch: boolean | null = null;
  #asking: Promise<void> | null = null;
  #askedAt = -Infinity;
  readonly #clock: Clock;

  constructor(private readonly settings: RecipesSettings) {
    this.#clock = settings.clock ?? systemClock;
    const recorded = z.object({ recipes: z.array(recipe) });
    this.#know(recorded.parse(JSON.parse(readFileSync(settings.file, 'utf8'))).recipes);
  }

  /** What is installed; as far as it is known, where finding out takes long. */
  async list(): Promise<readonly Recipe[]> {
    const { promise: late, resolve: giveUp } = Promise.withResolvers<undefined>();
    const callOff = this.#clock.after(PATIENCE_MS, () => giveUp(undefined));
    await Promise.race([this.#refresh(), late]);
    callOff();
    return [...this.#known.values()].map((known) => known.recipe);
  }

  /**
   * The recipe of that name. One that is not known may have been installed a moment ago: Python is asked once more.
   *
   * @throws unknown_recipe, recipe_broken
   */
  async named(name: string): Promise<RecipeParams> {
    if (!this.#known.has(name)) await this.#askAnew();
    const found = this.#known.get(name);
    if (found) return found;
    const problem = this.#problems.get(name);
    if (problem) throw new KargahError('recipe_broken', problem);
    throw new KargahError('unknown_recipe', { recipe: name });
  }

  /**
   * That the Python which was asked can train. PyTorch that was there is not looked for again: a job without it says so itself.
   *
   * @throws torch_missing
   */
  async requireTorch(): Promise<void> {
    if (this.#hasTorch !== true) await this.#askAnew();
    if (this.#hasTorch === false) throw new KargahError('torch_missing');
  }

  /** For a recipe that may be uninstalled by now. */
  versionOf(name: string): string | null {
    return this.#known.get(name)?.recipe.version ?? null;
  }

  /** An answer under way may be from before something was installed. */
  async #askAnew(): Promise<void> {
    await this.#asking;
    await this.#ask();
  }

  #refresh(): Promise<void> {
    if (this.#asking !== null) return this.#asking;
    return this.#clock.elapsed() - this.#askedAt > FRESH_MS ? this.#ask() : Promise.resolve();
  }

  #ask(): Promise<void> {
    this.#asking ??= this.#read().finally(() => {
      this.#asking = null;
      this.#askedAt = this.#clock.elapsed();
    });
    return this.#asking;
  }

  async #read(): Promise<void> {
    const { python, dataDir, log } = this.settings;
    if (python === null) return;
    const cache = join(dataDir, 'cache', 'recipes.json');
    try {
      // Not from the folder that the bridge happens to be in (-P).
      const { stdout } = await promisify(execFile)(
        python,
        ['-P', '-m', 'kargah.recipes', 'installed', '--cache', cache],
        {
          cwd: dataDir,
          env: inherited(process.env),
          timeout: ASKING_MS,
          maxBuffer: 2 ** 24,
        },
      );
      const { recipes, problems, torch } = told.parse(JSON.parse(stdout));
      this.#hasTorch = torch;
      const sound: Recipe[] = [];
      for (const item of recipes) {
        const parsed = recipe.safeParse(item);
        if (parsed.success) sound.push(parsed.data);
        else problems.push(misdescribed(item, parsed.error));
      }
      this.#know(sound);
      this.#tell(problems);
    } catch (err) {
      // The list of before stays.
      log.warn({ err }, 'the recipes that are installed could not be listed');
    }
  }

  #know(recipes: readonly Recipe[]): void {
    this.#known = new Map(recipes.map((item) => [item.recipe, new RecipeParams(item)]));
  }

  /** Each problem is logged once, until it changes. */
  #tell(problems: readonly Problem[]): void {
    for (const found of problems)
      if (this.#problems.get(found.recipe)?.reason !== found.reason)
        this.settings.log.warn({ ...found }, 'a recipe that is installed cannot be used');
    this.#problems = new Map(problems.map((found) => [found.recipe, found]));
  }
}

function misdescribed(item: unknown, error: z.ZodError): Problem {
  const named = z.object({ recipe: z.string() }).safeParse(item);
  return { recipe: named.data?.recipe ?? '', package: 'its package', reason: z.prettifyError(error).slice(0, 500) };
}
