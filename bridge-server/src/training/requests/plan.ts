import type { z } from 'zod';
import type { launchPlan } from '../../contract/training/plans.js';
import { failureOf } from '../../lib/errors.js';
import type { Person } from '../../access/caller.js';
import type { Launcher } from '../../launchers/port.js';
import type { JobFolders } from '../records/job-folder.js';
import type { TrainingSettings } from '../ports.js';
import type { Accepted } from './admission.js';
import { specOf } from './spec.js';
import type { Scheduler } from '../queue/scheduler.js';

/** Stands for the id that the job would get. */
const NEWCOMER = 'job_new';
const SECRET_NAME = /TOKEN|SECRET|PASSWORD|CREDENTIAL|(?:^|_)KEY(?:$|_)/iu;

/** What `train` would run with this request, and when; writes and starts nothing. */
export async function dryRun(
  { launcher, folders, scheduler, settings }: DryRunParts,
  person: Person,
  accepted: Accepted,
): Promise<z.input<typeof launchPlan>> {
  const { request, claim, params, python } = accepted;
  const plan = launcher.plan(specOf(NEWCOMER, accepted, request.resources ?? null, { folders, settings }));
  const placements = await scheduler.snapshot({
    job_id: NEWCOMER,
    user_id: person.userId,
    project_id: person.projectId,
    priority: request.priority ?? 'normal',
    claim,
  });
  const mine = placements.find(({ job }) => job.job_id === NEWCOMER);
  return {
    argv: [...plan.argv],
    cwd: plan.cwd,
    env: { ...withoutSecrets(plan.env), ...request.script?.env },
    python,
    launch: plan.launch,
    launch_note: plan.note && failureOf(plan.note.code, plan.note.params),
    params,
    resources: {
      cpus: claim.cpus,
      memory_mb: claim.memoryMb,
      gpus: claim.gpus,
      time_limit_seconds: request.resources?.time_limit_seconds ?? null,
    },
    jobs_before: (mine?.position ?? 1) - 1,
    waiting: mine?.waiting ?? null,
  };
}

export interface DryRunParts {
  readonly launcher: Launcher;
  readonly folders: JobFolders;
  readonly scheduler: Scheduler;
  readonly settings: TrainingSettings;
}

/** A proxy's address may hold a password. */
function withoutSecrets(env: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env)
      .filter(([name]) => !SECRET_NAME.test(name))
      .map(([name, value]) => [name, value.replace(/(\w:\/\/)[^/@\s]+@/gu, '$1…@')]),
  );
}
