import { useState, useSyncExternalStore } from 'react';
import type { Observable } from './observable.js';

/** An observable of whatever. */
export interface Watched {
  get(): unknown;
  subscribe(listener: () => void): () => void;
}

/** The value of an observable, re-rendering when it changes. */
export function useStore<T>(source: Observable<T>): T {
  return useSyncExternalStore(source.subscribe, source.get, source.get);
}

/** Re-renders when one of these changes, however many there are. */
export function useStores(sources: readonly Watched[]): void {
  const [held, setHeld] = useState(() => together(sources));
  if (!same(held.sources, sources)) setHeld(together(sources));
  useSyncExternalStore(held.subscribe, held.get, held.get);
}

function together(sources: readonly Watched[]) {
  let values = sources.map((source) => source.get());
  return {
    sources,
    subscribe: (listener: () => void): (() => void) => {
      const stops = sources.map((source) => source.subscribe(listener));
      return () => stops.forEach((stop) => stop());
    },
    get: (): readonly unknown[] => {
      const now = sources.map((source) => source.get());
      if (!same(values, now)) values = now;
      return values;
    },
  };
}

function same(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((one, at) => Object.is(one, b[at]));
}
