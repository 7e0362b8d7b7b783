import { parentPort } from 'node:worker_threads';
import { searchLog, type LogMatches, type LogQuestion } from './log-search.ts';

/** A message to this thread. */
export type Said = { readonly id: number; readonly question: LogQuestion } | { readonly cancel: number };
/** Its answer; none to a search that was cancelled. */
export type Answered = { readonly id: number } & ({ readonly found: LogMatches } | { readonly failed: string });

const running = new Map<number, AbortController>();
parentPort?.on('message', (said: Said) => {
  if ('cancel' in said) running.get(said.cancel)?.abort();
  else void answer(said.id, said.question);
});

/** Several at once take turns, a piece each. */
async function answer(id: number, question: LogQuestion): Promise<void> {
  const stop = new AbortController();
  running.set(id, stop);
  try {
    const found = await searchLog(question, stop.signal);
    parentPort?.postMessage({ id, found } satisfies Answered);
  } catch (error) {
    if (!stop.signal.aborted) parentPort?.postMessage({ id, failed: String(error) } satisfies Answered);
  } finally {
    running.delete(id);
  }
}
