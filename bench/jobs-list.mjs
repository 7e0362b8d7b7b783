// First page of the jobs list at 100,000 rows, beside the same page of the few jobs that the other measurements left.
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { median, ms, quantile, ratio } from './figures.mjs';

const ROWS = 100_000;
const REQUESTS = 60;
const WARM_UP = 10;

/** Copies one real job until there are {@link ROWS} of them; the bridge must not be running. */
export function fillJobs(dataDir) {
  const db = new DatabaseSync(join(dataDir, 'kargah.db'));
  try {
    const columns = db
      .prepare('PRAGMA table_info(jobs)')
      .all()
      .map(({ name }) => name);
    const changed = {
      job_id: `printf('job_%016d', n.i)`,
      created_at: `strftime('%Y-%m-%dT%H:%M:%fZ', '2026-01-01', '+' || n.i || ' seconds')`,
      token_sha256: 'NULL',
      mlflow_run_id: `printf('%032x', n.i)`,
    };
    const values = columns.map((name) => changed[name] ?? `j."${name}"`);
    db.exec('BEGIN');
    db.exec(
      `INSERT INTO jobs (${columns.map((name) => `"${name}"`).join(', ')})
       WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${String(ROWS)})
       SELECT ${values.join(', ')} FROM n CROSS JOIN (SELECT * FROM jobs WHERE ended_at IS NOT NULL LIMIT 1) j`,
    );
    db.exec('COMMIT');
    return db.prepare('SELECT count(*) AS count FROM jobs').get().count;
  } finally {
    db.close();
  }
}

/** Milliseconds of each request for the first page. */
export async function timeFirstPage(api) {
  const times = [];
  for (let request = 0; request < REQUESTS + WARM_UP; request += 1) {
    const began = performance.now();
    await api.get('/api/v1/train/jobs?limit=50');
    if (request >= WARM_UP) times.push(performance.now() - began);
  }
  return times;
}

export function jobsListRow(few, many, count) {
  const [a, b] = [median(many), median(few.times)];
  return {
    what: `jobs list, first page of ${count.toLocaleString('en')}`,
    ours: `p50 ${ms(a)}, p95 ${ms(quantile(many, 0.95))}`,
    rival: `of ${String(few.count)} jobs ${ms(b)}`,
    ratio: `${ratio(a, b)} the time`,
    compared: { 'jobs-list.time': [b / a] },
    note: `${String(REQUESTS)} requests, 50 a page, SQLite`,
  };
}
