// "Train" pressed → first optimizer step, beside a cold `python train.py` that trains the same model on the same table.
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { python, root } from '../scripts/setup.mjs';
import { subscribe } from './bridge.mjs';
import { mb, median, ms, ratio, ratios } from './figures.mjs';

const ROUNDS = 5;
/** So many jobs at once, where there are as many cores. */
const MOST_TOGETHER = 10;
const run = promisify(execFile);

async function rivalOnce(parquet, target) {
  const began = Date.now();
  const { stdout } = await run(python, [join(root, 'bench/rival_train.py'), parquet, target]);
  return Number(stdout.trim()) * 1000 - began;
}

export async function measureFirstStep(api, dataDir) {
  const live = await subscribe(api);
  try {
    const dataset = await digits(api, live);
    const parquet = await tableOf(api, dataset, dataDir);
    const rounds = { submit: [], first: [], last: [], rival: [], launch: [], memory: [] };
    const together = Math.min(MOST_TOGETHER, (await api.get('/api/v1/system')).max_parallel_jobs);
    await warmed(api, live, dataset);
    for (let round = 0; round < ROUNDS; round += 1) {
      rounds.rival.push(await rivalOnce(parquet, dataset.suggested_target));
      const one = await begin(api, live, dataset);
      rounds.submit.push(one.answered - one.began);
      rounds.first.push((await one.stepped) - one.began);
      const seen = await api.get(`/api/v1/train/jobs/${one.jobId}`);
      rounds.launch.push(seen.launch);
      rounds.memory.push(await privateBytes(join(dataDir, 'jobs', one.jobId)));
      await one.end();
      const some = await Promise.all(Array.from({ length: together }, () => begin(api, live, dataset)));
      const steps = await Promise.all(some.map(({ stepped }) => stepped));
      rounds.last.push(Math.max(...steps) - Math.min(...some.map(({ began }) => began)));
      for (const { end } of some) await end();
    }
    const [first, last, rival] = [median(rounds.first), median(rounds.last), median(rounds.rival)];
    const warm = rounds.launch.filter((launch) => launch === 'warm').length;
    return [
      {
        what: 'submit → first optimizer step',
        ours: ms(first),
        rival: `python train.py ${ms(rival)}`,
        ratio: ratio(rival, first),
        compared: { 'first-step.time': ratios(rounds.rival, rounds.first) },
        note: `median of ${String(ROUNDS)}, turn by turn; MLP on digits; ${String(warm)} of them warm`,
      },
      {
        what: `submit → first optimizer step of the last of ${String(together)} jobs at once`,
        ours: ms(last),
        rival: `python train.py ${ms(rival)}`,
        ratio: ratio(rival, last),
        compared: { 'first-step.together': ratios(rounds.rival, rounds.last) },
        note: `median of ${String(ROUNDS)}; ${String(MOST_TOGETHER)} where as many run at once, one a core; up to four find a process that waits`,
      },
      {
        what: 'memory of one more job',
        ours: mb(median(rounds.memory)),
        rival: '',
        ratio: '',
        note: 'private memory of its supervisor and its process after the first step, median',
      },
      {
        what: 'submit → answer 201',
        ours: ms(median(rounds.submit)),
        rival: '',
        ratio: '',
        note: `median of ${String(ROUNDS)}`,
      },
    ];
  } finally {
    live.socket.close();
  }
}

/** Submits a job that trains until it is ended. `stepped` is when it took its first step, by the clock of the job itself. */
async function begin(api, live, dataset) {
  const began = Date.now();
  const asked = { recipe: 'tabular', dataset_id: dataset.dataset_id, params: { epochs: 2000, patience: 0 } };
  // Listened for before it is known whose they are: a job may step before the answer is read.
  const seen = new Map();
  const heard = ({ job }) => void (job.first_step_at !== null && seen.set(job.job_id, job.first_step_at));
  live.socket.on('job_changed', heard);
  const { job_id: jobId } = await api.post('/api/v1/train', asked);
  const answered = Date.now();
  const stepped = (async () => {
    if (!seen.has(jobId))
      await live.until('job_changed', ({ job }) => job.job_id === jobId && job.first_step_at !== null, 120_000);
    live.socket.off('job_changed', heard);
    return Date.parse(seen.get(jobId));
  })();
  const end = async () => {
    const over = ({ job }) => job.job_id === jobId && job.ended_at !== null;
    const ended = live.until('job_changed', over, 120_000);
    await api.post(`/api/v1/train/jobs/${jobId}/stop`);
    await ended;
  };
  return { jobId, began, answered, stepped, end };
}

/** The same table as a file for the rival. */
async function tableOf(api, dataset, dataDir) {
  const answer = await fetch(`${api.url}/api/v1/datasets/${dataset.dataset_id}/export?format=parquet`, {
    headers: { authorization: `Bearer ${api.token}` },
  });
  if (!answer.ok) throw new Error(`the table could not be had: ${String(answer.status)}`);
  const path = join(dataDir, 'first-step.parquet');
  await writeFile(path, new Uint8Array(await answer.arrayBuffer()));
  return path;
}

/** A first job, not measured: it waits for the warm launcher, the experiment and whatever else is made once. */
async function warmed(api, live, dataset) {
  const job = await api.post('/api/v1/train', {
    recipe: 'tabular',
    dataset_id: dataset.dataset_id,
    params: { epochs: 1 },
  });
  const over = ({ job: seen }) => seen.job_id === job.job_id && seen.ended_at !== null;
  await live.until('job_changed', over, 120_000);
}

/** What a job's supervisor and process have for themselves. */
async function privateBytes(folder) {
  const { pid, child_pid: child } = JSON.parse(await readFile(join(folder, 'supervisor.json'), 'utf8'));
  const parts = await Promise.all([pid, child].map((one) => readFile(`/proc/${String(one)}/smaps_rollup`, 'utf8')));
  const sizes = parts.flatMap((text) => [...text.matchAll(/^Private_\w+:\s+(\d+) kB/gmu)]);
  return sizes.reduce((sum, [, kilobytes]) => sum + Number(kilobytes) * 1024, 0);
}

async function digits(api, live) {
  const { items } = await api.get('/api/v1/sources');
  const source = items.find(({ source_id: id }) => id.includes('digits'));
  const settled = live.until('dataset_changed', ({ dataset }) => ['ready', 'failed'].includes(dataset.state), 60_000);
  const made = await api.post(`/api/v1/sources/${source.source_id}/import`);
  const dataset = made.state === 'ready' ? made : (await settled).dataset;
  if (dataset.state !== 'ready') throw new Error(`the digits data set is ${dataset.state}`);
  return dataset;
}
