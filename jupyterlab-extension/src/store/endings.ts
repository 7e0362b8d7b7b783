import type { Observable } from '../lib/observable.js';
import type { ListState } from './list.js';

/**
 * Reports each item that was under way in a list and is now ended. Decided from the change of the list itself, so that it
 * does not matter which event, answer or reading brought it, nor in which order they came. What had ended before it was first
 * seen is history, not news.
 */
export function onEnded<T>(
  list: Observable<ListState<T>>,
  idOf: (item: T) => string,
  hasEnded: (item: T) => boolean,
  tell: (item: T) => void,
): void {
  let underWay: ReadonlySet<string> = new Set();
  list.subscribe(({ items }) => {
    const ended = items.filter((item) => underWay.has(idOf(item)) && hasEnded(item));
    underWay = new Set(items.filter((item) => !hasEnded(item)).map(idOf));
    ended.forEach(tell);
  });
}
