import type { Failure } from '../../contract/errors.js';
import { failureOf } from '../../lib/errors.js';
import type { ResourceRequest } from './resources.js';
import type { Machine } from './machine.js';
import type { Waiting } from './fair-share.js';

export interface Running {
  readonly user_id: string;
  readonly claim: ResourceRequest;
  readonly gpus: readonly string[];
}
export interface Limits {
  /** How many jobs run at once, whatever room there is. */
  readonly jobs: number;
  readonly jobsPerUser: number;
}
/** A waiting job's place: it may begin now with these devices, or it waits, and why. */
export type Placement<W extends Waiting = Waiting> = { readonly job: W; readonly position: number } & (
  { readonly waiting: null; readonly gpus: readonly string[] } | { readonly waiting: Failure; readonly gpus: null }
);

type Kind = 'gpus' | 'memoryMb' | 'cpus';
const KINDS: readonly Kind[] = ['gpus', 'memoryMb', 'cpus'];
const REASONS = { gpus: 'waiting_for_gpu', memoryMb: 'waiting_for_memory', cpus: 'waiting_for_cpu' } as const;

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
  const own = new Map<string, number>();
  const begin = ({ user_id, claim }: Pick<Running, 'user_id' | 'claim'>): void => {
    for (const kind of KINDS) free[kind] -= claim[kind];
    own.set(user_id, (own.get(user_id) ?? 0) + 1);
  };
  running.forEach(begin);
  let begun = running.length;
  const kept = { cpus: 0, memoryMb: 0, gpus: 0 };
  const scarce = new Set<Kind>();

  const reasonToWait = ({ user_id, claim }: W, before: number): Failure | null => {
    if ((own.get(user_id) ?? 0) >= limits.jobsPerUser)
      return failureOf('waiting_for_own_limit', { max: limits.jobsPerUser });
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
