import { useSyncExternalStore } from 'react';
import type { Observable } from './observable.js';

/** The value of an observable, re-rendering when it changes. */
export function useStore<T>(source: Observable<T>): T {
  return useSyncExternalStore(source.subscribe, source.get, source.get);
}
