import type { DatasetPreview } from '../../api/types.js';

export const PAGE_ROWS = 200;
const KEPT_PAGES = 24;

export type Cell = DatasetPreview['rows'][number][number];
export type ReadPage = (offset: number, limit: number, signal: AbortSignal) => Promise<DatasetPreview>;

/** Pages of a table of any length, read as they come into sight; the longest unseen are forgotten. */
export class Pages {
  private readonly held = new Map<number, readonly (readonly Cell[])[]>();
  private readonly asked = new Map<number, AbortController>();
  private closed = false;

  constructor(
    private readonly read: ReadPage,
    private readonly changed: (found: DatasetPreview | null, failure: unknown) => void,
  ) {}

  row(index: number): readonly Cell[] | undefined {
    return this.held.get(Math.floor(index / PAGE_ROWS))?.[index % PAGE_ROWS];
  }

  /** Sees to it that the rows from `first` to `last` come; what is no longer wanted is not waited for. */
  want(first: number, last: number): void {
    const [from, to] = [Math.floor(Math.max(0, first) / PAGE_ROWS), Math.floor(Math.max(0, last) / PAGE_ROWS)];
    for (const [page, abort] of this.asked)
      if (page < from - 1 || page > to + 1) {
        abort.abort();
        this.asked.delete(page);
      }
    for (let page = from; page <= to; page += 1) {
      const rows = this.held.get(page);
      if (rows !== undefined) {
        this.held.delete(page);
        this.held.set(page, rows);
      } else if (!this.asked.has(page)) this.ask(page);
    }
  }

  close(): void {
    this.closed = true;
    for (const abort of this.asked.values()) abort.abort();
  }

  private ask(page: number): void {
    const abort = new AbortController();
    this.asked.set(page, abort);
    this.read(page * PAGE_ROWS, PAGE_ROWS, abort.signal).then(
      (found) => {
        if (this.closed || abort.signal.aborted) return;
        this.asked.delete(page);
        this.held.set(page, found.rows);
        const oldest = this.held.keys().next();
        if (this.held.size > KEPT_PAGES && oldest.done !== true) this.held.delete(oldest.value);
        this.changed(found, null);
      },
      (reason: unknown) => {
        if (this.closed || abort.signal.aborted) return;
        this.asked.delete(page);
        this.changed(null, reason);
      },
    );
  }
}
