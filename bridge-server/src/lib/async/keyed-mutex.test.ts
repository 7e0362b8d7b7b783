import { once } from 'node:events';
import { expect, it } from 'vitest';
import { KeyedMutex } from './keyed-mutex.js';

/** Work that ends when a test says so. */
function held(): { readonly work: () => Promise<void>; readonly began: Promise<void>; readonly end: () => void } {
  const [begin, end] = [new AbortController(), new AbortController()];
  const aborted = async ({ signal }: AbortController): Promise<void> => {
    if (!signal.aborted) await once(signal, 'abort');
  };
  const work = (): Promise<void> => {
    begin.abort();
    return aborted(end);
  };
  const began = aborted(begin);
  return { work, began, end: () => end.abort() };
}

it('lets one in after another for each key, in order, also after one that failed', async () => {
  const mutex = new KeyedMutex();
  const order: string[] = [];
  const [first, other] = [held(), held()];
  const all = [
    mutex.runExclusive('a', first.work).then(() => order.push('first')),
    expect(mutex.runExclusive('a', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken'),
    mutex.runExclusive('a', () => Promise.resolve(order.push('third'))),
    mutex.runExclusive('b', other.work),
  ];
  await Promise.all([first.began, other.began]);
  expect(order).toEqual([]);
  first.end();
  other.end();
  await Promise.all(all);
  expect(order).toEqual(['first', 'third']);
});

it('tells when nobody holds a key any more, those who waited before included', async () => {
  const mutex = new KeyedMutex();
  await mutex.waitForUnlock('a');
  const [first, second] = [held(), held()];
  const all = [mutex.runExclusive('a', first.work), mutex.runExclusive('a', second.work)];
  let free = false;
  const waited = mutex.waitForUnlock('a').then(() => (free = true));
  await first.began;
  first.end();
  await second.began;
  expect(free).toBe(false);
  second.end();
  await Promise.all([...all, waited]);
  expect(free).toBe(true);
});
