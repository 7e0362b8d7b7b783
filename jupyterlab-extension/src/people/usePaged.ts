import { useCallback, useEffect, useRef, useState } from 'react';
import type { Page } from '../store/list.js';

export interface Paged<T> {
  /** Null while the first page is read. */
  readonly items: readonly T[] | null;
  readonly failure: unknown;
  readonly more: (() => void) | null;
  readonly again: () => void;
  readonly put: (item: T) => void;
}

/**
 * The pages that `read` answers, from the first again whenever `read` or the stamp changes, and with what was read before until then;
 * stale answers are ignored.
 */
export function usePaged<T>(
  read: (cursor: string | undefined, signal: AbortSignal) => Promise<Page<T>>,
  idOf: (item: T) => string | number,
  stamp: string | number = 0,
): Paged<T> {
  const [items, setItems] = useState<readonly T[] | null>(null);
  const [cursor, setCursor] = useState<string | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [attempt, setAttempt] = useState(0);
  const asked = useRef<AbortController>();
  const load = useCallback(
    (from: string | undefined): void => {
      asked.current?.abort();
      const one = new AbortController();
      asked.current = one;
      read(from, one.signal).then(
        (page) => {
          if (one.signal.aborted) return;
          setItems((before) => (from === undefined ? page.items : [...(before ?? []), ...page.items]));
          setCursor(page.next_cursor);
          setFailure(null);
        },
        (reason: unknown) => {
          if (!one.signal.aborted) setFailure(reason);
        },
      );
    },
    [read],
  );
  useEffect(() => {
    load(undefined);
    return () => asked.current?.abort();
  }, [load, attempt, stamp]);
  return {
    items,
    failure,
    more: cursor === null ? null : () => load(cursor),
    again: () => setAttempt((count) => count + 1),
    put: (item) => setItems((before) => (before ?? []).map((one) => (idOf(one) === idOf(item) ? item : one))),
  };
}
