import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { RunKey } from './record.js';
import type { Answered } from './send.js';

const MAX_KNOWN = 10_000;

/** Points that were taken and that MLflow then refused for good, mostly because their run was deleted meanwhile. */
export class RefusedPoints {
  readonly #told = new Set<string>();
  readonly #listeners = new Set<(run: RunKey) => void>();

  /** @param file JSON lines of `{at, workspace, run_id, status, answer, metrics}`. */
  constructor(
    private readonly file: string,
    private readonly log: { warn(fields: object, message: string): void },
  ) {}

  whenPut(tell: (run: RunKey) => void): void {
    this.#listeners.add(tell);
  }

  async put({ workspace, runId }: RunKey, { status, text }: Answered, metrics: readonly string[]): Promise<void> {
    const fields = { at: new Date().toISOString(), workspace, run_id: runId, status, answer: text.slice(0, 1000) };
    await mkdir(dirname(this.file), { recursive: true, mode: 0o700 });
    const file = await open(this.file, 'a', 0o600);
    try {
      await file.writeFile(`${JSON.stringify(fields).slice(0, -1)},"metrics":[${metrics.join(',')}]}\n`);
      await file.datasync();
    } finally {
      await file.close();
    }
    for (const tell of this.#listeners) tell({ workspace, runId });
    if (this.#told.has(runId)) return;
    if (this.#told.size >= MAX_KNOWN) this.#told.clear();
    this.#told.add(runId);
    this.log.warn({ run_id: runId, status }, 'MLflow refused points of a run for good; they lie in refused.jsonl');
  }
}
