import { renameSync, rmSync } from 'node:fs';
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MetricPoint } from '../../contract/training/metrics.js';
import { Columns, POINT_BYTES, Points } from './columns.js';

/** What of a job's points waits in memory before it is written. */
const WRITE_AFTER = 4_096;

interface Written {
  /** How many points, and how long the list of names is. */
  readonly points: number;
  readonly names: number;
}

/**
 * A job's points beside MLflow, to be read at once and in order: `<job>.points` as {@link Points}, `<job>.names`, a line of JSON for
 * each name, and `<job>.whole`, which says that nothing is missing. While points are added that last file is not there: what a killed
 * bridge left behind is not believed, and read anew from MLflow.
 */
export class KeptPoints {
  readonly #numbers = new Map<string, number>();
  #names: string[] = [];
  #newNames: string[] = [];
  #waiting = new Points();
  #written: Written = { points: 0, names: 0 };
  /** Marks that on the disk. */
  #marked = false;
  #writing: Promise<void> = Promise.resolve();

  private constructor(
    private readonly folder: string,
    private readonly jobId: string,
  ) {}

  /** Of a job that has logged nothing yet, or in place of what is there. */
  static empty(folder: string, jobId: string): KeptPoints {
    const kept = new KeptPoints(folder, jobId);
    kept.#writing = kept.#unmark().then(() => kept.#remove());
    kept.#writing.catch(() => undefined);
    return kept;
  }

  /** As an earlier bridge left it; null where that is not whole. */
  static async at(folder: string, jobId: string): Promise<KeptPoints | null> {
    const kept = new KeptPoints(folder, jobId);
    try {
      const written = JSON.parse(await readFile(kept.#path('whole'), 'utf8')) as Written;
      const names = (await readFile(kept.#path('names'), 'utf8')).split('\n').slice(0, -1);
      if (names.length !== written.names) return null;
      kept.#names = names.map((line) => JSON.parse(line) as string);
      for (const [number, name] of kept.#names.entries()) kept.#numbers.set(name, number);
      kept.#written = written;
      kept.#marked = true;
      return kept;
    } catch {
      // Files that cannot be read count as not whole.
      return null;
    }
  }

  get names(): number {
    return this.#names.length;
  }

  has(name: string): boolean {
    return this.#numbers.has(name);
  }

  /** Nothing waits, and the disk says that nothing is missing. */
  get rests(): boolean {
    return this.#marked && this.#waiting.count === 0;
  }

  add(points: readonly MetricPoint[]): void {
    // At once: whoever kills the bridge in the next moment must not leave files that claim to be whole.
    if (this.#marked) rmSync(this.#path('whole'), { force: true });
    this.#marked = false;
    for (const point of points) {
      let number = this.#numbers.get(point.key);
      if (number === undefined) {
        number = this.#names.length;
        this.#numbers.set(point.key, number);
        this.#names.push(point.key);
        this.#newNames.push(`${JSON.stringify(point.key)}\n`);
      }
      this.#waiting.add(number, point);
    }
    if (this.#waiting.count >= WRITE_AFTER) this.write().catch(() => undefined);
  }

  async columns(): Promise<Columns> {
    for (let writing; writing !== this.#writing;) await (writing = this.#writing);
    const [names, waiting] = [[...this.#names], Buffer.from(this.#waiting.bytes)];
    const { points } = this.#written;
    const before = points === 0 ? Buffer.alloc(0) : await readFile(this.#path('points'));
    // More may have been written meanwhile.
    if (before.length < points * POINT_BYTES) throw new Error(`the kept points of ${this.jobId} end too early`);
    return new Columns(Buffer.concat([before.subarray(0, points * POINT_BYTES), waiting]), names);
  }

  /** Resolves once everything added so far is in the files. */
  async write(): Promise<void> {
    const work = this.#writing.then(() => this.#append());
    this.#writing = work;
    await work;
  }

  /** Writes what waits and says that nothing is missing. */
  async rest(): Promise<void> {
    await this.write();
    if (this.#marked) return;
    const written = this.#written;
    await writeFile(`${this.#path('whole')}.new`, JSON.stringify(written), { mode: 0o600 });
    // What came meanwhile is not in the files.
    if (this.#waiting.count > 0 || this.#written !== written) return;
    renameSync(`${this.#path('whole')}.new`, this.#path('whole'));
    this.#marked = true;
  }

  async delete(): Promise<void> {
    await this.#writing.catch(() => undefined);
    await this.#unmark();
    await this.#remove();
  }

  async #append(): Promise<void> {
    if (this.#waiting.count === 0) {
      // A job without any point has files, too.
      if (this.#written.points === 0 && !this.#marked) await this.#create();
      return;
    }
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const [points, lines, names] = [this.#waiting, this.#newNames, this.#names.length];
    this.#waiting = new Points();
    this.#newNames = [];
    await append(this.#path('names'), Buffer.from(lines.join('')));
    await append(this.#path('points'), points.bytes);
    this.#written = { points: this.#written.points + points.count, names };
  }

  async #unmark(): Promise<void> {
    await rm(this.#path('whole'), { force: true });
    this.#marked = false;
  }

  async #create(): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    for (const what of ['names', 'points']) await append(this.#path(what), Buffer.alloc(0));
  }

  async #remove(): Promise<void> {
    await Promise.all(['points', 'names'].map((what) => rm(this.#path(what), { force: true })));
  }

  #path(what: string): string {
    return join(this.folder, `${this.jobId}.${what}`);
  }
}

async function append(path: string, bytes: Buffer): Promise<void> {
  const file = await open(path, 'a', 0o600);
  try {
    await file.appendFile(bytes);
  } finally {
    await file.close();
  }
}
