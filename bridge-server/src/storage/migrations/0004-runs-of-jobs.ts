import { type Kysely, type Migration } from 'kysely';
import { createTable } from './tables.js';

export const runsOfJobs: Migration = {
  async up(db: Kysely<unknown>) {
    const added: Record<string, 'text' | 'integer'> = {
      run_given: 'integer',
      run_said: 'text',
      metric_count: 'integer',
    };
    for (const [column, type] of Object.entries(added))
      await db.schema
        .alterTable('jobs')
        .addColumn(column, type, (c) => (type === 'text' ? c : c.notNull().defaultTo(0)))
        .execute();
    await createTable(db, 'job_runs', { run_id: 'text key', job_id: 'text', label: 'text', status: 'text?' });
    await db.schema.createIndex('job_runs_job').on('job_runs').columns(['job_id', 'label']).unique().execute();
  },
};
