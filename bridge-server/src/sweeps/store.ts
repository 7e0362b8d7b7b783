import type { Insertable, Kysely, Selectable, Updateable } from 'kysely';
import { holdProject, workspaceOf } from '../access/projects.js';
import { ownedBy, type Resource } from '../access/resource.js';
import { inProjectsOf, type Scope } from '../access/scope.js';
import { untold } from '../ledger/index.js';
import { readPage, type Page, type PageQuery } from '../lib/pages.js';
import type { Database, JobTable, SweepTable } from '../storage/schema.js';
import type { Sweep } from '../contract/training/sweeps.js';

export type SweepRow = Selectable<SweepTable>;
export type SweepJob = Pick<
  Selectable<JobTable>,
  'job_id' | 'sweep_id' | 'state' | 'pruned' | 'params_json' | 'model_json' | 'mlflow_run_id'
>;
type Patch = Omit<Updateable<SweepTable>, 'sweep_id'>;

const ACTIVE = ['running', 'stopping'] satisfies Sweep['state'][];
const COLUMNS = [
  'job_id',
  'sweep_id',
  'state',
  'pruned',
  'params_json',
  'model_json',
  'mlflow_run_id',
] as const satisfies (keyof SweepJob)[];

export class SweepStore {
  constructor(readonly db: Kysely<Database>) {}

  async insert(row: Insertable<SweepTable>): Promise<void> {
    await this.db.transaction().execute(async (trx) => {
      await holdProject(trx, row.project_id);
      await trx.insertInto('sweeps').values(row).execute();
    });
  }

  async get(sweepId: string): Promise<SweepRow | null> {
    return (await this.db.selectFrom('sweeps').selectAll().where('sweep_id', '=', sweepId).executeTakeFirst()) ?? null;
  }

  /** The sweep, for `requireAccess`. */
  async resource(sweepId: string): Promise<Resource<SweepRow> | null> {
    const row = await this.get(sweepId);
    return row && ownedBy('sweep', sweepId, row);
  }

  async active(): Promise<SweepRow[]> {
    return this.db.selectFrom('sweeps').selectAll().where('state', 'in', ACTIVE).orderBy('created_at').execute();
  }

  /** Ended sweeps whose MLflow run is not. */
  async withOpenRun(): Promise<SweepRow[]> {
    return this.db.selectFrom('sweeps').selectAll().where('mlflow_end_pending', 'is not', null).execute();
  }

  /** Changes a sweep that has not ended; null when it has. */
  async patchActive(sweepId: string, patch: Patch, tell = untold): Promise<SweepRow | null> {
    return this.db.transaction().execute(async (trx) => {
      const query = trx.updateTable('sweeps').set(patch).where('sweep_id', '=', sweepId).where('state', 'in', ACTIVE);
      const row = await query.returningAll().executeTakeFirst();
      if (row !== undefined) await tell(trx);
      return row ?? null;
    });
  }

  async runEnded(sweepId: string): Promise<void> {
    await this.db.updateTable('sweeps').set({ mlflow_end_pending: null }).where('sweep_id', '=', sweepId).execute();
  }

  /** Also those that are deleted and could be restored. */
  async everyJobOf(sweepId: string): Promise<string[]> {
    const rows = await this.db.selectFrom('jobs').select('job_id').where('sweep_id', '=', sweepId).execute();
    return rows.map((row) => row.job_id);
  }

  /** In the order in which they were begun. */
  async jobs(sweepIds: readonly string[]): Promise<SweepJob[]> {
    if (sweepIds.length === 0) return [];
    return this.db
      .selectFrom('jobs')
      .select(COLUMNS)
      .where('sweep_id', 'in', sweepIds)
      .where('deleted_at', 'is', null)
      .orderBy('created_at')
      .orderBy('job_id')
      .execute();
  }

  async markPruned(jobId: string): Promise<void> {
    await this.db.updateTable('jobs').set({ pruned: 1 }).where('job_id', '=', jobId).execute();
  }

  /** Newest first; `after` is when the last of the page before was made, and its id. */
  async list(scope: Scope, page: PageQuery): Promise<Page<SweepRow>> {
    const query = this.db.selectFrom('sweeps').selectAll().where(inProjectsOf(scope));
    return readPage([query], { by: 'created_at', then: 'sweep_id' }, page);
  }

  async workspaceOf(projectId: string): Promise<string> {
    return workspaceOf(this.db, projectId);
  }

  async delete(sweepId: string, tell = untold): Promise<void> {
    await this.db.transaction().execute(async (trx) => {
      const { numDeletedRows } = await trx.deleteFrom('sweeps').where('sweep_id', '=', sweepId).executeTakeFirst();
      if (numDeletedRows > 0n) await tell(trx);
    });
  }
}
