import { spawn } from 'node:child_process';
import { z } from 'zod';
import { datasetPreview } from '../contract/dataset-data.js';
import { column, dataset, datasetFormat, datasetKind } from '../contract/datasets.js';
import { source } from '../contract/intake.js';
import { errorCode } from '../contract/errors.js';
import { KargahError } from '../errors.js';
import { inherited } from '../launchers/environment.js';
import type { DatasetsDeps } from './deps.js';

const answer = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), result: z.unknown() }),
  z.object({
    ok: z.literal(false),
    error: z.object({ code: errorCode, params: z.record(z.string(), z.union([z.string(), z.number()])) }),
  }),
]);

const readResult = z.object({
  format: datasetFormat,
  kind: datasetKind,
  rows: z.number().int(),
  columns: z.number().int().nullable(),
  encoding: z.string().nullable(),
  suggested_target: z.string().nullable(),
  warnings: dataset.shape.warnings,
  profile: z.object({
    rows: z.number().int(),
    columns: z.array(column),
    classes: z.array(z.object({ name: z.string(), count: z.number().int() })),
  }),
});
export type ReadResult = z.infer<typeof readResult>;

export const previewResult = datasetPreview.pick({ rows: true, images: true });
export type PreviewResult = z.infer<typeof previewResult>;

const OUTPUT_LIMIT = 64 * 2 ** 20;
const PREVIEW_SECONDS = 30;
const PARALLEL_PREVIEWS = 3;
const BYTES_PER_SECOND = 2 ** 20;
/** How Python and its libraries say on their way out that they got no memory. */
const NO_MEMORY =
  /MemoryError|bad_alloc|Cannot allocate memory|can't start new thread|failed to map segment|OutOfMemory/u;

/** Opens users' files in Python processes of their own; the bridge itself never parses one. */
export class Reader {
  constructor(private readonly deps: Pick<DatasetsDeps, 'python' | 'limits' | 'log'>) {}

  private previews = 0;
  private readonly waiting: (() => void)[] = [];

  /** @throws {KargahError} with the reason why the file is no dataset; an abort rejects with the signal's reason. */
  async read(
    input: {
      readonly folder: string;
      readonly filename: string;
      readonly sizeBytes: number;
      readonly sourceId: string | null;
    },
    signal: AbortSignal,
  ): Promise<ReadResult> {
    const { limits } = this.deps;
    const seconds = limits.readerSeconds + input.sizeBytes / BYTES_PER_SECOND;
    const request = {
      folder: input.folder,
      filename: input.filename,
      source_id: input.sourceId,
      memory_bytes: limits.readerMemoryBytes,
      max_image_bytes: limits.maxImageBytes,
      limits: this.limits(seconds),
    };
    return this.ask('kargah.datasets.read', request, readResult, seconds, signal);
  }

  async preview(input: { folder: string; kind: string; offset: number; limit: number }): Promise<PreviewResult> {
    const request = { ...input, limits: this.limits(PREVIEW_SECONDS) };
    const { signal } = new AbortController();
    if (this.previews >= PARALLEL_PREVIEWS) await new Promise<void>((resolve) => this.waiting.push(resolve));
    this.previews += 1;
    try {
      return await this.ask('kargah.datasets.preview', request, previewResult, PREVIEW_SECONDS, signal);
    } finally {
      this.previews -= 1;
      this.waiting.shift()?.();
    }
  }

  async sources(): Promise<z.infer<typeof source>[]> {
    const printed = await this.run('kargah.datasets.sources', '', PREVIEW_SECONDS, new AbortController().signal);
    return z.array(source).parse(JSON.parse(printed));
  }

  private limits(seconds: number): object {
    const { readerMemoryBytes, maxImageBytes } = this.deps.limits;
    return { memory_bytes: readerMemoryBytes, cpu_seconds: Math.ceil(seconds * 2), file_bytes: 4 * maxImageBytes };
  }

  private async ask<T extends z.ZodType>(
    module: string,
    request: object,
    result: T,
    seconds: number,
    signal: AbortSignal,
  ): Promise<z.output<T>> {
    const printed = await this.run(module, JSON.stringify(request), seconds, signal);
    const parsed = answer.parse(JSON.parse(printed));
    if (!parsed.ok) throw new KargahError(parsed.error.code, parsed.error.params);
    return result.parse(parsed.result);
  }

  private run(module: string, input: string, seconds: number, signal: AbortSignal): Promise<string> {
    const { python, log } = this.deps;
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason as Error);
      const child = spawn(python, ['-m', module], {
        env: { ...inherited(process.env), PYTHONUTF8: '1', PYTHONDONTWRITEBYTECODE: '1' },
        stdio: ['pipe', 'pipe', 'pipe'],
      });
      let timedOut = false;
      let size = 0;
      const chunks: Buffer[] = [];
      let complaint = '';
      const kill = (): void => void child.kill('SIGKILL');
      const timer = setTimeout(() => {
        timedOut = true;
        kill();
      }, seconds * 1000);
      signal.addEventListener('abort', kill, { once: true });
      child.stdout.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > OUTPUT_LIMIT) kill();
        else chunks.push(chunk);
      });
      child.stderr.on('data', (chunk: Buffer) => (complaint = (complaint + chunk.toString()).slice(-4000)));
      // A child that ended before it read its request shows in its exit code.
      child.stdin.on('error', () => undefined);
      child.stdin.end(input);
      child.on('error', reject);
      child.on('close', (code, exitSignal) => {
        clearTimeout(timer);
        signal.removeEventListener('abort', kill);
        if (signal.aborted) return reject(signal.reason as Error);
        if (code === 0) return resolve(Buffer.concat(chunks).toString());
        log.warn({ module, code, signal: exitSignal, complaint }, 'a reading process left no answer');
        if (timedOut || exitSignal === 'SIGXCPU') return reject(new KargahError('reader_limit', { resource: 'CPU' }));
        if (exitSignal !== null || NO_MEMORY.test(complaint))
          return reject(new KargahError('reader_limit', { resource: 'RAM' }));
        reject(new Error(`${module} ended with exit code ${String(code)}`));
      });
    });
  }
}
