import type { RunKey } from './record.js';
import type { Extent } from './segments.js';
import type { Position } from './record.js';

/** What MLflow takes at once. */
export const BATCH_METRICS = 1000;
/** Well below the megabyte that MLflow takes at once. */
const BATCH_BYTES = 800_000;

export interface Piece extends Extent {
  readonly count: number;
}

/** The points of one run that MLflow does not have yet, in order. */
export interface WaitingRun {
  readonly key: RunKey;
  readonly pieces: Piece[];
  /** The first moment from which its points wait (ms, monotonic). */
  since: number;
  /** How many points lie in `pieces`. */
  count: number;
  /** How many of the first pieces are being sent; they stay as they are until MLflow has them. */
  sending: number;
  failures: number;
  /** How many times on end MLflow answered 500. */
  broken: number;
  /** Not before this moment, after a failure. */
  notBefore: number;
  readonly readers: Set<Reader>;
}

export interface Reader {
  readonly until: Position;
  readonly resolve: () => void;
  /** MLflow has some more of what it waits for. */
  readonly progress: () => void;
}

/** Which points wait, by run. */
export class Backlog {
  readonly #runs = new Map<string, WaitingRun>();

  add(key: RunKey, extent: Extent, count: number, now: number): void {
    const id = idOf(key);
    let run = this.#runs.get(id);
    if (run === undefined) {
      run = {
        key,
        pieces: [],
        since: now,
        count: 0,
        sending: 0,
        failures: 0,
        broken: 0,
        notBefore: 0,
        readers: new Set(),
      };
      this.#runs.set(id, run);
    }
    if (run.pieces.length === 0) run.since = now;
    run.count += count;
    const last = run.pieces.at(-1);
    if (last !== undefined && run.pieces.length > run.sending && continues(last, extent) && fits(last, extent, count))
      run.pieces[run.pieces.length - 1] = { ...last, size: last.size + extent.size, count: last.count + count };
    else run.pieces.push({ ...extent, count });
  }

  /** The pieces that go to MLflow together. */
  batchOf(run: WaitingRun): Piece[] {
    const batch: Piece[] = [];
    let count = 0;
    let size = 0;
    for (const piece of run.pieces) {
      if (batch.length > 0 && (count + piece.count > BATCH_METRICS || size + piece.size > BATCH_BYTES)) break;
      batch.push(piece);
      count += piece.count;
      size += piece.size;
    }
    return batch;
  }

  /** MLflow has everything of the run before `until` (or it was put aside). */
  delivered(key: RunKey, until: Position): void {
    const id = idOf(key);
    const run = this.#runs.get(id);
    if (run === undefined) return;
    while (run.pieces.length > 0 && isBefore(run.pieces[0]!, until)) run.count -= run.pieces.shift()!.count;
    for (const reader of run.readers) {
      if (isBefore(until, reader.until)) {
        reader.progress();
        continue;
      }
      run.readers.delete(reader);
      reader.resolve();
    }
    this.#runs.delete(id);
    // The next turn is another run's.
    if (run.pieces.length > 0) this.#runs.set(id, run);
  }

  runs(): Iterable<WaitingRun> {
    return this.#runs.values();
  }

  of(workspace: string, runId?: string): WaitingRun[] {
    if (runId !== undefined) {
      const run = this.#runs.get(idOf({ workspace, runId }));
      return run === undefined ? [] : [run];
    }
    return [...this.#runs.values()].filter(({ key }) => key.workspace === workspace);
  }

  /** Where the oldest waiting point lies; null when none waits. */
  oldest(): Position | null {
    let oldest: Position | null = null;
    for (const { pieces } of this.#runs.values())
      if (oldest === null || isBefore(pieces[0]!, oldest)) oldest = pieces[0]!;
    return oldest;
  }

  get points(): number {
    let sum = 0;
    for (const { count } of this.#runs.values()) sum += count;
    return sum;
  }
}

const idOf = ({ workspace, runId }: RunKey): string => `${workspace}/${runId}`;
const continues = (last: Piece, { segment, offset }: Extent): boolean =>
  last.segment === segment && last.offset + last.size === offset;
const fits = (last: Piece, { size }: Extent, count: number): boolean =>
  last.count + count <= BATCH_METRICS && last.size + size <= BATCH_BYTES;

export const endOf = ({ segment, offset, size }: Extent): Position => ({ segment, offset: offset + size });
export const isBefore = (a: Position, b: Position): boolean =>
  a.segment < b.segment || (a.segment === b.segment && a.offset < b.offset);
