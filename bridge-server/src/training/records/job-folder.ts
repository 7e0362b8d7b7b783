import { createHash, randomBytes } from 'node:crypto';
import { constants, existsSync, readFileSync } from 'node:fs';
import { cp, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { namesOf, NO_VARIABLES, type Variables } from './variables.js';

/** `job.json`, as `docs/protocols/job-folder.md` describes it. */
export interface JobFile {
  readonly job_id: string;
  /** Which launch of the job this is. */
  readonly fence: number;
  readonly name: string;
  readonly recipe: string | null;
  readonly script: { readonly path: string; readonly args: readonly string[] } | null;
  readonly params: Readonly<Record<string, unknown>>;
  readonly cwd: string;
  readonly dataset: {
    readonly dataset_id: string;
    readonly name: string;
    readonly version: number;
    readonly version_id: string;
    readonly kind: 'tabular' | 'images';
    readonly path: string;
    readonly sha256: string;
    readonly suggested_target: string | null;
    readonly split_id: string | null;
    readonly split_path: string | null;
    readonly split_sha256: string | null;
  } | null;
  /** Null where it comes later, as `run.json`. */
  readonly mlflow: RunFile | null;
  readonly bridge_file: string;
  readonly grace_seconds: number;
  /** How long it goes on while no bridge runs. */
  readonly orphan_seconds: number | null;
  readonly memory_bytes: number | null;
  readonly time_limit_seconds: number | null;
  /** Threads that numeric libraries may use. */
  readonly cpus: number;
  /** The GPUs it may see, as CUDA calls them. */
  readonly gpus: readonly string[];
  readonly resume_from: string | null;
}

/** `run.json`: the job's MLflow run. */
export interface RunFile {
  readonly run_id: string;
  readonly experiment_id: string;
}

const ENVIRONMENT = 'environment.json';
const NOT_COPIED: ReadonlySet<string> = new Set(['token', ENVIRONMENT, 'spool', 'spool-system', 'run.json']);

/** The folders of jobs, one each. */
export class JobFolders {
  readonly bridgeFile: string;

  constructor(
    private readonly dataDir: string,
    private readonly maxLogBytes: number | null = null,
  ) {
    this.bridgeFile = join(dataDir, 'bridge.json');
  }

  of(jobId: string): string {
    return join(this.dataDir, 'jobs', jobId);
  }

  log(jobId: string): string {
    return join(this.of(jobId), 'log.txt');
  }

  checkpoints(jobId: string): string {
    return join(this.of(jobId), 'checkpoints');
  }

  /** The model that a job judges. */
  judged(jobId: string): string {
    return join(this.of(jobId), 'judged.pt2');
  }

  /** Whether something that a new job may go on from lies in the folder of an ended one. */
  async hasCheckpoint(jobId: string): Promise<boolean> {
    const found = await readdir(this.checkpoints(jobId), { withFileTypes: true, recursive: true }).catch(() => []);
    // A process that was killed leaves what it was writing under a name with a process id.
    return found.some((entry) => entry.isFile() && !entry.name.startsWith('.') && !/\.\d+$|\.tmp$/u.test(entry.name));
  }

  /** Gives `to` checkpoints of its own: what it does with them, and the end of the other job, must not touch each other. */
  async copyCheckpoints(from: string, to: string): Promise<void> {
    await cp(this.checkpoints(from), this.checkpoints(to), { recursive: true, mode: constants.COPYFILE_FICLONE });
  }

  exists(jobId: string): boolean {
    return existsSync(this.of(jobId));
  }

  /** Gives `to` what an ended job keeps, in place of what is there: not what proves who it is, nor what waits to be sent. */
  async copy(from: string, to: string): Promise<void> {
    await this.delete(to);
    if (!this.exists(from)) return;
    const [root, target] = [this.of(from), this.of(to)];
    const filter = (path: string): boolean => !NOT_COPIED.has(relative(root, path));
    await cp(root, target, { recursive: true, mode: constants.COPYFILE_FICLONE, filter });
  }

  async make(jobId: string): Promise<void> {
    await mkdir(this.of(jobId), { recursive: true, mode: 0o700 });
  }

  async writeJob(job: JobFile): Promise<void> {
    await writeWhole(join(this.of(job.job_id), 'job.json'), JSON.stringify({ ...job, log_bytes: this.maxLogBytes }));
  }

  async writeRun(jobId: string, run: RunFile): Promise<void> {
    await writeWhole(join(this.of(jobId), 'run.json'), JSON.stringify(run));
  }

  /** Whether the job was told its run, or is not there to be told any more. */
  knowsRun(jobId: string): boolean {
    return existsSync(join(this.of(jobId), 'run.json')) || !existsSync(this.of(jobId));
  }

  /** The job's token, made at the first call; a launch that is repeated keeps it. `kept` resolves when it is in its file. */
  token(jobId: string): { readonly sha256: string; readonly kept: Promise<void> } {
    const path = join(this.of(jobId), 'token');
    if (existsSync(path)) return { sha256: hashToken(readFileSync(path, 'ascii').trim()), kept: Promise.resolve() };
    const token = `kgj_${randomBytes(32).toString('base64url')}`;
    return { sha256: hashToken(token), kept: writeWhole(path, token) };
  }

  /** The variables of a script's environment, secrets among them; the file is the owner's alone, and goes when the job ends. */
  async writeEnvironment(jobId: string, variables: Variables): Promise<void> {
    if (namesOf(variables).length > 0) await writeWhole(join(this.of(jobId), ENVIRONMENT), JSON.stringify(variables));
  }

  async environment(jobId: string): Promise<Variables> {
    const path = join(this.of(jobId), ENVIRONMENT);
    return existsSync(path) ? (JSON.parse(await readFile(path, 'utf8')) as Variables) : NO_VARIABLES;
  }

  async forgetEnvironment(jobId: string): Promise<void> {
    await rm(join(this.of(jobId), ENVIRONMENT), { force: true });
  }

  async forgetToken(jobId: string): Promise<void> {
    await rm(join(this.of(jobId), 'token'), { force: true });
  }

  async delete(jobId: string): Promise<void> {
    await rm(this.of(jobId), { recursive: true, force: true });
  }
}

function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

async function writeWhole(path: string, text: string): Promise<void> {
  const file = await open(`${path}.new`, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
}
