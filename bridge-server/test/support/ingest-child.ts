import { Health } from '../../src/mlflow/server/health.js';
import { metricsOf } from '../../src/mlflow/ingest/accept.js';
import { IngestSpool } from '../../src/mlflow/ingest/spool.js';

/** Stands for a bridge that is killed right after it has answered: takes points, says so, and stays. */
const [folder = '', workspace = '', runId = '', steps = ''] = process.argv.slice(2);
const silent = { warn: () => undefined, error: () => undefined };
const spool = new IngestSpool({
  folder,
  address: { kind: 'socket', path: '/nowhere' },
  health: new Health(),
  authorization: () => Promise.resolve(''),
  log: silent,
});
const metrics = Array.from({ length: Number(steps) }, (_, step) => ({
  key: 'loss',
  value: step,
  timestamp: step,
  step,
}));
await Promise.all(
  metrics.map(async (metric) => {
    const taken = metricsOf('/mlflow/runs/log-metric', 'application/json', { run_id: runId, ...metric });
    await spool.put(workspace, taken!);
  }),
);
process.stdout.write('acknowledged\n');
setInterval(() => undefined, 1000);
