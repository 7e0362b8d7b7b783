import { sql, type Kysely, type Migration } from 'kysely';
import { createTable } from './tables.js';

export const queueAndSweeps: Migration = {
  async up(db: Kysely<unknown>) {
    const added: Record<string, 'text' | 0 | 'normal'> = {
      gpus_json: 'text',
      launch: 'text',
      launch_note_json: 'text',
      resumed_from: 'text',
      sweep_id: 'text',
      has_checkpoint: 0,
      pruned: 0,
      fence: 0,
      priority: 'normal',
    };
    for (const [column, given] of Object.entries(added))
      await db.schema
        .alterTable('jobs')
        .addColumn(column, given === 0 ? 'integer' : 'text', (c) =>
          given === 'text' ? c : c.notNull().defaultTo(given),
        )
        .execute();
    // A job ends once: whoever settles it a second time, by whatever way, is refused by the database itself.
    await db.schema
      .createIndex('job_events_settled_once')
      .unique()
      .on('job_events')
      .column('job_id')
      .where(sql.ref('to_state'), 'in', sql`('succeeded', 'failed', 'stopped', 'lost')`)
      .execute();
    await db.schema.createIndex('jobs_sweep').on('jobs').columns(['sweep_id', 'created_at']).execute();
    await createTable(db, 'sweeps', {
      sweep_id: 'text key',
      project_id: 'text',
      user_id: 'text',
      owner_name: 'text',
      name: 'text',
      state: 'text',
      recipe: 'text',
      dataset_id: 'text',
      dataset_name: 'text',
      params_json: 'text',
      space_json: 'text',
      method: 'text',
      pruner: 'text',
      metric_key: 'text',
      metric_mode: 'text',
      trials: 'integer',
      parallel: 'integer',
      seed: 'bigint',
      resources_json: 'text?',
      best_json: 'text?',
      error_json: 'text?',
      mlflow_run_id: 'text?',
      mlflow_experiment_id: 'text?',
      mlflow_end_pending: 'text?',
      created_at: 'text',
      ended_at: 'text?',
    });
    await db.schema
      .createIndex('sweeps_newest')
      .on('sweeps')
      .columns(['project_id', 'created_at desc', 'sweep_id desc'])
      .execute();
    await db.schema.createIndex('sweeps_state').on('sweeps').column('state').execute();
  },
};
