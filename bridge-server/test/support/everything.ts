import type { Kysely } from 'kysely';
import { sha256 } from '../../src/lib/hash.js';
import type { Database } from '../../src/storage/schema.js';
import { jobRow } from '../rows.js';

const created_at = '2026-01-01T00:00:00.000Z';
const id = (kind: string): string => `${kind}_0000000000000001`;
/** The tokens of the project's job, and of a job elsewhere. */
export const JOB_TOKENS = { this: 'kgj_this', another: 'kgj_another' } as const;

interface Place {
  readonly project: string;
  readonly userId: string;
  /** Where the other job is. */
  readonly elsewhere: string;
}

/** One of everything that a path can name, as rows of a project alone; by the names that paths give them. */
export async function oneOfEverything(db: Kysely<Database>, place: Place): Promise<Record<string, string>> {
  const { project, userId } = place;
  const mine = { project_id: project, user_id: userId, owner_name: 'owner', created_at };
  await aDataset(db, mine);
  await jobs(db, place);
  await aModel(db, place);
  await aTransfer(db, place);
  await db
    .insertInto('sweeps')
    .values({
      ...mine,
      sweep_id: id('swp'),
      name: 's',
      state: 'stopped',
      recipe: 'tabular',
      dataset_id: id('ds'),
      dataset_name: 'a',
      params_json: '{}',
      space_json: '{}',
      method: 'grid',
      pruner: 'none',
      metric_key: '',
      metric_mode: '',
      trials: 1,
      parallel: 1,
      seed: 0,
      ended_at: created_at,
    })
    .execute();
  return {
    dataset_id: id('ds'),
    version: '1',
    upload_id: id('up'),
    job_id: id('job'),
    transfer_id: id('trf'),
    other_id: id('job'),
    sweep_id: id('swp'),
    project_id: project,
    user_id: userId,
    name: 'price',
    alias: 'tried',
    request_id: id('mrq'),
  };
}

async function aDataset(
  db: Kysely<Database>,
  mine: { readonly project_id: string; readonly user_id: string; readonly owner_name: string },
): Promise<void> {
  const { project_id, user_id } = mine;
  const facts = { filename: 'a.csv', size_bytes: 1, warnings_json: '[]', state: 'failed', created_at };
  await db
    .insertInto('datasets')
    .values({
      ...mine,
      ...facts,
      dataset_id: id('ds'),
      name: 'a',
      search_text: 'a',
      head_version_id: id('dv'),
      tags_json: '[]',
      shared: 'nobody',
    })
    .execute();
  await db
    .insertInto('dataset_versions')
    .values({
      ...mine,
      ...facts,
      dataset_id: id('ds'),
      version_id: id('dv'),
      number: 1,
      content_id: 'content',
      asked_json: '{}',
      reading_json: '{}',
      derived_bytes: 0,
      origin_json: '{"kind":"upload"}',
    })
    .execute();
  await db
    .insertInto('uploads')
    .values({
      project_id,
      user_id,
      created_at,
      expires_at: '2999-01-01T00:00:00.000Z',
      upload_id: id('up'),
      filename: 'a.csv',
      name: 'a',
      size_bytes: 10,
      dataset_id: id('ds'),
      version_id: id('dv'),
    })
    .execute();
}

/** They have ended; MLflow has not heard of it, so their tokens still count. */
async function jobs(db: Kysely<Database>, { project, userId, elsewhere }: Place): Promise<void> {
  const progress = { fraction: 1, epoch: 1, epochs: 1, step: 1, steps: 1, eta_seconds: null };
  const ended = {
    user_id: userId,
    state: 'stopped',
    mlflow_end_pending: 'KILLED',
    created_at,
    progress_json: JSON.stringify(progress),
  };
  const learned = { project_id: project, dataset_id: id('ds'), dataset_name: 'a', dataset_version: 1 };
  await db
    .insertInto('jobs')
    .values(jobRow({ ...ended, ...learned, job_id: id('job'), token_sha256: sha256(JOB_TOKENS.this) }))
    .execute();
  const other = { project_id: elsewhere, job_id: 'job_0000000000000002', token_sha256: sha256(JOB_TOKENS.another) };
  await db
    .insertInto('jobs')
    .values(jobRow({ ...ended, ...other }))
    .execute();
}

async function aModel(db: Kysely<Database>, { project, userId }: Place): Promise<void> {
  const one = { project_id: project, name: 'price' };
  const facts = { description: '', tags_json: '{}', created_at, updated_at: created_at };
  await db
    .insertInto('registered_models')
    .values({ ...one, ...facts, search_text: 'price' })
    .execute();
  await db
    .insertInto('model_versions')
    .values({ ...one, ...facts, version: 1, place: '0000000001', source: 'models:/m-1', status: 'READY' })
    .execute();
  await db
    .insertInto('model_aliases')
    .values({ ...one, alias: 'tried', version: 1 })
    .execute();
  await db
    .insertInto('model_requests')
    .values({
      ...one,
      request_id: id('mrq'),
      version: 1,
      identity: created_at,
      alias: 'challenger',
      state: 'waiting',
      why: '',
      checks_json: '[]',
      from_version: null,
      from_revision: 0,
      requested_by: userId,
      requested_name: 'owner',
      requested_at: created_at,
    })
    .execute();
}

async function aTransfer(db: Kysely<Database>, { project, userId, elsewhere }: Place): Promise<void> {
  await db
    .insertInto('transfers')
    .values({
      transfer_id: id('trf'),
      project_id: project,
      to_project_id: elsewhere,
      act: 'copy',
      kind: 'job',
      object_id: id('job'),
      actor_json: JSON.stringify({ kind: 'user', userId, name: 'owner' }),
      state: 'done',
      clearing: 0,
      items_json: '[]',
      result_id: 'job_0000000000000003',
      created_at,
      ended_at: created_at,
    })
    .execute();
}
