import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { HeldFile } from './held-file.js';
import { IDLE_SECONDS } from './intake.js';

/** What a reader may be behind in memory; beyond that it waits on the disk. */
const IN_MEMORY_BYTES = 2 ** 20;
const PIECE_BYTES = 256 * 1024;

/**
 * Passes an answer of MLflow on as fast as MLflow gives it: what a slow reader has not taken lies on the disk, and MLflow's thread is
 * free. A reader that takes nothing for long is cut off.
 *
 * @throws what the connections throw.
 */
export async function relay(
  answer: IncomingMessage,
  res: ServerResponse,
  folder: string,
  idleSeconds = IDLE_SECONDS,
): Promise<void> {
  let behind: Backlog | null = null;
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      if (res.destroyed) throw new Error('the reader left');
      if (behind !== null) await behind.append(chunk);
      else if (!res.write(chunk) && res.writableLength > IN_MEMORY_BYTES)
        behind = new Backlog(await HeldFile.in(folder), res, idleSeconds);
    }
    await behind?.end();
    res.end();
    if (!res.writableFinished) await taken(res, 'finish', idleSeconds);
  } catch (error) {
    answer.destroy();
    res.destroy();
    throw error;
  } finally {
    await behind?.close();
  }
}

/** A queue on the disk of what a slow reader has not taken yet. */
class Backlog {
  #sent = 0;
  #whole = false;
  #more = Promise.withResolvers<undefined>();
  readonly #sending: Promise<void>;
  #fault: unknown = null;

  constructor(
    private readonly file: HeldFile,
    private readonly res: ServerResponse,
    private readonly idleSeconds: number,
  ) {
    this.#sending = this.#send().catch((error: unknown) => {
      this.#fault = error;
    });
  }

  async append(chunk: Buffer): Promise<void> {
    if (this.#fault !== null) throw this.#fault as Error;
    await this.file.append(chunk);
    this.#wake();
  }

  /** Resolves once everything is with the reader's connection. */
  async end(): Promise<void> {
    this.#whole = true;
    this.#wake();
    await this.#sending;
    if (this.#fault !== null) throw this.#fault as Error;
  }

  async close(): Promise<void> {
    this.#whole = true;
    this.#wake();
    await this.#sending;
    await this.file.close();
  }

  #wake(): void {
    this.#more.resolve(undefined);
    this.#more = Promise.withResolvers<undefined>();
  }

  async #send(): Promise<void> {
    for (;;) {
      while (this.#sent < this.file.size) {
        if (this.res.writableNeedDrain) await taken(this.res, 'drain', this.idleSeconds);
        const piece = await this.file.read(this.#sent, PIECE_BYTES);
        this.#sent += piece.length;
        this.res.write(piece);
      }
      if (this.#whole) return;
      await this.#more.promise;
    }
  }
}

/** Waits until the reader has taken what it was given. @throws where it leaves, or takes nothing for long. */
async function taken(res: ServerResponse, event: 'drain' | 'finish', idleSeconds: number): Promise<void> {
  if (res.destroyed) throw new Error('the reader left');
  const over = new AbortController();
  const late = setTimeout(() => over.abort(new Error('the reader took nothing')), idleSeconds * 1000);
  const left = (): void => over.abort(new Error('the reader left'));
  res.once('close', left);
  try {
    await once(res, event, { signal: over.signal });
  } finally {
    clearTimeout(late);
    res.off('close', left);
  }
}
