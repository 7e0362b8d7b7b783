import { readdirSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';

/** What the jobs of this machine share. */
export interface Machine {
  readonly cpus: number;
  readonly memoryMb: number;
  /** How CUDA calls each device that the bridge itself may use. */
  readonly gpus: readonly string[];
}

/** Jobs may take this share of the memory together: beyond it, JupyterLab itself would be in danger. */
const MEMORY_SHARE = 0.8;

export function thisMachine(): Machine {
  return { cpus: availableParallelism(), memoryMb: Math.floor((memoryBytes() * MEMORY_SHARE) / 2 ** 20), gpus: gpus() };
}

/** In a container the limit is the container's, not the machine's. */
function memoryBytes(): number {
  const constrained = process.constrainedMemory();
  return constrained > 0 && constrained < totalmem() ? constrained : totalmem();
}

/** NVIDIA's device files, so that nothing has to be started to count them; fewer where the bridge was given only some of them. */
function gpus(): string[] {
  const given = process.env['CUDA_VISIBLE_DEVICES'];
  const files = deviceFiles();
  if (given === undefined) return files.map((_, index) => String(index));
  return files.length === 0 ? [] : given.split(',').filter((name) => name !== '' && name !== '-1');
}

function deviceFiles(): string[] {
  try {
    return readdirSync('/dev').filter((name) => /^nvidia\d+$/u.test(name));
  } catch {
    // No /dev to read: another kind of system.
    return [];
  }
}
