import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { failed, WarmDaemon } from './daemon.js';
import { readHandle } from '../folder.js';
import type { LocalLauncher } from '../local/local.js';
import type {
  ConfiguredLauncher,
  JobPlace,
  JobSpec,
  LaunchHandle,
  LaunchNote,
  LaunchPlan,
  LogPart,
  Outcome,
  Probe,
} from '../port.js';

export interface WarmSettings {
  /** The Python whose daemon is started with the bridge. */
  readonly python: string;
  /** Its `launch/` holds the daemons' sockets. */
  readonly dataDir: string;
  readonly log: { info(facts: object, message: string): void; warn(facts: object, message: string): void };
}

/** How long loading is taken to last before it was measured. */
const USUAL_LOAD_MS = 6_000;
/** A job waits for a daemon that is loading until this share of the usual time has passed: a cold start would import the same. */
const PATIENCE = 1.5;
/** After the daemon failed: how long until the next try. */
const BACKOFF_MS = [0, 1_000, 5_000, 30_000, 300_000] as const;
/** A daemon of another Python takes half a gigabyte: it is ended when unused for so long. */
const IDLE_MS = 10 * 60_000;
const MOST_OTHERS = 2;
/** The system's limit for the path of a socket, less the file's own name. */
const LONGEST_FOLDER = 90;
/** Exit code of a daemon whose loaded files have changed on the disk. */
const STALE = 76;

const FIRST_JOB: LaunchNote = { code: 'warm_launcher_first_job', params: {} };
const STARTING: LaunchNote = { code: 'warm_launcher_starting', params: {} };

interface Place {
  readonly python: string;
  readonly number: number;
  daemon: WarmDaemon | null;
  /** False until it has loaded. */
  serving: boolean;
  failures: number;
  /** Why there is none. */
  note: LaunchNote | null;
  /** This and the next are of `performance.now`, which is monotonic. */
  lastUsed: number;
  /** When it began to load, and how long that took the last time. */
  began: number;
  usualMs: number;
}

/** Forks jobs from Pythons that have everything loaded; what cannot be forked soundly is started cold, and told why. */
export class WarmLauncher implements ConfiguredLauncher {
  readonly #places = new Map<string, Place>();
  readonly #closing = new AbortController();
  readonly #folder: string;
  #made = 0;
  /** Told by our own Python's daemon. */
  #borrow: string | null = null;
  #idle: NodeJS.Timeout | undefined;

  constructor(
    private readonly cold: LocalLauncher,
    private readonly settings: WarmSettings,
  ) {
    this.#folder = socketFolder(settings.dataDir);
  }

  /** Loads the bridge's own Python in the background. */
  start(): void {
    if (!this.#places.has(this.settings.python)) this.#begin(this.settings.python);
    this.#idle = setInterval(() => this.#endIdle(), 60_000).unref();
  }

  /** Jobs go on. */
  async close(): Promise<void> {
    this.#closing.abort();
    clearInterval(this.#idle);
    await Promise.all([...this.#places.values()].map(async (place) => place.daemon?.close()));
    if (this.#folder !== join(this.settings.dataDir, 'launch')) rmSync(this.#folder, { recursive: true, force: true });
  }

  plan(spec: JobSpec): LaunchPlan {
    const place = this.#places.get(spec.python);
    const own = spec.python === this.settings.python;
    const note = atStart(spec) ?? (place === undefined && !own ? FIRST_JOB : (place?.note ?? null));
    return note === null ? { ...this.cold.plan(spec), launch: 'warm' } : this.cold.plan(spec, note);
  }

  async submit(spec: JobSpec): Promise<LaunchHandle> {
    const begun = readHandle(spec.folder);
    if (begun) return begun;
    const note = atStart(spec) ?? (await this.#fork(spec));
    const handle = note === null ? readHandle(spec.folder) : null;
    return handle ?? this.cold.submit(spec, note);
  }

  probe(handle: LaunchHandle): Promise<Probe> {
    return this.cold.probe(handle);
  }

  watch(handle: LaunchHandle, ended: () => void): () => void {
    return this.cold.watch(handle, ended);
  }

  stop(handle: LaunchHandle, graceSeconds: number): Promise<void> {
    return this.cold.stop(handle, graceSeconds);
  }

  logs(handle: LaunchHandle, offset: number, limit: number): Promise<LogPart> {
    return this.cold.logs(handle, offset, limit);
  }

  find(place: JobPlace): Promise<LaunchHandle | null> {
    return this.cold.find(place);
  }

  endAll(place: JobPlace): Promise<Outcome | null> {
    return this.cold.endAll(place);
  }

  fenceOff(place: JobPlace): Promise<Outcome | null> {
    return this.cold.fenceOff(place);
  }

  /** Resolves when the daemon of this Python serves, or it is known why it does not. */
  async warmed(python: string): Promise<LaunchNote | null> {
    const place = this.#places.get(python);
    await place?.daemon?.ready;
    return place ? place.note : FIRST_JOB;
  }

  /** Null when the job was forked, else why it was not. */
  async #fork(spec: JobSpec): Promise<LaunchNote | null> {
    const known = this.#places.get(spec.python);
    const place = known ?? this.#begin(spec.python);
    if (known === undefined && spec.python !== this.settings.python) return FIRST_JOB;
    place.lastUsed = performance.now();
    if (place.daemon === null) return place.note ?? failed('it is not running');
    await patiently(place);
    if (!place.serving) return place.note ?? STARTING;
    const note = await place.daemon.fork(spec.folder);
    if (note?.code === 'warm_launcher_failed') place.daemon.kill();
    return note?.code === 'warm_launcher_starting' ? this.#forkAfresh(spec, place) : note;
  }

  /** What the daemon has loaded has changed: the next one is worth waiting for as much as the first was. */
  async #forkAfresh(spec: JobSpec, place: Place): Promise<LaunchNote | null> {
    const { daemon } = place;
    this.#load(place);
    daemon?.kill();
    await patiently(place);
    return place.serving ? place.daemon!.fork(spec.folder) : (place.note ?? STARTING);
  }

  #begin(python: string): Place {
    const others = [...this.#places.values()].filter((place) => place.python !== this.settings.python);
    if (python !== this.settings.python && others.length >= MOST_OTHERS)
      this.#end(others.reduce((oldest, next) => (next.lastUsed < oldest.lastUsed ? next : oldest)));
    const place: Place = {
      python,
      number: (this.#made += 1),
      daemon: null,
      serving: false,
      failures: 0,
      note: STARTING,
      lastUsed: performance.now(),
      began: 0,
      usualMs: USUAL_LOAD_MS,
    };
    this.#places.set(python, place);
    this.#load(place);
    return place;
  }

  #load(place: Place): void {
    if (this.#closing.signal.aborted) return;
    const { python } = place;
    place.began = performance.now();
    const own = python === this.settings.python;
    const socket = join(this.#folder, `${String(place.number)}.sock`);
    const daemon = new WarmDaemon(python, own ? null : this.#borrow, socket, this.#folder);
    place.daemon = daemon;
    place.serving = false;
    // Who plans a job now may count on it: a job waits for a daemon that is loading.
    place.note = place.failures === 0 ? null : place.note;
    void daemon.ready.then((answer) => {
      if (place.daemon !== daemon) return;
      place.serving = answer.ready;
      place.note = answer.ready ? null : answer.note;
      const ms = Math.round(performance.now() - place.began);
      if (answer.ready) {
        place.failures = 0;
        place.usualMs = ms;
        if (own) this.#borrow = answer.borrow;
        this.settings.log.info({ python, ms, missing: answer.missing }, 'jobs of this Python start warm');
      }
    });
    void daemon.exited.then((code) => this.#ended(place, daemon, code));
  }

  async #ended(place: Place, daemon: WarmDaemon, code: number | null): Promise<void> {
    const answer = await daemon.ready;
    if (place.daemon !== daemon || this.#closing.signal.aborted) return;
    place.daemon = null;
    place.serving = false;
    if (code === STALE) {
      this.#load(place);
      return;
    }
    place.note = answer.ready ? failed(`it ended with code ${String(code)}`) : answer.note;
    const delay = BACKOFF_MS[Math.min(place.failures, BACKOFF_MS.length - 1)]!;
    place.failures += 1;
    const facts = { python: place.python, code, note: place.note, retry_in_ms: delay };
    this.settings.log.warn(facts, 'the warm launcher ended; it is started again');
    if (delay > 0) await wait(delay, undefined, { ref: false, signal: this.#closing.signal }).catch(() => undefined);
    if (this.#places.get(place.python) === place) this.#load(place);
  }

  #endIdle(): void {
    for (const place of this.#places.values())
      if (place.python !== this.settings.python && performance.now() - place.lastUsed > IDLE_MS) this.#end(place);
  }

  #end(place: Place): void {
    const { daemon } = place;
    place.daemon = null;
    this.#places.delete(place.python);
    void daemon?.close();
  }
}

/** What Python, the loader and the libraries that are loaded already look at once, when they begin. */
const AT_START =
  /^(?:PYTHON|LD_|DYLD_|MALLOC_|GLIBC_|TZ$|LC_|LANG|OMP_|MKL_|OPENBLAS_|KMP_|GOMP_|NUMEXPR_|TORCH|PYTORCH_|ATEN_|CUDA_|CUBLAS_|CUDNN_|NCCL_|NVIDIA_|ARROW_|JE_|MPL|PANDAS_|GIT_PYTHON_)/u;

function atStart({ variables }: JobSpec): LaunchNote | null {
  const name = variables.find((one) => AT_START.test(one));
  return name === undefined ? null : { code: 'warm_launcher_variable', params: { name } };
}

/** Resolves when it is known whether the daemon serves, or when waiting for it takes longer than doing without. */
async function patiently({ daemon, began, usualMs }: Place): Promise<void> {
  const late = new AbortController();
  const left = Math.max(0, began + PATIENCE * usualMs - performance.now());
  await Promise.race([daemon?.ready, wait(left, undefined, { signal: late.signal }).catch(() => undefined)]);
  late.abort();
}

/** Nobody else may enter it. */
function socketFolder(dataDir: string): string {
  const folder = join(dataDir, 'launch');
  if (Buffer.byteLength(folder) > LONGEST_FOLDER) return mkdtempSync(join(tmpdir(), 'kargah-launch-'));
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  return folder;
}
