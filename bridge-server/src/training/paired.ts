import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { z } from 'zod';
import { pairedFigures, type PairedFigures } from '../contract/training/paired.js';
import { FairSlots } from '../lib/async/fair-slots.js';
import { inherited } from '../lib/environment.js';
import { KargahError } from '../lib/errors.js';
import type { MlflowPort } from '../mlflow/port.js';
import type { ModelPlace } from './model-download.js';
import { openReportRows } from './reports.js';

/** Three million rows. */
const MOST_BYTES = 64 * 2 ** 20;
const SECONDS = 180;
/** Each reads the rows of two models into a process of its own; at once in all, and of one project. */
const AT_ONCE = { atOnce: 2, each: 1, waiting: 16 };

const answer = z.discriminatedUnion('ok', [
  pairedFigures.extend({ ok: z.literal(true) }),
  z.object({ ok: z.literal(false), reason: z.string(), reason_fa: z.string() }),
]);

/** A model, the name by which the verdict speaks of it, and the sha256 of the data that its report is on. */
export interface JudgedModel {
  readonly name: string;
  readonly place: ModelPlace;
  readonly dataset: string | null;
}

/** Holds two models against each other on the rows of their reports, in a Python process of its own that reads them. */
export class PairedReports {
  readonly #folder: string;
  readonly #slots = new FairSlots(AT_ONCE);

  constructor(
    dataDir: string,
    private readonly mlflow: MlflowPort,
    private readonly python: string,
  ) {
    // Emptied when a bridge starts, with the models that were fetched for downloads.
    this.#folder = join(dataDir, 'models');
  }

  /**
   * @param metric a figure of reports; null: the first of their kind
   * @throws {KargahError} `report_rows_missing` with the `side` that has none, 1 or 2; `rows_differ`, `mlflow_unavailable`,
   *     `rate_limited` where too many of the project wait
   */
  compare(first: JudgedModel, second: JudgedModel, metric: string | null): Promise<PairedFigures> {
    return this.#slots.take(first.place.workspace, undefined, () => this.#compare(first, second, metric));
  }

  async #compare(first: JudgedModel, second: JudgedModel, metric: string | null): Promise<PairedFigures> {
    const names = [first.name, second.name] as const;
    // Rows are places in the dataset: those of other data are others.
    if (first.dataset === null || first.dataset !== second.dataset)
      throw new KargahError('rows_differ', {
        reason: `${names[0]} and ${names[1]} were judged on rows of different data.`,
        reason_fa: `«${names[0]}» و «${names[1]}» روی ردیف‌های داده‌های متفاوت سنجیده شده‌اند.`,
      });
    const folder = join(this.#folder, randomUUID());
    await mkdir(folder, { recursive: true, mode: 0o700 });
    try {
      const paths = [join(folder, 'first'), join(folder, 'second')] as const;
      await Promise.all([this.#bring(first, paths[0], 1), this.#bring(second, paths[1], 2)]);
      const asked = ['-m', 'kargah.evaluation', metric ?? '', ...paths, ...names];
      const { stdout } = await this.#run(asked);
      const said = answer.parse(JSON.parse(stdout));
      if (!said.ok) throw new KargahError('rows_differ', { reason: said.reason, reason_fa: said.reason_fa });
      const { ok: _, ...figures } = said;
      return figures;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async #run(asked: readonly string[]): Promise<{ stdout: string }> {
    try {
      return await promisify(execFile)(this.python, asked, {
        env: {
          ...inherited(process.env),
          PYTHONUTF8: '1',
          PYTHONDONTWRITEBYTECODE: '1',
          OMP_NUM_THREADS: '1',
          OPENBLAS_NUM_THREADS: '1',
        },
        timeout: SECONDS * 1000,
      });
    } catch (cause) {
      // Ended by its limits of time or memory.
      if ((cause as { signal?: string | null }).signal == null) throw cause;
      throw new KargahError(
        'rows_differ',
        {
          reason: 'Comparing so many rows takes longer than is allowed; choose accuracy or mae, which take less.',
          reason_fa: 'سنجش این تعداد ردیف بیش از حد مجاز طول می‌کشد؛ accuracy یا mae را انتخاب کنید که سبک‌ترند.',
        },
        { cause },
      );
    }
  }

  async #bring({ place }: JudgedModel, into: string, side: 1 | 2): Promise<void> {
    let bytes = 0;
    const limited = new Transform({
      transform: (chunk: Buffer, _, done) => {
        bytes += chunk.length;
        done(bytes > MOST_BYTES ? new KargahError('report_rows_missing') : null, chunk);
      },
    });
    try {
      const rows = Readable.fromWeb(await openReportRows(this.mlflow, place));
      await pipeline(rows, limited, createWriteStream(into, { flags: 'wx', mode: 0o600 }));
    } catch (cause) {
      const isMissing = cause instanceof KargahError && ['report_rows_missing', 'not_found'].includes(cause.code);
      throw isMissing ? new KargahError('report_rows_missing', { side }, { cause }) : cause;
    }
  }
}
