import type { z } from 'zod';
import type { Failure } from '../../contract/errors.js';
import type { resources } from '../../contract/training/training.js';
import { failureOf, KargahError } from '../../lib/errors.js';
import type { Machine } from './machine.js';

type Asked = z.infer<typeof resources>;

/** What of the machine is kept for one job as long as it runs. */
export interface ResourceRequest {
  readonly cpus: number;
  readonly memoryMb: number;
  readonly gpus: number;
}

/** What PyTorch with a small model and its data take. */
const USUAL_MEMORY_MB = 1024;
/** Small models gain nothing from more threads; a quarter of the machine leaves room for others. */
const MOST_USUAL_CPUS = 4;

/** What a job is given: what it asked for, and the usual share of what it did not name. */
export function requestOf(asked: Asked | null, kind: 'recipe' | 'script', machine: Machine): ResourceRequest {
  const usualCpus = Math.min(MOST_USUAL_CPUS, Math.max(1, Math.floor(machine.cpus / 4)));
  return {
    cpus: asked?.cpus ?? usualCpus,
    memoryMb: asked?.memory_mb ?? Math.min(USUAL_MEMORY_MB, machine.memoryMb),
    // A recipe's network is small: it gets a GPU only where one is asked for. What a script needs is not known.
    gpus: asked?.gpus ?? (kind === 'script' ? Math.min(1, machine.gpus.length) : 0),
  };
}

/** Why this could never run here; null when it could. */
export function excessOf(claim: ResourceRequest, machine: Machine): Failure | null {
  const [resource, available] =
    claim.cpus > machine.cpus
      ? ['CPU', machine.cpus]
      : claim.memoryMb > machine.memoryMb
        ? ['MB', machine.memoryMb]
        : claim.gpus > machine.gpus.length
          ? ['GPU', machine.gpus.length]
          : [null, 0];
  return resource === null ? null : failureOf('resources_too_large', { resource, available });
}

/** @throws resources_too_large */
export function refuseExcess(claim: ResourceRequest, machine: Machine): void {
  const excess = excessOf(claim, machine);
  if (excess) throw new KargahError('resources_too_large', excess.params);
}

/** A second one would be kept from others and stand idle. @throws recipe_takes_one_gpu */
export function refuseIdleGpus(claim: ResourceRequest): void {
  if (claim.gpus > 1) throw new KargahError('recipe_takes_one_gpu');
}

/** The largest part of the machine that this takes of any one thing, 0 to 1: what fairness counts. */
export function shareOf(claim: ResourceRequest, machine: Machine): number {
  return Math.max(
    claim.cpus / machine.cpus,
    claim.memoryMb / Math.max(1, machine.memoryMb),
    claim.gpus / Math.max(1, machine.gpus.length),
  );
}
