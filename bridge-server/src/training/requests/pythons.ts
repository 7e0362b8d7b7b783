import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { z } from 'zod';
import { python } from '../../contract/training/pythons.js';
import { KargahError } from '../../lib/errors.js';
import { inherited } from '../../lib/environment.js';
import type { TrainingLog } from '../ports.js';

export type Python = z.infer<typeof python>;

export const DEFAULT_PYTHON = 'default';
const FRESH_MS = 30_000;
const LISTING_MS = 20_000;
/** Where Jupyter looks for kernels. */
const JUPYTER_PLACES = /^JUPYTER_(?:PATH|DATA_DIR|PREFER_ENV_PATH|PLATFORM_DIRS|CONFIG_DIR|NO_CONFIG)$/u;

/** The Python environments that may run a job: the bridge's own, and those of Jupyter's Python kernels. */
export class Pythons {
  #listing: Promise<readonly Python[]> | null = null;
  #listedAt = -Infinity;

  constructor(
    private readonly executable: string,
    private readonly log: TrainingLog,
  ) {}

  /** What was listed within the last half minute, else listed anew. */
  list(): Promise<readonly Python[]> {
    if (this.#listing === null || performance.now() - this.#listedAt > FRESH_MS) {
      this.#listedAt = performance.now();
      this.#listing = this.#read();
    }
    return this.#listing;
  }

  /**
   * The interpreter of that name.
   *
   * @throws unknown_python
   */
  async executableOf(name: string = DEFAULT_PYTHON): Promise<string> {
    if (name === DEFAULT_PYTHON) return this.executable;
    const found = (await this.list()).find((item) => item.python === name);
    if (!found) throw new KargahError('unknown_python', { python: name });
    return found.executable;
  }

  async #read(): Promise<readonly Python[]> {
    const places = Object.entries(process.env).filter(([name]) => JUPYTER_PLACES.test(name));
    try {
      const { stdout } = await promisify(execFile)(this.executable, ['-m', 'kargah.launch.pythons'], {
        env: { ...inherited(process.env), ...Object.fromEntries(places) },
        timeout: LISTING_MS,
        maxBuffer: 2 ** 22,
      });
      return z.array(python).parse(JSON.parse(stdout));
    } catch (error) {
      this.log.warn({ err: error }, 'Jupyter’s kernels could not be listed');
      return [{ python: DEFAULT_PYTHON, title: 'Python', executable: this.executable, is_default: true }];
    }
  }
}
