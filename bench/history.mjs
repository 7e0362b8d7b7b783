// The history of an ended job in one answer, beside the same points asked of MLflow, metric by metric, through the gateway.
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../scripts/setup.mjs';
import { subscribe } from './bridge.mjs';
import { median, ms, ratio } from './figures.mjs';

/** Metrics, and points of each. */
const SIZES = [
  [3, 230],
  [3, 50_000],
  [1000, 20],
];
const TIMES = 5;
/** What a job's page asks for: the most stretches that its chart can show. */
const STRETCHES = 2_500;
const PAGE = 25_000;
/** Points of the machine's own figures, which the same answer holds. */
const MACHINE_POINTS = 1_000;

export async function measureHistory(api, workspaceDir) {
  copyFileSync(join(root, 'bench/log_history.py'), join(workspaceDir, 'log_history.py'));
  const live = await subscribe(api);
  try {
    const rows = [];
    for (const [names, points] of SIZES) {
      const args = [String(names), String(points)];
      const { job_id } = await api.post('/api/v1/train', { script: { path: 'log_history.py', args } });
      const { job } = await live.until(
        'job_changed',
        (event) => event.job.job_id === job_id && event.job.ended_at !== null,
        300_000,
      );
      if (job.state !== 'succeeded') throw new Error(`the logging script ${job.state}`);
      // Reading the run waits until MLflow has every point: only then are both sides idle.
      await api.get(`/mlflow/api/2.0/mlflow/runs/get?run_id=${job.mlflow_run_id}`);
      const [ours, page] = [[], []];
      for (let time = 0; time < TIMES; time += 1) {
        const began = performance.now();
        const { items } = await api.get(`/api/v1/train/jobs/${job_id}/metrics`);
        ours.push(performance.now() - began);
        const found = items.filter(({ key }) => !key.startsWith('system/')).length;
        if (found !== names * points) throw new Error(`${String(found)} of ${String(names * points)} points`);
        const asked = performance.now();
        const drawn = await api.get(`/api/v1/train/jobs/${job_id}/metrics?buckets=${String(STRETCHES)}`);
        page.push(performance.now() - asked);
        const most = names * Math.min(points, 5 * STRETCHES);
        if (drawn.items.length > most + MACHINE_POINTS) throw new Error(`${String(drawn.items.length)} points drawn`);
      }
      const began = performance.now();
      const found = await fromMlflow(api, job.mlflow_run_id, names);
      const rival = performance.now() - began;
      if (found !== names * points) throw new Error(`MLflow has ${String(found)} of ${String(names * points)} points`);
      rows.push({
        what: `history of ${String(names * points)} points of ${String(names)} metrics`,
        ours: `p50 ${ms(median(ours))}, parsed`,
        rival: `metric by metric of MLflow: ${ms(rival)}`,
        ratio: ratio(rival, median(ours)),
        note: 'an ended job; all points counted on both sides',
      });
      rows.push({
        what: `the same, as a job's page asks for it`,
        ours: `p50 ${ms(median(page))}, parsed`,
        rival: `metric by metric of MLflow: ${ms(rival)}`,
        ratio: ratio(rival, median(page)),
        note: `at most ${String(STRETCHES)} stretches: first, last, least and greatest of each`,
      });
    }
    return rows;
  } finally {
    live.socket.close();
  }
}

async function fromMlflow(api, runId, names) {
  let found = 0;
  for (let name = 0; name < names; name += 1) {
    for (let page = ''; page !== undefined;) {
      const token = page === '' ? '' : `&page_token=${encodeURIComponent(page)}`;
      const path = `/mlflow/api/2.0/mlflow/metrics/get-history?run_id=${runId}&metric_key=m${String(name)}&max_results=${String(PAGE)}${token}`;
      const answer = await api.get(path);
      found += answer.metrics?.length ?? 0;
      page = answer.next_page_token || undefined;
    }
  }
  return found;
}
