import { asApiError, type ApiError } from '../api/errors.js';
import { Observable } from '../lib/observable.js';

export interface ListState<T> {
  readonly status: 'idle' | 'loading' | 'ready' | 'failed';
  readonly items: readonly T[];
  readonly nextCursor: string | null;
  readonly error: ApiError | null;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly next_cursor: string | null;
}

type Change<T> = (items: readonly T[]) => readonly T[];

const EMPTY: ListState<never> = { status: 'idle', items: [], nextCursor: null, error: null };

/** A list that is read by pages and kept true by events. What an event said while a page was on its way outlives that page. */
export class LiveList<T> extends Observable<ListState<T>> {
  /** What changed since the page that is on its way was asked for. */
  private meanwhile: Change<T>[] | undefined;

  constructor(private readonly idOf: (item: T) => string) {
    super(EMPTY);
  }

  put(item: T): void {
    const id = this.idOf(item);
    this.change((items) =>
      items.some((other) => this.idOf(other) === id)
        ? items.map((other) => (this.idOf(other) === id ? item : other))
        : [item, ...items],
    );
  }

  /** Takes what a request has just made. Where an event has told of it already, that is newer than the answer to the request. */
  add(item: T): void {
    const id = this.idOf(item);
    this.change((items) => (items.some((other) => this.idOf(other) === id) ? items : [item, ...items]));
  }

  remove(id: string): void {
    this.change((items) => items.filter((item) => this.idOf(item) !== id));
  }

  patch(id: string, patched: (item: T) => T): void {
    this.change((items) => items.map((item) => (this.idOf(item) === id ? patched(item) : item)));
  }

  /** Reads the list anew; of two readings at once only the later one counts. */
  async load(read: () => Promise<Page<T>>): Promise<void> {
    const changes: Change<T>[] = [];
    this.meanwhile = changes;
    this.update((state) => ({ ...state, status: state.status === 'ready' ? 'ready' : 'loading', error: null }));
    try {
      const page = await read();
      if (this.meanwhile === changes) {
        const items = changes.reduce((known, change) => change(known), page.items);
        this.set({ status: 'ready', items, nextCursor: page.next_cursor, error: null });
      }
    } catch (reason) {
      if (this.meanwhile === changes) {
        this.update((state) => ({
          ...state,
          status: state.items.length > 0 ? 'ready' : 'failed',
          error: asApiError(reason),
        }));
      }
    } finally {
      if (this.meanwhile === changes) {
        this.meanwhile = undefined;
      }
    }
  }

  /** The next page, behind what is there; nothing where there is none. */
  async more(read: (cursor: string) => Promise<Page<T>>): Promise<void> {
    const cursor = this.get().nextCursor;
    if (cursor === null) {
      return;
    }
    const page = await read(cursor);
    this.update((state) => {
      // Emptied or read anew in the meantime: this page belongs to what was.
      if (state.nextCursor !== cursor) {
        return state;
      }
      const known = new Set(state.items.map(this.idOf));
      const added = page.items.filter((item) => !known.has(this.idOf(item)));
      return { ...state, items: [...state.items, ...added], nextCursor: page.next_cursor };
    });
  }

  /** Empties the list when the person changes; a page that is still being read is dropped. */
  clear(): void {
    this.meanwhile = undefined;
    this.set(EMPTY);
  }

  private change(change: Change<T>): void {
    this.meanwhile?.push(change);
    this.update((state) => ({ ...state, items: change(state.items) }));
  }
}
