import type { Live } from './client.js';

/** Between tries while nothing says that the network is back. */
const AGAIN_MS = 5_000;

/** Calls `again` once: as soon as the live connection or the browser says that the network is back, else after a while. */
export function whenBack(live: Live, again: () => void): () => void {
  const stop = (): void => {
    clearTimeout(timer);
    window.removeEventListener('online', act);
    unsubscribe();
  };
  const act = (): void => {
    stop();
    again();
  };
  const timer = setTimeout(act, AGAIN_MS);
  window.addEventListener('online', act);
  const unsubscribe = live.connection.subscribe(({ state }) => {
    if (state === 'connected') act();
  });
  return stop;
}
