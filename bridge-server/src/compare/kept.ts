import { renameSync, rmSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { comparedReport } from './contract.js';
import type { Curve, CurveAxis } from './curves.js';
import { Floats, frame, unframe } from './frame.js';

const MAGIC = 'KGS1';

/** The summary of an ended job for comparisons, made once of all its points. */
export interface Summary {
  /** Of the first metrics. */
  readonly curves: readonly Curve[];
  readonly began: number | null;
  /** Of the first metrics, of which there may be more than curves. */
  readonly names: readonly string[];
  readonly nameCount: number;
  /** For which metrics the job said whether lower or higher is better. */
  readonly best: { readonly key: string; readonly mode: 'max' | 'min' } | null;
  readonly report: z.infer<typeof comparedReport> | null;
}

/** NaN and infinities as texts, since JSON cannot express them. */
const figure = z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity'])]).transform(Number);
const count = z.number().int().min(0);
const kept = z.object({
  /** How many numbers stand behind this text: fewer are a file that was cut. */
  floats: count,
  began: z.number().nullable(),
  names: z.array(z.string()),
  nameCount: count,
  best: z.object({ key: z.string(), mode: z.enum(['max', 'min']) }).nullable(),
  report: comparedReport.nullable(),
  axes: z.array(z.object({ firstStep: z.number(), at: count, buckets: count })),
  curves: z.array(
    z.object({
      key: z.string(),
      points: count,
      notFinite: count,
      last: figure,
      lastStep: z.number(),
      min: figure,
      minStep: figure,
      max: figure,
      maxStep: figure,
      width: count,
      axis: count,
      at: count,
    }),
  ),
});

/**
 * Summaries of ended jobs, `<data folder>/curves/<job>.curves` (docs/protocols/comparison.md). They follow from the points, and may be
 * deleted. A file holds every point of its job: it is deleted before a later point is kept.
 */
export class KeptSummaries {
  readonly #folder: string;
  /** Jobs that have no file, by how often they changed since: what was read before a change is not kept. */
  readonly #changes = new Map<string, number>();

  constructor(dataDir: string) {
    this.#folder = join(dataDir, 'curves');
  }

  /** Deletes the summary of a job that has changed. */
  changed(jobId: string): void {
    const before = this.#changes.get(jobId);
    // Synchronously: a bridge that is killed right after must not leave a summary that lacks points.
    if (before === undefined) rmSync(this.#path(jobId), { force: true });
    this.#changes.set(jobId, (before ?? 0) + 1);
  }

  /** How often it changed; for `write`. */
  changesOf(jobId: string): number {
    return this.#changes.get(jobId) ?? 0;
  }

  async delete(jobId: string): Promise<void> {
    this.#changes.delete(jobId);
    await rm(this.#path(jobId), { force: true });
  }

  /** Null where there is none, or a damaged one. */
  async read(jobId: string): Promise<Summary | null> {
    if (this.#changes.has(jobId)) return null;
    try {
      return summaryOf(await readFile(this.#path(jobId)));
    } catch {
      return null;
    }
  }

  /** @param since `changesOf` before the points were read: where it has changed, this is not kept */
  async write(jobId: string, summary: Summary, since: number): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const path = this.#path(jobId);
    await writeFile(`${path}.new`, bytesOf(summary), { mode: 0o600 });
    if (this.changesOf(jobId) === since) {
      renameSync(`${path}.new`, path);
      this.#changes.delete(jobId);
    } else rmSync(`${path}.new`, { force: true });
  }

  #path(jobId: string): string {
    return join(this.#folder, `${jobId}.curves`);
  }
}

function bytesOf({ curves, ...summary }: Summary): Buffer {
  const floats = new Floats();
  const axes = [...new Set(curves.map(({ axis }) => axis))];
  const numbers = new Map(axes.map((axis, number) => [axis, number]));
  const keptAxes = axes.map(({ firstStep, steps, times }) => {
    return { firstStep, at: floats.putAll(steps, times), buckets: steps.length };
  });
  const keptCurves = curves.map(({ axis, mean, low, high, ...curve }) => ({
    ...curve,
    ...Object.fromEntries(
      (['last', 'min', 'minStep', 'max', 'maxStep'] as const).map((key) => [key, told(curve[key])]),
    ),
    axis: numbers.get(axis),
    at: floats.putAll(mean, low, high),
  }));
  return frame(MAGIC, { ...summary, floats: floats.count, axes: keptAxes, curves: keptCurves }, floats);
}

function summaryOf(bytes: Buffer): Summary {
  const { json, floats } = unframe(MAGIC, bytes);
  const found = kept.parse(json);
  if (floats.length !== found.floats) throw new Error('the file was cut');
  const piece = (at: number, length: number): Float32Array => floats.subarray(at, at + length);
  const axes = found.axes.map(({ firstStep, at, buckets }): CurveAxis => {
    return { firstStep, steps: piece(at, buckets), times: piece(at + buckets, buckets) };
  });
  const curves = found.curves.map(({ axis: number, at, ...curve }): Curve => {
    const axis = axes[number];
    if (axis === undefined) throw new Error('a curve has no axis');
    const n = axis.steps.length;
    return { ...curve, axis, mean: piece(at, n), low: piece(at + n, n), high: piece(at + 2 * n, n) };
  });
  const { began, names, nameCount, best, report } = found;
  return { curves, began, names, nameCount, best, report };
}

const told = (value: number): number | string => (Number.isFinite(value) ? value : String(value));
