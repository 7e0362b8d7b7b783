import type { z } from 'zod';
import type { resources } from '../../contract/training/training.js';
import type { JobSpec } from '../../launchers/port.js';
import type { JobFolders } from '../records/job-folder.js';
import type { TrainingSettings } from '../ports.js';
import type { Accepted } from './admission.js';
import { namesOf } from '../records/variables.js';

/** What a launcher is told of a job. */
export function specOf(
  jobId: string,
  { python, script, variables }: Pick<Accepted, 'python' | 'script' | 'variables'>,
  asked: z.infer<typeof resources> | null,
  { folders, settings }: { readonly folders: JobFolders; readonly settings: TrainingSettings },
): JobSpec {
  const { graceSeconds, machine } = settings;
  const folder = folders.of(jobId);
  return {
    jobId,
    folder,
    launcher: asked?.launcher ?? null,
    python,
    cwd: script?.cwd ?? folder,
    variables: namesOf(variables),
    graceSeconds,
    // One that did not say how much it needs may use what the machine has for jobs.
    memoryBytes: (asked?.memory_mb ?? machine.memoryMb) * 2 ** 20,
    timeLimitSeconds: asked?.time_limit_seconds ?? null,
  };
}
