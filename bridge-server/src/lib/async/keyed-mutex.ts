import { Mutex } from 'async-mutex';

/** A mutex for each key, kept while somebody holds it or waits for it. */
export class KeyedMutex {
  readonly #mutexes = new Map<string, Mutex>();

  async runExclusive<T>(key: string, work: () => Promise<T>): Promise<T> {
    const mutex = this.#mutexes.get(key) ?? new Mutex();
    this.#mutexes.set(key, mutex);
    try {
      return await mutex.runExclusive(work);
    } finally {
      if (!mutex.isLocked()) this.#mutexes.delete(key);
    }
  }

  /** Resolves once nobody holds the key. That stays so until the caller's next `await`. */
  async waitForUnlock(key: string): Promise<void> {
    for (let mutex = this.#mutexes.get(key); mutex?.isLocked(); mutex = this.#mutexes.get(key))
      await mutex.waitForUnlock();
  }
}
