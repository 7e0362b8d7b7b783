import { spawn, type ChildProcess } from 'node:child_process';
import { createConnection } from 'node:net';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { inherited } from '../../lib/environment.js';
import { launchNote, readHandle, readOutcome } from '../folder.js';
import type { LaunchNote } from '../port.js';

/** A start that takes longer is taken for a hang: imports take seconds, on a busy machine more. */
const START_LIMIT_MS = 120_000;
/** A fork takes milliseconds; a daemon that does not answer for so long is given up. */
const ANSWER_LIMIT_MS = 10_000;
const MOST_OF_STDERR = 4_000;
/** As long as `PLACEHOLDER` in `kargah/launch/warm/detach_fork.py`: forks write their job's id over it. */
const PLACEHOLDER = 'x'.repeat(96);

/** Streams, so that a fork's output goes out as `PYTHONUNBUFFERED=1` has it; crashes leave a trace in the job's log. */
const STREAMS = { PYTHONUNBUFFERED: '1', PYTHONIOENCODING: 'utf-8', PYTHONFAULTHANDLER: '1' };

const said = z.union([
  z.object({ ready: z.literal(true), missing: z.array(z.string()), borrow: z.string() }),
  z.object({ refused: launchNote }),
]);
const answered = z.union([z.object({ begun: z.literal(true) }), z.object({ refused: launchNote })]);

export type Ready =
  | {
      readonly ready: true;
      /** Modules that its environment has and that cannot be imported. */
      readonly missing: readonly string[];
      /** The file that runs Kargah's modules in a Python that does not have Kargah. */
      readonly borrow: string;
    }
  | { readonly ready: false; readonly note: LaunchNote };

/** One Python process that has everything loaded. It ends with the bridge, since its standard input does; its jobs go on. */
export class WarmDaemon {
  /** Resolves when it is known whether it serves. */
  readonly ready: Promise<Ready>;
  readonly exited: Promise<number | null>;
  readonly #child: ChildProcess;
  #stderr = '';

  /** @param borrow see `Ready`; null for a Python that has Kargah */
  constructor(
    python: string,
    borrow: string | null,
    private readonly socket: string,
    cwd: string,
  ) {
    const how = borrow === null ? ['-m'] : [borrow];
    this.#child = spawn(python, [...how, 'kargah.launch.daemon', socket], {
      cwd,
      env: { ...inherited(process.env), ...STREAMS, KARGAH_JOB_ID: PLACEHOLDER },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#child.stdin?.on('error', () => undefined);
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-MOST_OF_STDERR);
    });
    const { promise: exited, resolve: exit } = Promise.withResolvers<number | null>();
    this.exited = exited;
    this.#child.once('error', (error) => {
      this.#stderr += error.message;
      exit(null);
    });
    this.#child.once('exit', (code) => exit(code));
    this.ready = this.#begin();
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Asks for a fork; null when there was one, else why not. A daemon that is gone, or silent, is a reason too. */
  async fork(folder: string): Promise<LaunchNote | null> {
    const line = await this.#ask(JSON.stringify({ folder, env: inherited(process.env) }));
    const answer = answered.safeParse(parsed(line));
    // A fork that could not start the job says so in the job's folder alone.
    if (line === '' && began(folder)) return null;
    if (!answer.success) return failed(line === '' ? 'it did not answer' : line.slice(0, 200));
    return 'begun' in answer.data ? null : answer.data.refused;
  }

  /** At once; jobs go on. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }

  /** Ends the daemon, not its jobs. */
  async close(): Promise<void> {
    this.#child.stdin?.destroy();
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 2_000);
    await this.exited;
    clearTimeout(timer);
  }

  async #begin(): Promise<Ready> {
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), START_LIMIT_MS);
    const first = new Promise<string>((resolve) => {
      createInterface({ input: this.#child.stdout! }).once('line', resolve);
    });
    const line = await Promise.race([first, this.exited.then(() => '')]);
    clearTimeout(timer);
    const found = said.safeParse(parsed(line));
    if (!found.success)
      return { ready: false, note: failed(this.#stderr.trim().split('\n').at(-1)?.slice(0, 200) ?? '') };
    return 'ready' in found.data ? found.data : { ready: false, note: found.data.refused };
  }

  #ask(question: string): Promise<string> {
    return new Promise((resolve) => {
      const connection = createConnection(this.socket);
      let heard = '';
      connection.setEncoding('utf8').setTimeout(ANSWER_LIMIT_MS, () => connection.destroy());
      connection.on('connect', () => connection.write(`${question}\n`));
      connection.on('data', (text: string) => {
        heard += text;
        if (text.includes('\n')) connection.destroy();
      });
      connection.on('error', () => undefined);
      connection.on('close', () => resolve(heard.trim()));
    });
  }
}

export function failed(reason: string): LaunchNote {
  return { code: 'warm_launcher_failed', params: { reason: reason === '' ? 'it ended without a word' : reason } };
}

function began(folder: string): boolean {
  return readHandle(folder) !== null || readOutcome(folder) !== null;
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
