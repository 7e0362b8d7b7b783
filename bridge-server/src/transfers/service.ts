import type { Person } from '../access/caller.js';
import { inProject } from '../access/projects.js';
import { projectOf } from '../access/resource.js';
import { requireAccess } from '../access/require-access.js';
import type { JobState } from '../contract/training/training.js';
import { KargahError } from '../lib/errors.js';
import { newId } from '../lib/ids.js';
import type { MlflowPort, RunCopies } from '../mlflow/port.js';
import { TERMINAL, type JobTransfer } from '../training/index.js';
import type { Transfer } from './contract.js';
import { transferOf, type Item, type JobRow, type TransferStore } from './store.js';
import type { TransferWork } from './work.js';

interface TransferDeps {
  readonly store: TransferStore;
  readonly jobs: JobTransfer;
  readonly mlflow: Pick<MlflowPort, 'state'>;
  readonly copies: Pick<RunCopies, 'bytesOf'>;
  readonly work: TransferWork;
  /** @throws `project_quota_exceeded`. `bytes` is asked for only where the project has a limit. */
  readonly requireRoom: (projectId: string, bytes: () => Promise<number>) => Promise<void>;
}

/** Takes what has ended to another project, for who may write in both. */
export class TransferService {
  constructor(private readonly deps: TransferDeps) {}

  /** @throws every error of the contract's `moveJob` */
  async job(person: Person, act: 'move' | 'copy', jobId: string, projectId: string): Promise<Transfer> {
    const { store } = this.deps;
    const row = requireAccess(person, 'job.write', await store.job(jobId));
    requireAccess(person, 'job.write', projectOf(inProject(person, projectId)));
    if (act === 'move') this.deps.store.requireElsewhere(row, projectId);
    if (!TERMINAL.includes(row.state as JobState)) throw new KargahError('job_active');
    if (act === 'move') await store.requireMovable(row);
    const item = { job_id: jobId, to_job_id: act === 'move' ? jobId : newId('job'), copied: null };
    return this.#begin(person, { act, row, projectId, items: [item] });
  }

  async get(person: Person, transferId: string): Promise<Transfer> {
    return transferOf(requireAccess(person, 'job.read', await this.deps.store.resource(transferId)));
  }

  async #begin(
    person: Person,
    {
      act,
      row,
      projectId,
      items,
    }: {
      readonly act: 'move' | 'copy';
      readonly row: JobRow;
      readonly projectId: string;
      readonly items: readonly Item[];
    },
  ): Promise<Transfer> {
    const { store, mlflow, work, requireRoom } = this.deps;
    if (mlflow.state() !== 'up') throw new KargahError('mlflow_unavailable');
    await requireRoom(projectId, () => this.#bytesOf(row));
    const begun = await store.begin({
      transfer_id: newId('trf'),
      project_id: row.project_id,
      to_project_id: projectId,
      act,
      kind: 'job',
      object_id: row.job_id,
      actor_json: JSON.stringify(actorOf(person)),
      items_json: JSON.stringify(items),
      result_id: items[0]!.to_job_id,
    });
    work.begin(begun.transfer_id);
    return transferOf(begun);
  }

  async #bytesOf(row: JobRow): Promise<number> {
    const { store, copies, jobs } = this.deps;
    const folder = await jobs.bytesOf(row.job_id);
    const runId = row.mlflow_run_id;
    if (runId === null) return folder;
    return folder + (await copies.bytesOf({ workspace: await store.workspaceOf(row.project_id), runId }));
  }
}

function actorOf({ userId, name, sessionId }: Person) {
  return { kind: 'user', userId, name, ...(sessionId === undefined ? {} : { sessionId }) } as const;
}
