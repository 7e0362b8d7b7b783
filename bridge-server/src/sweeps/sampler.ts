import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { MetricPoint } from '../contract/training/metrics.js';
import { inherited } from '../lib/environment.js';
import type { Setting, Space } from './space.js';

/** A job of a sweep as Optuna sees it; `reports` are its figures after each epoch. */
export interface Trial {
  readonly params: Setting;
  readonly state: 'running' | 'complete' | 'pruned' | 'failed';
  readonly value: MetricPoint['value'] | null;
  readonly reports: readonly MetricPoint['value'][];
}
export interface History {
  readonly space: Space;
  readonly method: string;
  readonly pruner: string;
  readonly mode: string;
  readonly seed: number;
  readonly trials: readonly Trial[];
}

const ANSWER_MS = 60_000;
/** The worker ends after so long without a question; the next question starts another. */
const IDLE_MS = 30_000;

const proposed = z.object({ settings: z.array(z.record(z.string(), z.unknown())) });
const doomed = z.object({ doomed: z.array(z.number().int()) });
const refused = z.object({ error: z.string() });

interface Asked {
  readonly line: string;
  readonly resolve: (answer: string) => void;
  readonly reject: (error: Error) => void;
}

/** Asks `python -m kargah.sweep`, one question at a time; each brings its whole history, so the process may die at any moment. */
export class Sampler {
  #child: ChildProcessWithoutNullStreams | null = null;
  readonly #waiting: Asked[] = [];
  #current: Asked | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly python: string) {}

  /** The next `count` settings. */
  async propose(history: History, count: number): Promise<Setting[]> {
    return (await this.#ask({ ask: 'propose', count, ...history }, proposed)).settings;
  }

  /** The places in `trials` of running jobs that are not worth finishing. */
  async doomed(history: History): Promise<number[]> {
    return (await this.#ask({ ask: 'doomed', ...history }, doomed)).doomed;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#child?.kill('SIGKILL');
    this.#child = null;
  }

  async #ask<T extends z.ZodType>(question: object, shape: T): Promise<z.output<T>> {
    const line = await new Promise<string>((resolve, reject) => {
      this.#waiting.push({ line: `${JSON.stringify(question)}\n`, resolve, reject });
      this.#next();
    });
    const answer: unknown = JSON.parse(line);
    const { success, data } = refused.safeParse(answer);
    if (success) throw new Error(`the sampler could not answer: ${data.error}`);
    return shape.parse(answer);
  }

  #next(): void {
    if (this.#current) return;
    clearTimeout(this.#timer);
    this.#current = this.#waiting.shift() ?? null;
    const child = this.#child;
    if (!this.#current) {
      this.#timer = setTimeout(() => child?.stdin.end(), IDLE_MS).unref();
      return;
    }
    const alive = child && child.exitCode === null && !child.stdin.writableEnded ? child : this.#spawn();
    alive.stdin.write(this.#current.line);
    this.#timer = setTimeout(() => alive.kill('SIGKILL'), ANSWER_MS).unref();
  }

  #spawn(): ChildProcessWithoutNullStreams {
    const child = spawn(this.python, ['-m', 'kargah.sweep'], {
      env: { ...inherited(process.env), PYTHONUTF8: '1', OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' },
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-500)));
    // That the process has ended is handled by its exit, below.
    child.stdin.on('error', () => undefined);
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (this.#child === child) this.#settle((asked) => asked.resolve(line));
    });
    const gone = (reason: string): void => {
      if (this.#child !== child) return;
      this.#child = null;
      this.#settle((asked) => asked.reject(new Error(`the sampler ${reason}: ${said}`)));
    };
    child.once('error', (error) => gone(error.message));
    child.once('close', (code, signal) => gone(`ended with ${String(signal ?? code)}`));
    return (this.#child = child);
  }

  #settle(tell: (asked: Asked) => void): void {
    const asked = this.#current;
    this.#current = null;
    if (asked) tell(asked);
    this.#next();
  }
}
