import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, openSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../lib/clock.js';
import { signal } from '../../lib/processes.js';
import { socketPathOf, type MlflowAddress } from './address.js';
import { answers, Health } from './health.js';
import { endRemembered, remember } from './process.js';

export interface MlflowLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** An MLflow that the bridge talks to: its own child, or one that runs elsewhere. */
export interface MlflowServer {
  readonly address: MlflowAddress;
  readonly health: Health;
  /** Begins in the background; nothing waits for it. */
  start(): void;
  stop(): Promise<void>;
}

const START_LIMIT_MS = 180_000;
const LOG_LIMIT_BYTES = 5 * 2 ** 20;
const BACKOFF_MS = [250, 1000, 2000, 5000, 10_000, 30_000] as const;
/** After so many starts in a row that came to nothing, another one would too: somebody has to look at its log. */
const MOST_FAILURES = 12;

export interface OwnMlflow {
  /** `<data folder>/mlflow`. */
  readonly root: string;
  readonly python: string;
  /** What verifies the bridge's tokens. */
  readonly publicKeyPem: string;
  readonly log: MlflowLog;
  readonly clock: Clock;
}

/**
 * Our own MLflow: a child that is started again whenever it ends, unless it never comes up, and ends with the bridge however that
 * ends.
 */
export class OwnMlflowServer implements MlflowServer {
  readonly address: MlflowAddress & { readonly kind: 'socket' };
  readonly health = new Health();
  readonly #stopping = new AbortController();
  #child: ChildProcess | null = null;
  #work: Promise<void> = Promise.resolve();

  constructor(private readonly options: OwnMlflow) {
    mkdirSync(options.root, { recursive: true, mode: 0o700 });
    this.address = { kind: 'socket', path: socketPathOf(options.root) };
  }

  start(): void {
    this.#work = this.#supervise();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    if (this.#child !== null) await end(this.#child);
    await this.#work;
    this.health.become('down');
  }

  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  async #supervise(): Promise<void> {
    await endRemembered(this.#identityFile);
    // Said of the first start only: who has seen MLflow fail is told that it is away until it is back.
    this.health.become('starting');
    for (let failures = 0; !this.#ended(); failures += 1) {
      const child = this.#spawn();
      const exited = once(child, 'exit').catch((error: unknown) => [String(error)]);
      if (await this.#becomesUp(child, exited)) failures = 0;
      const [code, killedBy] = (await exited) as [unknown, unknown?];
      this.#child = null;
      rmSync(this.#identityFile, { force: true });
      this.health.become('down');
      if (this.#ended()) return;
      if (failures + 1 >= MOST_FAILURES) {
        const facts = { code, signal: killedBy, starts: failures + 1, log_file: this.#logFile };
        this.options.log.error(facts, 'MLflow does not start; it is left until the bridge starts anew');
        this.health.become('failed');
        return;
      }
      const wait = BACKOFF_MS[Math.min(failures, BACKOFF_MS.length - 1)]!;
      this.options.log.warn({ code, signal: killedBy, retry_in_ms: wait }, 'MLflow ended; it is started again');
      await this.#pause(wait);
    }
  }

  /** Ends early when the server is stopped. */
  #pause(ms: number): Promise<void> {
    const { signal: stopping } = this.#stopping;
    return new Promise((resolve) => {
      const over = (): void => {
        callOff();
        stopping.removeEventListener('abort', over);
        resolve();
      };
      const callOff = this.options.clock.after(ms, over);
      stopping.addEventListener('abort', over);
    });
  }

  get #logFile(): string {
    return join(this.options.root, 'log.txt');
  }

  #ended(): boolean {
    return this.#stopping.signal.aborted;
  }

  get #identityFile(): string {
    return join(this.options.root, 'server.json');
  }

  #spawn(): ChildProcess {
    const { root, python, publicKeyPem } = this.options;
    const key = leavePublicKey(root, publicKeyPem);
    rmSync(this.address.path, { force: true });
    const log = openLog(this.#logFile);
    const child = spawn(
      python,
      [
        ...['-m', 'kargah_mlflow.serve', '--root', root, '--bind', `unix:${this.address.path}`],
        ...['--public-key', key, '--parent', String(process.pid)],
      ],
      { cwd: root, env: environment(), stdio: ['ignore', log, log], detached: true },
    );
    closeSync(log);
    if (child.pid !== undefined) remember(this.#identityFile, child.pid);
    this.#child = child;
    return child;
  }

  async #becomesUp(child: ChildProcess, exited: Promise<unknown>): Promise<boolean> {
    const running = (): boolean => child.exitCode === null && child.signalCode === null && child.pid !== undefined;
    const began = performance.now();
    while (running() && performance.now() - began < START_LIMIT_MS) {
      if (await answers(this.address)) {
        if (!running()) return false;
        this.health.become('up');
        this.options.log.info({ ms: Math.round(performance.now() - began) }, 'MLflow is up');
        return true;
      }
      await Promise.race([sleep(100), exited]);
    }
    if (running()) await end(child);
    return false;
  }
}

/** Where MLflow's permission plugin reads what verifies the bridge's tokens. */
function leavePublicKey(root: string, pem: string): string {
  mkdirSync(root, { recursive: true, mode: 0o700 });
  const path = join(root, 'bridge-public-key.pem');
  writeFileSync(path, pem, { mode: 0o600 });
  return path;
}

async function end(child: ChildProcess): Promise<void> {
  const { pid } = child;
  if (pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  signal(pid, 'SIGTERM');
  const late = new AbortController();
  await Promise.race([exited, sleep(8000, undefined, { signal: late.signal }).catch(() => undefined)]);
  late.abort();
  // Workers of a killed master notice only later; the group ends at once.
  signal(-pid, 'SIGKILL');
  await exited;
}

/** What Python needs to find itself and its files. Everything else stays here: keys of clouds and tokens above all. */
const INHERITED =
  /^(?:PATH|HOME|USER|LOGNAME|LANG|LANGUAGE|LC_\w+|TZ|TMPDIR|TEMP|TMP|LD_LIBRARY_PATH|DYLD_LIBRARY_PATH|PYTHONPATH|PYTHONHOME|PYTHONUSERBASE|VIRTUAL_ENV|CONDA_PREFIX)$/u;

/** What of the bridge's environment its MLflow gets. */
export function environment(ours: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(ours).filter(([name]) => INHERITED.test(name)));
}

function openLog(path: string): number {
  if (existsSync(path) && statSync(path).size > LOG_LIMIT_BYTES) renameSync(path, `${path}.1`);
  return openSync(path, 'a', 0o600);
}

/** An MLflow that somebody else runs (`KARGAH_MLFLOW_URL`), asked every few seconds whether it is there. */
export class RemoteMlflowServer implements MlflowServer {
  readonly address: MlflowAddress;
  readonly health = new Health();
  readonly #stopping = new AbortController();
  #work: Promise<void> = Promise.resolve();

  /** Leaves the public key in `root`, for whoever runs that MLflow. */
  constructor(url: string, { root, publicKeyPem }: Pick<OwnMlflow, 'root' | 'publicKeyPem'>) {
    this.address = { kind: 'url', url };
    leavePublicKey(root, publicKeyPem);
  }

  start(): void {
    this.#work = this.#watch();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#work;
  }

  async #watch(): Promise<void> {
    const { signal: stopping } = this.#stopping;
    while (!stopping.aborted) {
      this.health.become((await answers(this.address)) ? 'up' : 'down');
      const wait = this.health.state() === 'up' ? 10_000 : 1000;
      await sleep(wait, undefined, { signal: stopping, ref: false }).catch(() => undefined);
    }
  }
}
