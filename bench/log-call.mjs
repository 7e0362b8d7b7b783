// One `log()` of our reporter beside one of MLflow's synchronous client, in one job that has both.
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../scripts/setup.mjs';
import { subscribe } from './bridge.mjs';
import { ms, ratio } from './figures.mjs';

const us = (value) => `${value.toFixed(1)} µs`;

export async function measureLogCall(api, workspaceDir) {
  const script = 'log_call.py';
  const written = join(workspaceDir, 'log_call.json');
  copyFileSync(join(root, 'bench', script), join(workspaceDir, script));
  const live = await subscribe(api);
  try {
    const settled = (state) => !['queued', 'starting', 'running', 'stopping'].includes(state);
    const job = await api.post('/api/v1/train', { script: { path: script, args: [written] } });
    const { job: last } = await live.until(
      'job_changed',
      (event) => event.job.job_id === job.job_id && settled(event.job.state),
      240_000,
    );
    if (last.state !== 'succeeded') throw new Error(`the logging script ${last.state}`);
    const figures = JSON.parse(readFileSync(written, 'utf8'));
    if (!figures.delivered) throw new Error('not all points were delivered');
    return [
      {
        what: 'one log() of two metrics',
        ours: `p50 ${us(figures.median)}, p99 ${us(figures.p99)}, mean ${us(figures.mean)}`,
        rival: `mlflow.log_metrics p50 ${ms(figures.rival / 1000)}`,
        ratio: ratio(figures.rival, figures.median),
        compared: { 'log-call.time': [figures.rival / figures.median] },
        note: `${String(figures.calls)} calls while a thread sends them, all delivered; rival synchronous, turn by turn`,
      },
    ];
  } finally {
    live.socket.close();
  }
}
