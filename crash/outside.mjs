// What can be seen without asking the bridge: its database, its folders, the system's processes, what jobs noted of themselves.
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';

export const TERMINAL = ['succeeded', 'failed', 'stopped', 'lost'];

/** Resolves with what `look` finds once it is neither false nor null; null after `withinMs`. */
export async function until(look, withinMs, everyMs = 10) {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (performance.now() > deadline) return null;
    await wait(everyMs);
  }
}

export class Table {
  #db;
  constructor(dataDir) {
    this.#db = new DatabaseSync(join(dataDir, 'kargah.db'), { readOnly: true, timeout: 5000 });
  }
  job(jobId) {
    return this.#db.prepare('select * from jobs where job_id = ?').get(jobId) ?? null;
  }
  named(name) {
    return this.#db.prepare('select * from jobs where name = ?').all(name);
  }
  unsettled() {
    return this.#db.prepare(`select * from jobs where state not in ('${TERMINAL.join("','")}')`).all();
  }
  events(jobId) {
    return this.#db.prepare('select * from job_events where job_id = ? order by event_id').all(jobId);
  }
  damage() {
    return this.#db.prepare('pragma integrity_check').get().integrity_check;
  }
}

export function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    // Not there (yet): files of a job's folder are renamed into place whole.
    return null;
  }
}

/** The files of one job's folder that are judged. */
export class Folder {
  constructor(dataDir, jobId) {
    this.path = join(dataDir, 'jobs', jobId);
  }
  has(name) {
    return existsSync(join(this.path, name));
  }
  /** A supervisor's last sign of life; null where there is none yet. */
  get sign() {
    return read(join(this.path, 'heartbeat')) || null;
  }
  get supervisor() {
    return readJson(join(this.path, 'supervisor.json'));
  }
  get outcome() {
    return readJson(join(this.path, 'outcome.json'));
  }
}

/**
 * How long a supervisor gave no new sign of life, at most: a sign counts from the last look that did not see it. Where the machine
 * itself keeps one from running for longer than the lease, its job is rightly lost.
 */
export class Silence {
  longestMs = 0;
  #sign = null;
  #since = performance.now();
  #lookedAt = performance.now();

  look(sign) {
    const now = performance.now();
    if (sign !== this.#sign) this.#since = this.#lookedAt;
    if (sign === null) this.#since = now;
    else this.longestMs = Math.max(this.longestMs, now - this.#since);
    [this.#sign, this.#lookedAt] = [sign, now];
  }
}

/** What a job noted: lines of words. */
export function notesAt(path) {
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [];
  const words = lines.map((line) => line.split(' '));
  const of = (kind) => words.filter(([first]) => first === kind);
  const steps = (kind) => of(kind).map(([, step]) => Number(step));
  return {
    begun: of('begin').length,
    /** `[pid, start time]` of every process that the job said it has. */
    processes: [...of('begin'), ...of('child')].map(([, pid, startTime]) => ({ pid: Number(pid), startTime })),
    tried: steps('try'),
    acknowledged: steps('ack'),
    refused: of('refused').map((line) => line.slice(1).join(' ')),
    gaveUp: steps('gave-up'),
    heardStop: of('asked to stop').length > 0,
    finished: of('finished').length > 0,
    exits3: of('exits').length > 0,
    dies11: of('dies').length > 0,
    get over() {
      return this.finished || this.exits3 || this.dies11;
    },
  };
}

/** What a recipe's log says that it did; its points are known to MLflow alone. */
export function notesOfLog(folder) {
  const path = join(folder, 'log.txt');
  const log = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const pid = readJson(join(folder, 'supervisor.json'))?.child_pid;
  const process = pid === undefined ? null : processAt(pid);
  const finished = log.includes('model logged: ');
  return {
    begun: [...log.matchAll(/ device=\w+ .*seed=\d+$/gmu)].length,
    processes: process === null ? [] : [{ pid, startTime: process.startTime }],
    acknowledged: [],
    tried: null,
    refused: [],
    finished,
    exits3: false,
    dies11: false,
    over: finished,
  };
}

/** `{startTime, state, parent}`; null where there is no such process. */
export function processAt(pid) {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0], parent: Number(fields[1]), startTime: fields[19] };
  } catch {
    return null;
  }
}

export function isAlive({ pid, startTime }) {
  const found = processAt(pid);
  return found !== null && found.startTime === startTime && found.state !== 'Z' && found.state !== 'X';
}

/** Processes whose command line or environment has `text` in it, but for this one. */
export function processesWith(text) {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/u.test(name) && Number(name) !== process.pid)
    .filter((name) => ['cmdline', 'environ'].some((file) => read(`/proc/${name}/${file}`).includes(text)))
    .map(Number)
    .filter((pid) => !'ZX'.includes(processAt(pid)?.state ?? 'X'));
}

/**
 * Who supervises a job's folder, or is about to: told by its arguments, and by the lock that it holds open. The process that it
 * forks looks like it until it becomes the job, so that of two the parent is meant.
 */
export function beginningIn(folder) {
  const lock = join(folder, 'supervisor.lock');
  const found = new Map();
  for (const name of readdirSync('/proc').filter((name) => /^\d+$/u.test(name))) {
    const argv = read(`/proc/${name}/cmdline`).split('\0');
    const supervises = argv.includes('kargah.launch.supervise') && argv.includes(folder);
    const process = supervises || opens(name, lock) ? processAt(name) : null;
    if (process) found.set(Number(name), process);
  }
  for (const [pid, { parent, startTime }] of found) if (!found.has(parent)) return { pid, startTime };
  return null;
}

function opens(pid, path) {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`) === path);
  } catch {
    // It ended between two looks, or is another user's.
    return false;
  }
}

export function commandOf(pid) {
  return read(`/proc/${String(pid)}/cmdline`)
    .replaceAll('\0', ' ')
    .trim();
}

function read(path) {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    // It ended between two looks, or is another user's.
    return '';
  }
}
