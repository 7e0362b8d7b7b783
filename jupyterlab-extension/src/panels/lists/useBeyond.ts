import { useEffect, useRef, useState } from 'react';
import { useKargah } from '../../context.js';
import type { Entry } from '../../features/feature.js';
import type { SectionRows } from './useSections.js';

const PAUSE_MS = 200;
const PAGE = 100;
const NONE: ReadonlySet<string> = new Set();

export interface Beyond {
  /** The bridge is asked, since the list does not hold all. */
  readonly asking: boolean;
  readonly pending: boolean;
  /** What is not in the list yet; the list's own rows are kept true by events, so they come first. */
  readonly items: readonly Entry[];
  readonly failure: unknown;
  readonly nextCursor: string | null;
}
type Found = Pick<Beyond, 'items' | 'failure' | 'nextCursor'>;

const NOTHING: Found = { items: [], failure: null, nextCursor: null };

/**
 * Asks the bridge for what is searched beyond the rows that the lists hold; nothing where a list holds all, or nothing is searched.
 */
export function useBeyond(
  sections: readonly SectionRows[],
  search: string,
  chosen: Readonly<Record<string, ReadonlySet<string>>>,
): { readonly of: (id: string) => Beyond; readonly more: (id: string) => void; readonly again: () => void } {
  const kargah = useKargah();
  const text = search.trim().slice(0, 200);
  const asking = sections.flatMap(({ section, state }) =>
    section.search !== undefined && state.nextCursor !== null && (text !== '' || (chosen[section.id]?.size ?? 0) > 0)
      ? section
      : [],
  );
  const key = JSON.stringify([text, asking.map(({ id }) => [id, ...(chosen[id] ?? NONE)])]);
  const [found, setFound] = useState<{ readonly of: string; readonly by: Readonly<Record<string, Found>> }>({
    of: '',
    by: {},
  });
  const [attempt, setAttempt] = useState(0);
  const ask = useRef<(id: string, cursor?: string) => void>(() => undefined);

  useEffect(() => {
    if (asking.length === 0) return;
    const asked = new AbortController();
    const keep = (id: string, change: (before: Found) => Found): void =>
      setFound((before) => {
        const by = before.of === key ? before.by : {};
        return { of: key, by: { ...by, [id]: change(by[id] ?? NOTHING) } };
      });
    ask.current = (id, cursor) => {
      const section = asking.find((one) => one.id === id);
      section?.search?.(kargah, { text, chosen: chosen[id] ?? NONE, limit: PAGE, cursor, signal: asked.signal }).then(
        ({ items, next_cursor: nextCursor }) =>
          keep(id, (before) => ({
            items: cursor === undefined ? items : [...before.items, ...items],
            failure: null,
            nextCursor,
          })),
        (failure: unknown) => {
          if (!asked.signal.aborted) keep(id, () => ({ ...NOTHING, failure }));
        },
      );
    };
    const timer = setTimeout(() => asking.forEach(({ id }) => ask.current(id)), PAUSE_MS);
    return () => {
      clearTimeout(timer);
      asked.abort();
    };
    // `key` says what is asked, and of whom.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [kargah, key, attempt]);

  const now = found.of === key ? found.by : {};
  return {
    of: (id) => {
      const asked = asking.some((section) => section.id === id);
      return { asking: asked, pending: asked && now[id] === undefined, ...(asked ? (now[id] ?? NOTHING) : NOTHING) };
    },
    more: (id) => {
      const cursor = now[id]?.nextCursor;
      if (cursor != null) ask.current(id, cursor);
    },
    again: () => setAttempt(attempt + 1),
  };
}
