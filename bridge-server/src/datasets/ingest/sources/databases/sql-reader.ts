import { spawn } from 'node:child_process';
import { z } from 'zod';
import { errorCode } from '../../../../contract/errors.js';
import { KargahError } from '../../../../lib/errors.js';
import { FairSlots } from '../../../../lib/async/fair-slots.js';
import { inherited } from '../../../../lib/environment.js';
import type { DatasetsDeps } from '../../../deps.js';
import type { DatabaseHosts } from './database-hosts.js';

const answer = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), result: z.object({ rows: z.number().int() }) }),
  z.object({
    ok: z.literal(false),
    error: z.object({ code: errorCode, params: z.record(z.string(), z.union([z.string(), z.number()])) }),
  }),
]);

const TRY_SECONDS = 20;
/** Each is a Python of its own that waits for somebody's answer. */
const TRIES = { atOnce: 3, each: 1 };
const READ_SECONDS = 3600;

/** Asks databases in a Python process of its own; the address goes there by standard input, where nobody else sees it. */
export class SqlReader {
  private readonly tries = new FairSlots(TRIES);

  constructor(
    private readonly deps: Pick<DatasetsDeps, 'python' | 'limits' | 'log'>,
    private readonly hosts: DatabaseHosts,
  ) {}

  /** @throws {KargahError} `connection_failed`, `connection_local`, `connection_invalid`, `rate_limited` */
  async try(url: string, { userId, signal }: { readonly userId: string; readonly signal: AbortSignal }): Promise<void> {
    const ask = (): Promise<unknown> => this.ask({ url, query: null, into: null }, TRY_SECONDS, signal);
    await this.tries.take(userId, signal, ask);
  }

  /**
   * Writes the rows of one SELECT to the Parquet file `into`.
   *
   * @throws {KargahError} `connection_failed`, `connection_local`, `query_failed`, `query_not_select`, `no_rows`, `reader_limit`
   */
  async read(url: string, query: string, into: string, signal: AbortSignal): Promise<number> {
    return (await this.ask({ url, query, into }, READ_SECONDS, signal)).rows;
  }

  private async ask(
    request: { url: string; query: string | null; into: string | null },
    seconds: number,
    signal: AbortSignal,
  ): Promise<{ rows: number }> {
    const { python, limits, log } = this.deps;
    // The name is not looked up again: what it leads to a moment later is not what was looked at.
    const address = request.url.startsWith('sqlite:') ? null : await this.hosts.addressOf(request.url);
    const body = {
      ...request,
      address,
      seconds,
      limits: { memory_bytes: limits.readerMemoryBytes, cpu_seconds: seconds, file_bytes: limits.maxUploadBytes },
    };
    return new Promise((resolve, reject) => {
      const child = spawn(python, ['-m', 'kargah.datasets.verbs.sql'], {
        env: { ...inherited(process.env), PYTHONUTF8: '1', PYTHONDONTWRITEBYTECODE: '1' },
        stdio: ['pipe', 'pipe', 'ignore'],
        timeout: (seconds + 5) * 1000,
        killSignal: 'SIGKILL',
        signal,
      });
      const chunks: Buffer[] = [];
      child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
      // A child that ended before it read its request shows in its exit code.
      child.stdin.on('error', () => undefined);
      child.stdin.end(JSON.stringify(body));
      child.on('error', (error) => reject(signal.aborted ? (signal.reason as Error) : error));
      child.on('close', (code, ended) => {
        if (signal.aborted) return reject(signal.reason as Error);
        if (code !== 0) {
          log.warn({ code, signal: ended }, 'a process that asks a database left no answer');
          return reject(new KargahError('reader_limit', { resource: ended === 'SIGXCPU' ? 'CPU' : 'RAM' }));
        }
        const said = answer.safeParse(jsonIn(Buffer.concat(chunks).toString())).data;
        if (said === undefined) reject(new Error('a process that asks a database answered in no known form'));
        else if (said.ok) resolve(said.result);
        else reject(new KargahError(said.error.code, said.error.params));
      });
    });
  }
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
