import type { Insertable, Kysely, Selectable, Transaction } from 'kysely';
import { z } from 'zod';
import { holdProject, workspaceOf } from '../access/projects.js';
import { ownedBy, type Resource } from '../access/resource.js';
import { failure, type Failure } from '../contract/errors.js';
import type { Act, Ledger } from '../ledger/index.js';
import { KargahError } from '../lib/errors.js';
import { stored, TERMINAL } from '../training/index.js';
import type { Database, JobTable, TransferTable } from '../storage/schema.js';
import type { Transfer } from './contract.js';

export type TransferRow = Selectable<TransferTable>;
export type JobRow = Selectable<JobTable>;

const copied = z.object({
  run: z.object({ runId: z.string(), experimentId: z.string() }),
  runs: z.record(z.string(), z.string()),
  models: z.record(z.string(), z.string()),
});
const item = z.object({
  job_id: z.string(),
  to_job_id: z.string(),
  /** What was made of its runs; null before that is whole, and where it has none. */
  copied: copied.nullable(),
  isDone: z.boolean().default(false),
});
export type Item = z.input<typeof item>;
const actor = z.object({
  kind: z.literal('user'),
  userId: z.string(),
  name: z.string(),
  sessionId: z.string().exactOptional(),
});

export const itemsOf = (row: Pick<TransferRow, 'items_json'>) => stored(z.array(item), row.items_json) ?? [];
const actorOf = (row: TransferRow) => actor.parse(JSON.parse(row.actor_json));

export function transferOf(row: TransferRow): Transfer {
  const items = itemsOf(row);
  return {
    transfer_id: row.transfer_id,
    act: row.act,
    kind: row.kind,
    object_id: row.object_id,
    project_id: row.to_project_id,
    state: row.state,
    done: items.filter(({ isDone }) => isDone).length,
    total: items.length,
    result_id: row.state === 'done' ? row.result_id : null,
    error: stored(failure, row.error_json),
    created_at: row.created_at,
    ended_at: row.ended_at,
  };
}

/** What is moved or copied: a row from the moment that it is asked for until its last trace elsewhere is gone. */
export class TransferStore {
  constructor(
    private readonly db: Kysely<Database>,
    private readonly ledger: Ledger,
  ) {}

  async job(jobId: string): Promise<Resource<JobRow> | null> {
    const row = await this.db
      .selectFrom('jobs')
      .selectAll()
      .where('job_id', '=', jobId)
      .where('deleted_at', 'is', null)
      .executeTakeFirst();
    return row === undefined ? null : ownedBy('job', jobId, row);
  }

  async resource(transferId: string): Promise<Resource<TransferRow> | null> {
    const row = await this.get(transferId);
    return row && ownedBy('job', transferId, row);
  }

  async get(transferId: string): Promise<TransferRow | null> {
    const found = this.db.selectFrom('transfers').selectAll().where('transfer_id', '=', transferId);
    return (await found.executeTakeFirst()) ?? null;
  }

  workspaceOf(projectId: string): Promise<string> {
    return workspaceOf(this.db, projectId);
  }

  /** Those that an earlier bridge, or MLflow that went away, left in the middle. */
  async open(): Promise<string[]> {
    const rows = await this.db
      .selectFrom('transfers')
      .select('transfer_id')
      .where((eb) => eb.or([eb('state', '=', 'running'), eb('clearing', '=', 1)]))
      .orderBy('created_at')
      .execute();
    return rows.map((row) => row.transfer_id);
  }

  /** @throws {KargahError} `transfer_running` */
  async begin(
    row: Omit<Insertable<TransferTable>, 'state' | 'clearing' | 'error_json' | 'created_at' | 'ended_at'>,
  ): Promise<TransferRow> {
    const created_at = new Date().toISOString();
    const made = await this.db
      .insertInto('transfers')
      .values({ ...row, state: 'running', clearing: 0, created_at })
      .onConflict((conflict) => conflict.doNothing())
      .returningAll()
      .executeTakeFirst();
    if (made === undefined) throw new KargahError('transfer_running');
    return made;
  }

  async arrived(transferId: string, items: readonly Item[]): Promise<void> {
    await this.db
      .updateTable('transfers')
      .set({ items_json: JSON.stringify(items) })
      .where('transfer_id', '=', transferId)
      .execute();
  }

  async failed(transferId: string, error: Failure): Promise<void> {
    await this.db
      .updateTable('transfers')
      .set({ state: 'failed', clearing: 1, error_json: JSON.stringify(error), ended_at: new Date().toISOString() })
      .where('transfer_id', '=', transferId)
      .where('state', '=', 'running')
      .execute();
  }

  async cleared(transferId: string): Promise<void> {
    await this.db.updateTable('transfers').set({ clearing: 0 }).where('transfer_id', '=', transferId).execute();
  }

  /** @throws {KargahError} `already_in_project` */
  requireElsewhere(row: Pick<JobRow, 'project_id'>, projectId: string): void {
    if (row.project_id === projectId) throw new KargahError('already_in_project');
  }

  /** @throws {KargahError} `job_of_sweep`, `job_registered`, `job_resumed_now` */
  async requireMovable(row: JobRow, db: Kysely<Database> = this.db): Promise<void> {
    if (row.sweep_id !== null) throw new KargahError('job_of_sweep');
    const registered = await db
      .selectFrom('model_versions')
      .select('name')
      .where('project_id', '=', row.project_id)
      .where((eb) =>
        eb.or([
          eb('job_id', '=', row.job_id),
          eb('run_id', '=', row.mlflow_run_id),
          eb('run_id', 'in', eb.selectFrom('job_runs').select('run_id').where('job_id', '=', row.job_id)),
        ]),
      )
      .executeTakeFirst();
    if (registered !== undefined) throw new KargahError('job_registered', { name: registered.name });
    const resumed = await db
      .selectFrom('jobs')
      .select('job_id')
      .where('resumed_from', '=', row.job_id)
      .where('state', 'not in', TERMINAL)
      .executeTakeFirst();
    if (resumed !== undefined) throw new KargahError('job_resumed_now');
  }

  /**
   * What arrived becomes a job of the other project, with its rows in the ledger, in one transaction.
   *
   * @returns the job as it was and as it is
   * @throws {KargahError} `not_found` where job or project are gone, `forbidden` where the person may no longer write in both
   */
  async finish(transfer: TransferRow, [item]: readonly Item[]): Promise<{ before: JobRow; after: JobRow }> {
    return this.db.transaction().execute(async (trx) => {
      await holdProject(trx, transfer.to_project_id);
      await requireWriter(trx, transfer);
      // Held by this until the end: nobody deletes it between what is read and what is written.
      const before = await trx
        .updateTable('jobs')
        .set((eb) => ({ state: eb.ref('state') }))
        .where('job_id', '=', item!.job_id)
        .where('project_id', '=', transfer.project_id)
        .where('deleted_at', 'is', null)
        .returningAll()
        .executeTakeFirst();
      if (before === undefined) throw new KargahError('not_found');
      if (transfer.act === 'move') await this.requireMovable(before, trx);
      const after = transfer.act === 'move' ? await moved(trx, transfer, item!) : await copiedJob(trx, transfer, item!);
      for (const act of actsOf(transfer, before, after)) await this.ledger.record(trx, act);
      const { numUpdatedRows } = await trx
        .updateTable('transfers')
        .set({ state: 'done', clearing: transfer.act === 'move' ? 1 : 0, ended_at: new Date().toISOString() })
        .where('transfer_id', '=', transfer.transfer_id)
        .where('state', '=', 'running')
        .executeTakeFirst();
      if (numUpdatedRows === 0n) throw new KargahError('not_found');
      return { before, after };
    });
  }
}

async function requireWriter(trx: Transaction<Database>, transfer: TransferRow): Promise<void> {
  const { project_id: from, to_project_id: to } = transfer;
  const projects = [...new Set([from, to])];
  const writable = await trx
    .selectFrom('project_members as m')
    .innerJoin('projects as p', 'p.project_id', 'm.project_id')
    .select('m.project_id')
    .where('m.user_id', '=', actorOf(transfer).userId)
    .where('m.project_id', 'in', projects)
    .where('m.role', '!=', 'viewer')
    .where('p.deleted_at', 'is', null)
    .execute();
  if (writable.length < projects.length) throw new KargahError('forbidden');
}

async function moved(trx: Transaction<Database>, { to_project_id }: TransferRow, item: Item): Promise<JobRow> {
  const row = await jobRow(trx, item.job_id);
  const nested = await trx.selectFrom('job_runs').selectAll().where('job_id', '=', item.job_id).execute();
  await trx.deleteFrom('job_runs').where('job_id', '=', item.job_id).execute();
  for (const one of nested) await insertNested(trx, one, item);
  return trx
    .updateTable('jobs')
    .set({ project_id: to_project_id, ...inMlflow(row, item), labels_pending: 1 })
    .where('job_id', '=', item.job_id)
    .returningAll()
    .executeTakeFirstOrThrow();
}

async function copiedJob(trx: Transaction<Database>, transfer: TransferRow, item: Item): Promise<JobRow> {
  const { job_id, to_job_id } = item;
  const row = await jobRow(trx, job_id);
  const { userId: user_id, name: owner_name } = actorOf(transfer);
  const made = await trx
    .insertInto('jobs')
    .values({
      ...row,
      ...inMlflow(row, item),
      job_id: to_job_id,
      project_id: transfer.to_project_id,
      user_id,
      owner_name,
      sweep_id: null,
      pruned: 0,
      copied_from: job_id,
      token_sha256: null,
      handle_json: null,
      labels_pending: 1,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  const events = await trx
    .selectFrom('job_events')
    .selectAll()
    .where('job_id', '=', job_id)
    .orderBy('event_id')
    .execute();
  for (const { event_id: _of, ...event } of events)
    await trx
      .insertInto('job_events')
      .values({ ...event, job_id: to_job_id })
      .execute();
  const nested = await trx.selectFrom('job_runs').selectAll().where('job_id', '=', job_id).execute();
  for (const one of nested) await insertNested(trx, { ...one, job_id: to_job_id }, item);
  return made;
}

function jobRow(trx: Transaction<Database>, jobId: string): Promise<JobRow> {
  return trx.selectFrom('jobs').selectAll().where('job_id', '=', jobId).executeTakeFirstOrThrow();
}

async function insertNested(
  trx: Transaction<Database>,
  run: Selectable<Database['job_runs']>,
  { copied: made }: Item,
): Promise<void> {
  const run_id = made?.runs[run.run_id];
  if (run_id !== undefined)
    await trx
      .insertInto('job_runs')
      .values({ ...run, run_id })
      .execute();
}

/** Where its run and its model are now. */
function inMlflow({ model_json }: JobRow, { copied: made }: Item) {
  if (made === null) return { mlflow_run_id: null, mlflow_experiment_id: null, model_json: null };
  return {
    mlflow_run_id: made.run.runId,
    mlflow_experiment_id: made.run.experimentId,
    model_json: model_json === null ? null : renamed(model_json, made),
  };
}

/** The same facts of a model, at its own address; null where it was deleted in MLflow's page, so that there is no copy of it. */
function renamed(model: string, { runs, models }: NonNullable<Item['copied']>): string | null {
  const facts = JSON.parse(model) as Record<string, unknown>;
  const logged = /^models:\/(m-[^/]+)/u.exec(String(facts['uri']))?.[1];
  if (logged !== undefined && models[logged] === undefined) return null;
  const named = (text: unknown): unknown =>
    typeof text === 'string'
      ? text.replace(
          /^(runs|models):\/([^/]+)/u,
          (whole, kind: 'runs' | 'models', id: string) =>
            `${kind}:/${(kind === 'runs' ? runs : models)[id] ?? whole.slice(kind.length + 2)}`,
        )
      : text;
  return JSON.stringify({ ...facts, uri: named(facts['uri']), artifact_path: named(facts['artifact_path']) });
}

/** The owners of both projects read of it. */
function actsOf(transfer: TransferRow, before: JobRow, after: JobRow): Act[] {
  const caller = actorOf(transfer);
  const { project_id: from, to_project_id: to } = transfer;
  if (transfer.act === 'move')
    return [from, to].map((projectId) => ({
      caller,
      action: 'job.move',
      object: { kind: 'job', id: before.job_id },
      projectId,
      before: { name: before.name, project_id: from },
      after: { project_id: to },
    }));
  return [
    {
      caller,
      action: 'job.copy',
      object: { kind: 'job', id: before.job_id },
      projectId: from,
      after: { copied_to: after.job_id, project_id: to },
    },
    {
      caller,
      action: 'job.copy',
      object: { kind: 'job', id: after.job_id },
      projectId: to,
      after: { name: after.name, project_id: to },
    },
  ];
}
