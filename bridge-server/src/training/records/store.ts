import {
  sql,
  type Expression,
  type Insertable,
  type Kysely,
  type Selectable,
  type SqlBool,
  type Transaction,
  type Updateable,
} from 'kysely';
import { holdProject, workspaceOf } from '../../access/projects.js';
import { ownedBy, type Resource } from '../../access/resource.js';
import { inProjectsOf, type Scope } from '../../access/scope.js';
import type { Failure } from '../../contract/errors.js';
import { contains } from '../../lib/search/like.js';
import { LETTERS_OF_ORDER, readPage, type Page, type PageQuery } from '../../lib/pages.js';
import type { JobState } from '../../contract/training/training.js';
import { untold, type Tell } from '../../ledger/index.js';
import type { Database, DeletedRunTable, JobRunTable, JobTable } from '../../storage/schema.js';
import { OCCUPYING, sourcesOf, TERMINAL } from './states.js';

export type JobRow = Selectable<JobTable>;
export type JobPatch = Omit<Updateable<JobTable>, 'job_id' | 'state'>;

/** What people say of a job; what is left out stays. */
export interface LabelChanges {
  readonly name?: string | undefined;
  readonly note?: string | undefined;
  /** The note that was read before. */
  readonly note_was?: string | undefined;
  readonly tags?: readonly string[] | undefined;
}

const LONGEST_LABEL = 100;

const ORDERS = {
  newest: { by: 'created_at', then: 'job_id' },
  oldest: { by: 'created_at', then: 'job_id', ascending: true },
  name: { by: 'search_text', then: 'job_id', ascending: true, letters: LETTERS_OF_ORDER },
  state: { by: 'state', then: 'job_id', ascending: true },
} as const;

const LAST_DELETED = { by: 'deleted_at', then: 'job_id' } as const;

export interface JobFilter extends PageQuery {
  readonly search?: string | undefined;
  readonly state?: JobState | JobState[] | undefined;
  readonly dataset_id?: string | undefined;
  readonly sweep_id?: string | undefined;
  /** Those that have all of these. */
  readonly tag?: string | readonly string[] | undefined;
  readonly sort?: keyof typeof ORDERS | undefined;
  /** Those that can still be restored, instead of those that are there. */
  readonly deleted?: boolean;
  readonly judged?: string | undefined;
}

/** A change of a job's state, from any of these. */
interface Move {
  readonly from: readonly JobState[];
  readonly to: JobState;
}

export class JobStore {
  constructor(readonly db: Kysely<Database>) {}

  /** Adds the job with its first event. `hold` keeps what the job needs until it is there. */
  async insert(row: Insertable<JobTable>, hold: (tx: Transaction<Database>) => Promise<void>): Promise<void> {
    await this.db.transaction().execute(async (trx) => {
      await holdProject(trx, row.project_id);
      await hold(trx);
      await trx.insertInto('jobs').values(row).execute();
      await trx
        .insertInto('job_events')
        .values({
          job_id: row.job_id,
          at: row.created_at,
          from_state: null,
          to_state: row.state,
          detail: null,
          detail_fa: null,
        })
        .execute();
    });
  }

  /**
   * Moves a job to `to` and writes the event, in one transaction. Answers the row as it is now, or null when the job is in no
   * state from which `to` may be reached: of two that settle a job, one gets null.
   */
  async transition(
    jobId: string,
    to: JobState,
    patch: JobPatch = {},
    why: Failure | null = null,
  ): Promise<JobRow | null> {
    return this.#transition(jobId, { from: sourcesOf(to), to }, patch, { why });
  }

  /** As `transition`, from this one state only. */
  async transitionFrom(jobId: string, from: JobState, to: JobState, patch: JobPatch = {}): Promise<JobRow | null> {
    return this.#transition(jobId, { from: [from], to }, patch, {});
  }

  /** As `transition`, from `from` alone where it is named, with what the ledger is to say of it. */
  async stopped(
    jobId: string,
    { from, to }: { readonly from?: JobState; readonly to: 'stopping' | 'stopped' },
    patch: JobPatch,
    tell: Tell,
  ): Promise<JobRow | null> {
    return this.#transition(jobId, { from: from === undefined ? sourcesOf(to) : [from], to }, patch, { tell });
  }

  async patch(jobId: string, patch: JobPatch): Promise<void> {
    await this.db.updateTable('jobs').set(patch).where('job_id', '=', jobId).execute();
  }

  /**
   * Writes what people say of a job; its run is to be told then. With `note_was` only where the note is still this one.
   *
   * @returns null where it is another, or the job is gone
   */
  async label(
    jobId: string,
    { name, note, note_was: noteWas, tags }: LabelChanges,
    searchText: (row: JobRow) => string,
  ): Promise<JobRow | null> {
    return this.db.transaction().execute(async (trx) => {
      const query = trx
        .updateTable('jobs')
        .set({
          labels_pending: 1,
          ...(name === undefined ? {} : { name }),
          ...(note === undefined ? {} : { note }),
          ...(tags === undefined ? {} : { tags_json: JSON.stringify([...new Set(tags)]) }),
        })
        .where('job_id', '=', jobId);
      const checked = noteWas === undefined ? query : query.where('note', '=', noteWas);
      const row = await checked.returningAll().executeTakeFirst();
      if (row === undefined) return null;
      // Of the row as it is now, which nobody else changes meanwhile: what is not given may be newer than the caller knows.
      const found = trx
        .updateTable('jobs')
        .set({ search_text: searchText(row) })
        .where('job_id', '=', jobId);
      return found.returningAll().executeTakeFirstOrThrow();
    });
  }

  /** The run of the job knows these; what was written since it does not. */
  async labelled({ job_id, name, note, tags_json, mlflow_run_id }: JobRow): Promise<void> {
    await this.db
      .updateTable('jobs')
      .set({ labels_pending: 0 })
      .where('job_id', '=', job_id)
      .where('name', '=', name)
      .where('note', '=', note)
      .where('tags_json', '=', tags_json)
      // Since it was moved it has another one.
      .where('mlflow_run_id', mlflow_run_id === null ? 'is' : '=', mlflow_run_id)
      .execute();
  }

  /** Jobs whose runs are still to be told. */
  async unlabelled(): Promise<JobRow[]> {
    return this.db
      .selectFrom('jobs')
      .selectAll()
      .where('labels_pending', '=', 1)
      .where('mlflow_run_id', 'is not', null)
      .execute();
  }

  async get(jobId: string): Promise<JobRow | null> {
    return (await this.db.selectFrom('jobs').selectAll().where('job_id', '=', jobId).executeTakeFirst()) ?? null;
  }

  /** Those of these jobs that are there, or those that are deleted and can be restored. */
  async many(jobIds: readonly string[], deleted = false): Promise<Resource<JobRow>[]> {
    const rows = await this.db
      .selectFrom('jobs')
      .selectAll()
      .where('job_id', 'in', jobIds)
      .where('deleted_at', deleted ? 'is not' : 'is', null)
      .execute();
    return rows.map((row) => ownedBy('job', row.job_id, row));
  }

  /** The job, for `requireAccess`; null where it is deleted. */
  async resource(jobId: string): Promise<Resource<JobRow> | null> {
    return (await this.many([jobId]))[0] ?? null;
  }

  /** Whether a job may go on in the run of an earlier one: that one has ended, and is of the same project. */
  async mayResume(jobId: string, earlierJobId: string): Promise<boolean> {
    const found = await this.db
      .selectFrom('jobs as job')
      .innerJoin('jobs as earlier', 'earlier.project_id', 'job.project_id')
      .select('job.job_id')
      .where('job.job_id', '=', jobId)
      .where('earlier.job_id', '=', earlierJobId)
      .where('earlier.state', 'in', TERMINAL)
      .executeTakeFirst();
    return found !== undefined;
  }

  /** Newest first unless another order is asked for; of deleted ones those that were deleted last. */
  async list(scope: Scope, filter: JobFilter): Promise<Page<JobRow>> {
    let query = this.db
      .selectFrom('jobs')
      .selectAll()
      .where(inProjectsOf(scope))
      .where('deleted_at', filter.deleted === true ? 'is not' : 'is', null);
    if (filter.state !== undefined) query = query.where('state', 'in', [filter.state].flat());
    if (filter.dataset_id !== undefined) query = query.where('dataset_id', '=', filter.dataset_id);
    if (filter.sweep_id !== undefined) query = query.where('sweep_id', '=', filter.sweep_id);
    for (const tag of filter.tag === undefined ? [] : [filter.tag].flat()) query = query.where(hasTag(tag));
    if (filter.judged !== undefined) query = query.where('judged', '=', filter.judged);
    if (filter.search) query = query.where(contains('search_text', filter.search));
    const { sort = 'newest' } = filter;
    return readPage([query], filter.deleted === true && sort === 'newest' ? LAST_DELETED : ORDERS[sort], filter);
  }

  async unsettled(): Promise<JobRow[]> {
    return this.db.selectFrom('jobs').selectAll().where('state', 'not in', TERMINAL).orderBy('created_at').execute();
  }

  /** Ended jobs whose MLflow run is not. */
  async withOpenRun(): Promise<JobRow[]> {
    return this.db.selectFrom('jobs').selectAll().where('mlflow_end_pending', 'is not', null).execute();
  }

  async ofProject(projectId: string): Promise<JobRow[]> {
    return this.db.selectFrom('jobs').selectAll().where('project_id', '=', projectId).execute();
  }

  /** Marks those of these jobs as deleted that have ended, are where they were read, and of which nobody did so before. */
  async setAside(
    jobs: readonly Pick<JobRow, 'job_id' | 'project_id'>[],
    at: string,
    tell: (row: JobRow, tx: Transaction<Database>) => Promise<void>,
  ): Promise<JobRow[]> {
    const projects = [...new Set(jobs.map(({ project_id }) => project_id))];
    return this.db.transaction().execute(async (trx) => {
      const rows = await trx
        .updateTable('jobs')
        .set({ deleted_at: at })
        .where((eb) =>
          eb.or(
            projects.map((projectId) => {
              const ids = jobs.filter(({ project_id }) => project_id === projectId).map(({ job_id }) => job_id);
              return eb.and([eb('project_id', '=', projectId), eb('job_id', 'in', ids)]);
            }),
          ),
        )
        .where('state', 'in', TERMINAL)
        .where('deleted_at', 'is', null)
        .returningAll()
        .execute();
      for (const row of rows) await tell(row, trx);
      return rows;
    });
  }

  /** Takes the deletion back of those of these jobs that were deleted after this moment. */
  async takeBack(
    jobIds: readonly string[],
    after: string,
    tell: (row: JobRow, tx: Transaction<Database>) => Promise<void>,
  ): Promise<JobRow[]> {
    return this.db.transaction().execute(async (trx) => {
      const rows = await trx
        .updateTable('jobs')
        .set({ deleted_at: null })
        .where('job_id', 'in', jobIds)
        .where('deleted_at', '>', after)
        .returningAll()
        .execute();
      for (const row of rows) await tell(row, trx);
      return rows;
    });
  }

  /** Jobs that were deleted at this moment or before it. */
  async deletedUntil(moment: string): Promise<JobRow[]> {
    return this.db.selectFrom('jobs').selectAll().where('deleted_at', '<=', moment).execute();
  }

  async queued(): Promise<JobRow[]> {
    return this.db.selectFrom('jobs').selectAll().where('state', '=', 'queued').execute();
  }

  /** Waiting jobs, oldest first. */
  async waiting() {
    return this.db
      .selectFrom('jobs')
      .select(['job_id', 'user_id', 'project_id', 'priority', 'recipe', 'resources_json'])
      .where('state', '=', 'queued')
      .orderBy('created_at')
      .orderBy('job_id')
      .execute();
  }

  /** The jobs that hold a place on the machine now. */
  async running() {
    return this.db
      .selectFrom('jobs')
      .select(['user_id', 'project_id', 'recipe', 'resources_json', 'gpus_json'])
      .where('state', 'in', OCCUPYING)
      .execute();
  }

  /** Everyone of whom a job was ever started, the last one served at the end. */
  async servedBefore(): Promise<string[]> {
    const rows = await this.db
      .selectFrom('jobs')
      .select(['user_id', (eb) => eb.fn.max('started_at').as('last')])
      .where('started_at', 'is not', null)
      .groupBy('user_id')
      .orderBy('last')
      .execute();
    return rows.map((row) => row.user_id);
  }

  async countWaitingOf(userId: string): Promise<number> {
    const { n } = await this.db
      .selectFrom('jobs')
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .where('user_id', '=', userId)
      .where('state', '=', 'queued')
      .executeTakeFirstOrThrow();
    return n;
  }

  async byRun(runId: string): Promise<JobRow | null> {
    return (await this.db.selectFrom('jobs').selectAll().where('mlflow_run_id', '=', runId).executeTakeFirst()) ?? null;
  }

  /** The job that has this run, own or below it, and what its metrics are called by there. */
  async nestedRun(runId: string): Promise<Selectable<JobRunTable> | null> {
    return (await this.db.selectFrom('job_runs').selectAll().where('run_id', '=', runId).executeTakeFirst()) ?? null;
  }

  /** Keeps a run below the job's own by its name, or by its name and a number where the job has that already. */
  async addNestedRun(jobId: string, runId: string, name: string): Promise<string> {
    const plain = name.trim().slice(0, LONGEST_LABEL) || runId.slice(0, 8);
    return this.db.transaction().execute(async (trx) => {
      const { n } = await trx
        .selectFrom('job_runs')
        .select((eb) => eb.fn.countAll<number>().as('n'))
        .where('job_id', '=', jobId)
        .executeTakeFirstOrThrow();
      const taken = (label: string) =>
        trx.selectFrom('job_runs').select('run_id').where('job_id', '=', jobId).where('label', '=', label);
      const label = (await taken(plain).executeTakeFirst()) === undefined ? plain : `${plain} ${String(n + 1)}`;
      const free = (await taken(label).executeTakeFirst()) === undefined ? label : `${plain} ${runId}`;
      await trx.insertInto('job_runs').values({ run_id: runId, job_id: jobId, label: free, status: null }).execute();
      return free;
    });
  }

  async nestedRunEnded(runId: string, status: string): Promise<void> {
    await this.db.updateTable('job_runs').set({ status }).where('run_id', '=', runId).execute();
  }

  async hasFinishedNestedRun(jobId: string): Promise<boolean> {
    const query = this.db.selectFrom('job_runs').select('run_id').where('job_id', '=', jobId);
    return (await query.where('status', '=', 'FINISHED').executeTakeFirst()) !== undefined;
  }

  async jobsOfWorkspace(workspace: string): Promise<string[]> {
    const rows = await this.db
      .selectFrom('jobs')
      .innerJoin('projects', 'projects.project_id', 'jobs.project_id')
      .select('jobs.job_id')
      .where('projects.workspace', '=', workspace)
      .where('jobs.mlflow_run_id', 'is not', null)
      .execute();
    return rows.map((row) => row.job_id);
  }

  /** True for the first caller only, also of several at once. */
  async claimRun(jobId: string): Promise<boolean> {
    const query = this.db.updateTable('jobs').set({ run_given: 1 });
    const { numUpdatedRows } = await query
      .where('job_id', '=', jobId)
      .where('run_given', '=', 0)
      .executeTakeFirstOrThrow();
    return numUpdatedRows > 0n;
  }

  /** The MLflow run that groups the jobs of a sweep. */
  async parentRunOf(sweepId: string): Promise<string | null> {
    const query = this.db.selectFrom('sweeps').select('mlflow_run_id').where('sweep_id', '=', sweepId);
    return (await query.executeTakeFirst())?.mlflow_run_id ?? null;
  }

  /** The MLflow workspace of a project. */
  async workspaceOf(projectId: string): Promise<string> {
    return workspaceOf(this.db, projectId);
  }

  async events(jobId: string) {
    return this.db.selectFrom('job_events').selectAll().where('job_id', '=', jobId).orderBy('event_id').execute();
  }

  /**
   * The job is gone at once; its runs in MLflow are noted, for whenever MLflow is there.
   *
   * @returns whether it was still there; false also where it was moved to another project since the row was read
   */
  async delete(row: JobRow, workspace: string, tell = untold): Promise<boolean> {
    const { job_id: jobId, project_id: projectId, mlflow_run_id: runId, mlflow_experiment_id: experimentId } = row;
    return this.db.transaction().execute(async (trx) => {
      // From here on nobody moves it.
      const { numUpdatedRows } = await trx
        .updateTable('jobs')
        .set((eb) => ({ state: eb.ref('state') }))
        .where('job_id', '=', jobId)
        .where('project_id', '=', projectId)
        .executeTakeFirstOrThrow();
      if (numUpdatedRows === 0n) return false;
      if (runId !== null)
        await trx
          .insertInto('deleted_runs')
          .values({ run_id: runId, workspace, experiment_id: experimentId })
          .onConflict((conflict) => conflict.doNothing())
          .execute();
      await trx.deleteFrom('job_events').where('job_id', '=', jobId).execute();
      await trx.deleteFrom('job_runs').where('job_id', '=', jobId).execute();
      await trx.deleteFrom('jobs').where('job_id', '=', jobId).execute();
      await tell(trx);
      return true;
    });
  }

  async deletedRuns(runId?: string): Promise<DeletedRunTable[]> {
    const query = this.db.selectFrom('deleted_runs').selectAll();
    return (runId === undefined ? query : query.where('run_id', '=', runId)).execute();
  }

  async forgetDeletedRun(runId: string): Promise<void> {
    await this.db.deleteFrom('deleted_runs').where('run_id', '=', runId).execute();
  }

  async #transition(
    jobId: string,
    { from, to }: Move,
    patch: JobPatch,
    { why = null, tell = untold }: { readonly why?: Failure | null; readonly tell?: Tell },
  ) {
    return this.db.transaction().execute(async (trx) => {
      const before = await trx.selectFrom('jobs').select('state').where('job_id', '=', jobId).executeTakeFirst();
      if (!before || !from.includes(before.state as JobState)) return null;
      const moved = await trx
        .updateTable('jobs')
        .set({ ...patch, state: to, ...(to === 'starting' ? { fence: sql<number>`fence + 1` } : {}) })
        .where('job_id', '=', jobId)
        .where('state', '=', before.state)
        .returningAll()
        .executeTakeFirst();
      if (!moved) return null;
      await trx
        .insertInto('job_events')
        .values({
          job_id: jobId,
          at: new Date().toISOString(),
          from_state: before.state,
          to_state: to,
          detail: why?.detail ?? null,
          detail_fa: why?.detail_fa ?? null,
        })
        .execute();
      await tell(trx);
      return moved;
    });
  }
}

/** Whether a tag is in the list of them, a text of JSON. LIKE would take one letter for another in SQLite. */
function hasTag(tag: string): Expression<SqlBool> {
  // Without the quotes within tags, what stands between two quotes is a tag, or the comma between two.
  const tags = sql`replace(replace(tags_json, ${'\\\\'}, ${'\\b'}), ${'\\"'}, ${'\\q'})`;
  const has = (text: string): Expression<SqlBool> => sql<SqlBool>`replace(${tags}, ${text}, '') <> ${tags}`;
  if (tag === ',') return sql<SqlBool>`(substr(tags_json, 1, 4) = ${'[","'} or ${has('",","')})`;
  return has(JSON.stringify(tag).replaceAll('\\\\', '\\b').replaceAll('\\"', '\\q'));
}
