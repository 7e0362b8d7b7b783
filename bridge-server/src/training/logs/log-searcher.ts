import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { KargahError } from '../../lib/errors.js';
import type { LogMatches, LogQuestion } from './log-search.js';
import type { Answered, Said } from './log-search.worker.js';

/** An idle thread is ended after this time. */
const IDLE_MS = 60_000;
/** A thread that has not answered after this time is taken to hang, and is ended. */
const LOST_SECONDS = 300;

interface Waiting {
  readonly resolve: (found: LogMatches) => void;
  readonly reject: (reason: unknown) => void;
}

/** Searches logs in a thread of its own: whatever stands in one, requests are answered meanwhile. */
export class LogSearcher {
  private worker: Worker | null = null;
  private readonly waiting = new Map<number, Waiting>();
  private next = 1;
  private idle: NodeJS.Timeout | undefined;

  /** @throws {KargahError} `query_timeout`; an abort ends the search and rejects with the signal's reason. */
  search(question: LogQuestion, signal: AbortSignal): Promise<LogMatches> {
    if (signal.aborted) return Promise.reject(signal.reason as Error);
    const worker = this.start();
    const id = this.next;
    this.next += 1;
    return new Promise<LogMatches>((resolve, reject) => {
      const say = (said: Said): void => worker.postMessage(said);
      const cancel = (): void => {
        say({ cancel: id });
        this.settle(id)?.reject(signal.reason);
      };
      const lost = setTimeout(() => {
        this.fail(worker, new KargahError('query_timeout', { seconds: LOST_SECONDS }));
        void worker.terminate();
      }, LOST_SECONDS * 1000).unref();
      const done = (): void => {
        clearTimeout(lost);
        signal.removeEventListener('abort', cancel);
      };
      signal.addEventListener('abort', cancel, { once: true });
      this.waiting.set(id, {
        resolve: (found) => {
          done();
          resolve(found);
        },
        reject: (reason) => {
          done();
          reject(reason);
        },
      });
      say({ id, question });
    });
  }

  /** Ends the thread and what it does. */
  async close(): Promise<void> {
    const { worker } = this;
    if (worker === null) return;
    this.fail(worker, new KargahError('shutting_down'));
    await worker.terminate();
  }

  private start(): Worker {
    clearTimeout(this.idle);
    if (this.worker !== null) return this.worker;
    const worker = new Worker(program());
    worker.unref();
    worker.on('message', (answered: Answered) => {
      const waiting = this.settle(answered.id);
      if ('found' in answered) waiting?.resolve(answered.found);
      else waiting?.reject(new Error(`a log could not be searched: ${answered.failed}`));
    });
    worker.on('error', (error) => this.fail(worker, error));
    worker.on('exit', () => this.fail(worker, new Error('the thread that searches logs ended')));
    this.worker = worker;
    return worker;
  }

  private settle(id: number): Waiting | undefined {
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    if (this.waiting.size === 0) {
      clearTimeout(this.idle);
      this.idle = setTimeout(() => void this.close(), IDLE_MS).unref();
    }
    return waiting;
  }

  private fail(worker: Worker, reason: unknown): void {
    if (this.worker !== worker) return;
    this.worker = null;
    clearTimeout(this.idle);
    const unanswered = [...this.waiting.values()];
    this.waiting.clear();
    for (const one of unanswered) one.reject(reason);
  }
}

/** Beside the bundle, or in the checkout. */
function program(): string {
  const bundled = join(import.meta.dirname, 'log-search.worker.js');
  return existsSync(bundled) ? bundled : join(import.meta.dirname, 'log-search.worker.ts');
}
