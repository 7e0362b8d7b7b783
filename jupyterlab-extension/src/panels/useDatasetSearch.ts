import { useEffect, useState } from 'react';
import { data } from '../api/client.js';
import type { Dataset } from '../api/types.js';
import { useKargah } from '../context.js';
import { useStore } from '../lib/useStore.js';

const PAUSE_MS = 200;
const PAGE = 100;

export interface Found {
  /** What is not in the list yet; the list's own rows are kept true by events, so they come first. */
  readonly items: readonly Dataset[];
  readonly failure: unknown;
  readonly nextCursor: string | null;
}
interface Ways {
  /** The bridge is asked, since the list does not hold all. */
  readonly asking: boolean;
  readonly pending: boolean;
  readonly more: () => void;
  readonly again: () => void;
}
const NOTHING: Found = { items: [], failure: null, nextCursor: null };

/** Asks the bridge for datasets beyond those that the list holds; nothing where it holds all, or nothing is searched. */
export function useDatasetSearch(search: string, tag: string | undefined): Found & Ways {
  const { api, store } = useKargah();
  const list = useStore(store.datasets);
  const wanted = search.trim();
  const asking = list.nextCursor !== null && (wanted !== '' || tag !== undefined);
  const key = JSON.stringify([wanted, tag]);
  const [found, setFound] = useState<Found & { readonly of: string }>({ ...NOTHING, of: '' });
  const [cursor, setCursor] = useState<{ readonly of: string; readonly at: string } | null>(null);
  const [attempt, setAttempt] = useState(0);
  const at = cursor?.of === key ? cursor.at : undefined;
  useEffect(() => {
    if (!asking) return;
    const asked = new AbortController();
    const query = {
      limit: PAGE,
      ...(wanted === '' ? {} : { search: wanted.slice(0, 200) }),
      ...(tag === undefined ? {} : { tag }),
      ...(at === undefined ? {} : { cursor: at }),
    };
    const ask = (): void => {
      data(api.http.GET('/api/v1/datasets', { params: { query }, signal: asked.signal })).then(
        (page) =>
          setFound((before) => ({
            of: key,
            items: at === undefined ? page.items : [...before.items, ...page.items],
            failure: null,
            nextCursor: page.next_cursor,
          })),
        (reason: unknown) => {
          if (!asked.signal.aborted) setFound({ ...NOTHING, of: key, failure: reason });
        },
      );
    };
    const timer = setTimeout(ask, at === undefined ? PAUSE_MS : 0);
    return () => {
      clearTimeout(timer);
      asked.abort();
    };
  }, [api, asking, wanted, tag, at, key, attempt]);
  const now = asking && found.of === key ? found : NOTHING;
  return {
    ...now,
    asking,
    pending: asking && found.of !== key,
    again: () => setAttempt(attempt + 1),
    more: () => {
      if (now.nextCursor !== null) setCursor({ of: key, at: now.nextCursor });
    },
  };
}
