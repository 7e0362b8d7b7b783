import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { errorCode } from '../../contract/errors.js';
import { KargahError } from '../../lib/errors.js';
import { inherited } from '../../lib/environment.js';
import type { DatasetsDeps } from '../deps.js';

const line = z.union([
  z.object({ ready: z.literal(true) }),
  z.object({ id: z.number(), event: z.unknown() }),
  z.object({ id: z.number(), ok: z.literal(true), result: z.unknown() }),
  z.object({ id: z.number(), ok: z.literal(false), died: z.enum(['time', 'cpu', 'signal']) }),
  z.object({
    id: z.number(),
    ok: z.literal(false),
    error: z.object({ code: errorCode, params: z.record(z.string(), z.union([z.string(), z.number()])) }),
  }),
]);

export type Verb = 'read' | 'sniff' | 'preview' | 'query' | 'split' | 'diff' | 'export';

export interface Asked {
  readonly verb: Verb;
  readonly request: object;
  /** Of wall time; the processor's time is twice as much. */
  readonly seconds: number;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: unknown) => void) | undefined;
}

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (reason: unknown) => void;
  readonly onEvent: ((event: unknown) => void) | undefined;
  readonly seconds: number;
  readonly verb: Verb;
}
type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** How Python and its libraries say on their way out that they got no memory. */
const COMPLAINT_BYTES = 4000;

/**
 * The one Python that opens users' files, each in a fork of its own. Started by the first question; one that died is started
 * anew by the next, and the questions that it had are answered with an error.
 */
export class Worker {
  private child: Child | null = null;
  private ready: Promise<Child> | null = null;
  private readonly waiting = new Map<number, Waiting>();
  private next = 1;
  private stopped = false;

  constructor(private readonly deps: Pick<DatasetsDeps, 'python' | 'limits' | 'log'>) {}

  /** @throws {KargahError} what the question came to; an abort rejects with the signal's reason. */
  async ask({ verb, request, seconds, signal, onEvent }: Asked): Promise<unknown> {
    signal?.throwIfAborted();
    const child = await this.start();
    signal?.throwIfAborted();
    const id = this.next;
    this.next += 1;
    const { readerMemoryBytes, maxImageBytes } = this.deps.limits;
    const limits = {
      memory_bytes: readerMemoryBytes,
      cpu_seconds: Math.ceil(seconds * 2),
      file_bytes: 4 * maxImageBytes,
    };
    return new Promise((resolve, reject) => {
      const cancel = (): void => {
        if (!this.waiting.delete(id)) return;
        child.stdin.write(`${JSON.stringify({ cancel: id })}\n`);
        reject(signal?.reason as Error);
      };
      const done =
        (end: (value: unknown) => void) =>
        (value: unknown): void => {
          signal?.removeEventListener('abort', cancel);
          end(value);
        };
      signal?.addEventListener('abort', cancel, { once: true });
      this.waiting.set(id, { resolve: done(resolve), reject: done(reject), onEvent, seconds, verb });
      child.stdin.write(`${JSON.stringify({ id, verb, request: { ...request, seconds, limits } })}\n`);
    });
  }

  /** Loads the libraries ahead of the first request. */
  async warm(): Promise<void> {
    await this.start();
  }

  /** Ends the worker and its forks. */
  async stop(): Promise<void> {
    this.stopped = true;
    const { child } = this;
    if (child === null) return;
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.stdin.end();
    child.kill('SIGKILL');
    await ended;
  }

  private start(): Promise<Child> {
    if (this.stopped) throw new KargahError('shutting_down');
    this.ready ??= this.launch();
    return this.ready;
  }

  private launch(): Promise<Child> {
    const { python, log } = this.deps;
    return new Promise((resolve, reject) => {
      const child: Child = spawn(python, ['-m', 'kargah.datasets.worker'], {
        env: {
          ...inherited(process.env),
          PYTHONUTF8: '1',
          PYTHONDONTWRITEBYTECODE: '1',
          // Arrow's own allocators reserve address space that counts against a limit, and start a thread.
          ARROW_DEFAULT_MEMORY_POOL: 'system',
          JE_ARROW_MALLOC_CONF: 'background_thread:false',
          OPENBLAS_NUM_THREADS: '1',
          OMP_NUM_THREADS: '1',
        },
        stdio: ['pipe', 'pipe', 'pipe'],
      });
      this.child = child;
      let complaint = '';
      child.stderr.on('data', (chunk: Buffer) => (complaint = (complaint + chunk.toString()).slice(-COMPLAINT_BYTES)));
      // A write to a dead worker is reported by its exit.
      child.stdin.on('error', () => undefined);
      createInterface({ input: child.stdout }).on('line', (text) => {
        const said = line.parse(JSON.parse(text));
        if ('ready' in said) resolve(child);
        else this.hear(said, complaint);
      });
      child.on('error', reject);
      child.on('close', (code, signal) => {
        this.child = null;
        this.ready = null;
        const lost = new Error(`the worker ended (${String(code ?? signal)}): ${complaint}`);
        if (!this.stopped) log.warn({ code, signal, complaint }, 'the worker that reads files ended');
        reject(lost);
        const unanswered = [...this.waiting.values()];
        this.waiting.clear();
        for (const one of unanswered) one.reject(this.stopped ? new KargahError('shutting_down') : lost);
      });
    });
  }

  private hear(said: Exclude<z.infer<typeof line>, { ready: true }>, complaint: string): void {
    const waiting = this.waiting.get(said.id);
    if (waiting === undefined) return;
    if ('event' in said) {
      waiting.onEvent?.(said.event);
      return;
    }
    this.waiting.delete(said.id);
    if (said.ok) waiting.resolve(said.result);
    else if ('error' in said) waiting.reject(new KargahError(said.error.code, said.error.params));
    else {
      this.deps.log.warn({ verb: waiting.verb, died: said.died, complaint }, 'a reading process left no answer');
      waiting.reject(endOf(waiting, said.died));
    }
  }
}

function endOf({ verb, seconds }: Waiting, died: 'time' | 'cpu' | 'signal'): KargahError {
  if (died === 'signal') return new KargahError('reader_limit', { resource: 'RAM' });
  return verb === 'read' || verb === 'export'
    ? new KargahError('reader_limit', { resource: 'CPU' })
    : new KargahError('query_timeout', { seconds });
}
