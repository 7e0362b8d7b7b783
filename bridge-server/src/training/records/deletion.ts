import type { Person } from '../../access/caller.js';
import { requireAccess } from '../../access/require-access.js';
import type { Resource } from '../../access/resource.js';
import type { Failure } from '../../contract/errors.js';
import type { Job, JobState } from '../../contract/training/training.js';
import { untold, type Ledger, type Tell } from '../../ledger/index.js';
import { Background } from '../../lib/async/background.js';
import { CoalescedTask } from '../../lib/async/coalesced-task.js';
import type { Clock } from '../../lib/clock.js';
import { failureOf, KargahError } from '../../lib/errors.js';
import type { PointHistory } from '../points/history.js';
import type { TrainingDatasets, TrainingLog } from '../ports.js';
import type { JobNotifier } from '../queue/notifier.js';
import type { RunFinalizer } from '../run/finalizer.js';
import type { JobTelemetry } from '../run/telemetry.js';
import type { JobFolders } from './job-folder.js';
import { isTerminal } from './states.js';
import type { JobRow, JobStore } from './store.js';

const LOOK_MS = 60_000;

interface JobDeletionDeps {
  readonly store: JobStore;
  readonly folders: JobFolders;
  readonly points: PointHistory;
  readonly telemetry: JobTelemetry;
  readonly notifier: JobNotifier;
  readonly finalizer: Pick<RunFinalizer, 'deleteRuns'>;
  readonly datasets: Pick<TrainingDatasets, 'release'>;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly keptMinutes: number;
  readonly log: TrainingLog;
}
interface Refused {
  readonly job_id: string;
  readonly error: Failure;
}

/**
 * Jobs that people delete leave every list at once, and are answered as what is not there. Their rows, folders and runs stay for
 * `keptMinutes`, in which they can be restored; whatever is older goes for good, also what an earlier bridge left.
 */
export class JobDeletion {
  readonly #background: Background;
  readonly #look = new CoalescedTask(() => this.#pass());
  #stop: () => void = () => undefined;

  constructor(private readonly deps: JobDeletionDeps) {
    this.#background = new Background((err) => deps.log.error({ err }, 'deleted jobs could not be removed'));
  }

  start(): void {
    const look = (): void => this.#background.begin(this.run());
    this.#stop = this.deps.clock.every(LOOK_MS, look);
    look();
  }

  async close(): Promise<void> {
    this.#stop();
    await this.#background.close();
  }

  /** Resolves when all is gone that was kept long enough. */
  run(): Promise<void> {
    return this.#look.run();
  }

  /** @throws not_found, forbidden, job_active where not one of them is deleted */
  async delete(
    person: Person,
    jobIds: readonly string[],
  ): Promise<{ deleted: string[]; refused: Refused[]; restorable_until: string }> {
    const { store, clock, notifier, ledger } = this.deps;
    const { rows, refused } = this.#allowed(person, jobIds, await store.many(jobIds));
    const ended = rows.filter((row) => isTerminal(row.state as JobState));
    const now = clock.now();
    const until = new Date(now + this.#keptMs).toISOString();
    const gone = await store.setAside(ended, new Date(now).toISOString(), (row, tx) =>
      ledger.telling({ ...actOn(person, row), action: 'job.delete', after: { restorable_until: until } })(tx),
    );
    for (const row of gone) await notifier.deleted(row);
    const deleted = idsOf(gone);
    const left = [
      ...refused,
      ...without(idsOf(rows), idsOf(ended), 'job_active'),
      // Somebody moved or deleted it meanwhile.
      ...without(idsOf(ended), deleted, 'not_found'),
    ];
    return { deleted, refused: someDone(gone, left), restorable_until: until };
  }

  /** @throws not_found, forbidden where not one of them is restored */
  async restore(person: Person, jobIds: readonly string[]): Promise<{ restored: Job[]; refused: Refused[] }> {
    const { store, notifier, ledger } = this.deps;
    const { rows, refused } = this.#allowed(person, jobIds, await store.many(jobIds, true));
    const back = await store.takeBack(idsOf(rows), this.#due, (row, tx) =>
      ledger.telling({ ...actOn(person, row), action: 'job.restore' })(tx),
    );
    const restored: Job[] = [];
    for (const row of back) restored.push(await notifier.listed(row));
    return { restored, refused: someDone(back, [...refused, ...without(idsOf(rows), idsOf(back), 'not_found')]) };
  }

  /** @throws not_found, forbidden, job_active */
  async forGood(person: Person, jobId: string): Promise<void> {
    const { store, ledger } = this.deps;
    const found = (await store.many([jobId]))[0] ?? (await store.many([jobId], true))[0];
    const row = requireAccess(person, 'job.write', found);
    if (!isTerminal(row.state as JobState)) throw new KargahError('job_active');
    if (await this.remove(row, ledger.telling({ ...actOn(person, row), action: 'job.delete' })))
      await this.#deleteRuns(row);
    // It was moved meanwhile.
    else if ((await store.get(jobId)) !== null) throw new KargahError('not_found');
  }

  /**
   * The row is gone first: whoever asks for what lies in its folder is told that there is no such job.
   *
   * @returns false where it was not there any more, and nothing is done
   */
  async remove(row: JobRow, tell: Tell): Promise<boolean> {
    const { store, telemetry, points, folders, notifier, datasets } = this.deps;
    const { job_id: jobId } = row;
    if (!(await store.delete(row, await store.workspaceOf(row.project_id), tell))) return false;
    telemetry.forget(jobId);
    await points.invalidate(jobId);
    await folders.delete(jobId);
    await notifier.deleted(row);
    if (row.dataset_id !== null) await datasets.release(row.dataset_id);
    return true;
  }

  get #keptMs(): number {
    return this.deps.keptMinutes * 60_000;
  }

  /** What was deleted until then cannot be restored any more. */
  get #due(): string {
    return new Date(this.deps.clock.now() - this.#keptMs).toISOString();
  }

  async #pass(): Promise<void> {
    const { store, folders, points, log } = this.deps;
    for (const row of await store.deletedUntil(this.#due))
      try {
        // First what nobody would look for once its row is gone.
        await folders.delete(row.job_id);
        await points.invalidate(row.job_id);
        // The ledger told of it when it was deleted.
        await this.remove(row, untold);
        await this.#deleteRuns(row);
      } catch (err) {
        log.error({ err, job_id: row.job_id }, 'a deleted job could not be removed');
      }
  }

  async #deleteRuns({ mlflow_run_id: runId }: JobRow): Promise<void> {
    if (runId !== null) await this.deps.finalizer.deleteRuns(runId);
  }

  /** Those of these jobs that the person may change; of the others, why not. */
  #allowed(person: Person, jobIds: readonly string[], found: readonly Resource<JobRow>[]) {
    const byId = new Map(found.map((one) => [one.id, one]));
    const rows: JobRow[] = [];
    const refused: Refused[] = [];
    for (const jobId of new Set(jobIds))
      try {
        rows.push(requireAccess(person, 'job.write', byId.get(jobId)));
      } catch (error) {
        if (!(error instanceof KargahError)) throw error;
        refused.push({ job_id: jobId, error: error.toFailure() });
      }
    return { rows, refused };
  }
}

/** The part of what the ledger says of a job that is the same for every act. */
export function actOn(person: Person, { job_id, project_id, name, state }: JobRow) {
  return {
    caller: person,
    object: { kind: 'job', id: job_id },
    projectId: project_id,
    before: { name, state },
  } as const;
}

/** Where not one was done, the request is answered with the first refusal, as one for a single job is. */
function someDone(done: readonly JobRow[], refused: Refused[]): Refused[] {
  const [first] = refused;
  if (done.length === 0 && first !== undefined) throw new KargahError(first.error.code);
  return refused;
}

const idsOf = (rows: readonly JobRow[]): string[] => rows.map((row) => row.job_id);

function without(all: readonly string[], done: readonly string[], code: 'job_active' | 'not_found'): Refused[] {
  const kept = new Set(done);
  return all.filter((jobId) => !kept.has(jobId)).map((job_id) => ({ job_id, error: failureOf(code) }));
}
