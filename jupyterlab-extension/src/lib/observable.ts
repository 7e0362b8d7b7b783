/** A value that notifies its subscribers when it changes. Setting the same value again notifies nobody. */
export class Observable<T> {
  private readonly listeners = new Set<(value: T) => void>();

  constructor(private value: T) {}

  // Bound, since React's useSyncExternalStore takes both apart from the object.
  readonly get = (): T => this.value;

  readonly subscribe = (listener: (value: T) => void): (() => void) => {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  };

  set(value: T): void {
    if (!Object.is(value, this.value)) {
      this.value = value;
      for (const listener of [...this.listeners]) {
        listener(value);
      }
    }
  }

  update(change: (value: T) => T): void {
    this.set(change(this.value));
  }
}

/** Resolves with the first value that passes; at once if the present one does. */
export function when<T, S extends T>(source: Observable<T>, test: (value: T) => value is S): Promise<S> {
  const now = source.get();
  if (test(now)) {
    return Promise.resolve(now);
  }
  return new Promise((resolve) => {
    const stop = source.subscribe((value) => {
      if (test(value)) {
        stop();
        resolve(value);
      }
    });
  });
}
