import type { ErrorCode, Failure } from '../../contract/errors.js';
import { failureOf } from '../../lib/errors.js';
import type { ResourceRequest } from './resources.js';
import type { Machine } from './machine.js';
import type { Waiting } from './fair-share.js';

export interface Running {
  readonly user_id: string;
  readonly project_id: string;
  readonly claim: ResourceRequest;
  readonly gpus: readonly string[];
}
export interface Limits {
  /** How many jobs run at once, whatever room there is. */
  readonly jobs: number;
  readonly ofPerson: (userId: string) => Allowance;
  readonly ofProject: (projectId: string) => Allowance;
}
/** What the jobs of one person, or of one project, may take together while they run; null: as much as there is. */
export interface Allowance {
  readonly jobs: number | null;
  readonly cpus: number | null;
  readonly gpus: number | null;
}
/** A waiting job's place: it may begin now with these devices, or it waits, and why. */
export type Placement<W extends Waiting = Waiting> = { readonly job: W; readonly position: number } & (
  { readonly waiting: null; readonly gpus: readonly string[] } | { readonly waiting: Failure; readonly gpus: null }
);

type Kind = 'gpus' | 'memoryMb' | 'cpus';
const KINDS: readonly Kind[] = ['gpus', 'memoryMb', 'cpus'];
const OF_PERSON = {
  jobs: 'waiting_for_own_limit',
  cpus: 'waiting_for_own_cpus',
  gpus: 'waiting_for_own_gpus',
} as const;
const OF_PROJECT = {
  jobs: 'waiting_for_project_jobs',
  cpus: 'waiting_for_project_cpus',
  gpus: 'waiting_for_project_gpus',
} as const;
const REASONS = { gpus: 'waiting_for_gpu', memoryMb: 'waiting_for_memory', cpus: 'waiting_for_cpu' } as const;

/** What those whose jobs run take of each thing that has a limit. */
class Used {
  readonly #of = new Map<string, Record<keyof Allowance, number>>();

  add(id: string, { cpus, gpus }: ResourceRequest): void {
    const used = this.#of.get(id) ?? { jobs: 0, cpus: 0, gpus: 0 };
    this.#of.set(id, { jobs: used.jobs + 1, cpus: used.cpus + cpus, gpus: used.gpus + gpus });
  }

  /** The first limit that one more such job would be beyond. */
  beyond(
    id: string,
    { cpus, gpus }: ResourceRequest,
    allowance: Allowance,
    codes: Readonly<Record<keyof Allowance, ErrorCode>>,
  ): Failure | null {
    const used = this.#of.get(id) ?? { jobs: 0, cpus: 0, gpus: 0 };
    const wanted = { jobs: 1, cpus, gpus };
    for (const kind of ['jobs', 'cpus', 'gpus'] as const) {
      const max = allowance[kind];
      // What takes nothing of it is within any limit.
      if (max !== null && wanted[kind] > 0 && used[kind] + wanted[kind] > max)
        return failureOf(codes[kind], { max, used: used[kind], wanted: wanted[kind] });
    }
    return null;
  }
}

/**
 * Gives the machine's room to the jobs in their order. The first one that finds too little of something has what it needs kept for
 * it: those behind it begin only in what is left beside that, so that a big job is not kept waiting by small ones for ever.
 */
export function place<W extends Waiting>(
  order: readonly W[],
  running: readonly Running[],
  machine: Machine,
  limits: Limits,
): Placement<W>[] {
  const taken = new Set(running.flatMap((job) => job.gpus));
  const devices = machine.gpus.filter((name) => !taken.has(name));
  const free = { cpus: machine.cpus, memoryMb: machine.memoryMb, gpus: machine.gpus.length };
  const [ofPeople, ofProjects] = [new Used(), new Used()];
  const begin = ({ user_id, project_id, claim }: Pick<Running, 'user_id' | 'project_id' | 'claim'>): void => {
    for (const kind of KINDS) free[kind] -= claim[kind];
    ofPeople.add(user_id, claim);
    ofProjects.add(project_id, claim);
  };
  running.forEach(begin);
  let begun = running.length;
  const kept = { cpus: 0, memoryMb: 0, gpus: 0 };
  const scarce = new Set<Kind>();

  const reasonToWait = ({ user_id, project_id, claim }: W, before: number): Failure | null => {
    const beyond =
      ofPeople.beyond(user_id, claim, limits.ofPerson(user_id), OF_PERSON) ??
      ofProjects.beyond(project_id, claim, limits.ofProject(project_id), OF_PROJECT);
    if (beyond !== null) return beyond;
    if (begun >= limits.jobs) return failureOf('waiting_for_turn', { jobs: begun + before });
    const missing = KINDS.filter((kind) => claim[kind] > 0 && claim[kind] > free[kind] - kept[kind]);
    if (missing.length === 0) return null;
    const first = missing.filter((kind) => !scarce.has(kind));
    if (first.length > 0) for (const kind of KINDS) kept[kind] += claim[kind];
    for (const kind of first) scarce.add(kind);
    const short = first.find((kind) => claim[kind] > free[kind]);
    if (short === undefined) return failureOf('waiting_for_turn', { jobs: Math.max(1, before) });
    return failureOf(REASONS[short], { wanted: claim[short], free: Math.max(0, free[short]) });
  };

  return order.map((job, index) => {
    const place = { job, position: index + 1 };
    const waiting = reasonToWait(job, index - (begun - running.length));
    if (waiting) return { ...place, waiting, gpus: null };
    begin(job);
    begun += 1;
    return { ...place, waiting: null, gpus: devices.splice(0, job.claim.gpus) };
  });
}
