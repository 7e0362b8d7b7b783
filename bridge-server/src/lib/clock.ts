/** Times and timers, passed to whatever depends on them: a test passes one that stands still until it is moved (`test/clock.ts`). */
export interface Clock {
  /** The time of day, in milliseconds since 1970: it can be set, forward and back. */
  now(): number;
  /** Milliseconds that only rise, whatever the time of day is set to: for how long something took or lasts. */
  elapsed(): number;
  /** Calls `act` once, after `ms`; answers how to call that off. Keeps no process alive. */
  after(ms: number, act: () => void): () => void;
  /** Calls `act` every `ms`; answers how to end that. Keeps no process alive. */
  every(ms: number, act: () => void): () => void;
}

/** What one of Node's timers can wait; longer ones fire at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  after(ms, act) {
    let timer: NodeJS.Timeout;
    const wait = (left: number): void => {
      const part = Math.min(left, LONGEST_TIMER);
      timer = setTimeout(() => (left > part ? wait(left - part) : act()), Math.max(0, part)).unref();
    };
    wait(ms);
    return () => clearTimeout(timer);
  },
  every(ms, act) {
    const timer = setInterval(act, ms).unref();
    return () => clearInterval(timer);
  },
};
