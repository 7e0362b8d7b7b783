// A point logged by an unmodified MLflow script → received by a Socket.IO subscriber, through the gateway and a real MLflow.
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../scripts/setup.mjs';
import { subscribe } from './bridge.mjs';
import { median, ms, quantile } from './figures.mjs';

const POINTS = 200;
const WARM_UP = 20;

export async function measureLive(api, workspaceDir) {
  copyFileSync(join(root, 'bench/log_points.py'), join(workspaceDir, 'log_points.py'));
  const live = await subscribe(api);
  try {
    const delays = new Map();
    const calls = [];
    live.socket.on('job_update', ({ metrics }) => {
      const now = Date.now();
      for (const { key, value, step } of metrics) {
        if (key === 'sent') delays.set(step, now - value * 1000);
        else if (key === 'call_ms' && step > WARM_UP) calls.push(value);
      }
    });
    const job = await api.post('/api/v1/train', { script: { path: 'log_points.py', args: [String(POINTS)] } });
    const ended = live.until(
      'job_changed',
      (event) => event.job.job_id === job.job_id && event.job.ended_at !== null,
      120_000,
    );
    await live.socket.emitWithAck('subscribe_job', { job_id: job.job_id, after: 0 });
    const { job: last } = await ended;
    if (last.state !== 'succeeded') throw new Error(`the logging script ${last.state}`);
    const values = [...delays].filter(([step]) => step >= WARM_UP).map(([, delay]) => delay);
    if (delays.size !== POINTS) throw new Error(`${String(delays.size)} of ${String(POINTS)} points arrived`);
    return [
      {
        what: 'mlflow.log_metrics called → received by a subscriber',
        ours: `p50 ${ms(median(values))}, p95 ${ms(quantile(values, 0.95))}`,
        rival: `the call itself p50 ${ms(median(calls))}`,
        ratio: '',
        note: `${String(values.length)} points; all of ${String(POINTS)} arrived`,
      },
    ];
  } finally {
    live.socket.close();
  }
}
