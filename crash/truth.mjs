// What must be so of a job once it has ended, judged by what it noted, what was done to it, and what its folder holds.
import { isAlive, processAt, processesWith, TERMINAL, until } from './outside.mjs';

/** Only ends what hangs. */
const ENDED_MS = 240_000;
const RUN_STATUS = { succeeded: 'FINISHED', failed: 'FAILED', lost: 'FAILED', stopped: 'KILLED' };

/** Everything that is not as it must be, in words. */
export async function violations(job) {
  const row = job.table.job(job.id);
  return [...settledOnce(job, row), ...truthful(job, row), ...(await nothingLeft(job))];
}

function settledOnce(job, row) {
  const events = job.table.events(job.id);
  const found = [];
  const ends = events.filter((event) => TERMINAL.includes(event.to_state));
  if (ends.length !== 1) found.push(`it was settled ${String(ends.length)} times`);
  if (events.at(-1)?.to_state !== row.state) found.push(`its last event is not its state ${row.state}`);
  events.forEach((event, index) => {
    if (event.from_state !== (events[index - 1]?.to_state ?? null))
      found.push(`event ${String(index)} begins at ${String(event.from_state)}`);
  });
  return found;
}

function truthful(job, row) {
  const { notes, folder, ending } = job;
  const { outcome } = folder;
  const found = [];
  const error = row.error_json === null ? null : JSON.parse(row.error_json);
  const hit = (what) => job.hits.some((one) => one.what === what);
  const why = error ? ` (${error.code} ${JSON.stringify(error.params ?? {})})` : '';
  const say = (text) => found.push(`${row.state}${why}, but ${text}`);

  // Not even where a supervisor was killed before it said so, and the launch was made again.
  if (notes.begun > 1) found.push(`its process was started ${String(notes.begun)} times`);
  if (outcome !== null) {
    const told = outcome.stopped ? 'stopped' : outcome.error ? 'failed' : 'succeeded';
    if (row.state !== told) say(`its parent proved that it ${told}`);
  }
  const launched = notes.begun > 0 || folder.has('supervisor.json');
  if (outcome === null && launched && row.state !== 'lost' && error?.code !== 'launch_failed') say('nothing proves it');
  switch (row.state) {
    case 'succeeded':
      if (!notes.finished) say('it never came to its end');
      if (row.exit_code !== 0) say(`its exit code is ${String(row.exit_code)}`);
      break;
    case 'failed':
      if (error === null) say('nobody says why');
      // The machine may be short of memory meanwhile: then the reason says so, and is as true.
      if (error?.code === 'killed_by_signal' || error?.code === 'killed_maybe_memory') {
        const signal = error.params?.signal;
        const true_ = (signal === 'SIGSEGV' && notes.dies11) || (signal === 'SIGKILL' && hit('job killed'));
        if (!true_) say(`nobody sent ${String(signal)}`);
      } else if (['script_exited', 'script_silent'].includes(error?.code)) {
        if (!notes.exits3 || row.exit_code !== 3) say(`it did not exit with ${String(row.exit_code)}`);
      } else if (!(error?.code === 'launch_failed' && hit('supervisor killed early'))) {
        say('nothing of the kind was done to it');
      }
      break;
    case 'stopped':
      if (!job.stopAsked) say('nobody asked for it');
      break;
    case 'lost':
      if (outcome !== null) say('its outcome stands');
      if (error?.code === 'lease_expired') {
        if (!hit('supervisor stopped') && !hit('supervisor silent')) say('its supervisor was never silent');
      } else if (error?.code === 'job_lost') {
        if (!hit('supervisor killed') && !hit('supervisor killed early')) say('its supervisor was not killed');
      } else say('nobody says why');
      break;
    default:
      say('it has not ended');
  }
  // The outcome must match what the job itself noted, unless a fault could have changed its end.
  const changing = [
    'supervisor killed',
    'supervisor killed early',
    'supervisor stopped',
    'supervisor silent',
    'job killed',
  ];
  const untouched = !job.stopAsked && !changing.some(hit);
  const own = { end: 'succeeded', leaves: 'succeeded', exit3: 'failed', segv: 'failed' }[ending];
  if (untouched && row.state !== own) say(`it would have ${own}`);
  if (untouched && !notes.over) say('it noted no end');
  return found;
}

/** No process of an ended job lives on; a supervisor may need a moment to end after it wrote the outcome. */
async function nothingLeft(job) {
  const supervisor = job.folder.supervisor;
  const known = [
    ...job.notes.processes,
    ...(supervisor ? [{ pid: supervisor.pid, startTime: supervisor.start_time }] : []),
  ];
  // A recipe names none of its processes; all of a job's carry its id.
  const left = () => (job.isRecipe ? processesWith(job.id).map((pid) => ({ pid })) : known.filter(isAlive));
  if (await until(() => left().length === 0, ENDED_MS)) return [];
  return left().map(({ pid }) => `its process ${String(pid)} (${processAt(pid)?.state ?? '?'}) goes on`);
}

/** Judged once MLflow was told of the end: every acknowledged point is there once, and nothing that was never logged. */
export async function runViolations(job) {
  const row = job.table.job(job.id);
  const { notes } = job;
  if (row.mlflow_run_id === null) return notes.begun > 0 ? ['it ran without an MLflow run'] : [];
  const ask = async (path) => {
    const { status, body } = await job.bridge.askPatiently('GET', `/mlflow/api/2.0/mlflow/${path}`);
    if (status !== 200) throw new Error(`${path} answered ${String(status)}: ${JSON.stringify(body)}`);
    return body;
  };
  const found = [];
  const { run } = await ask(`runs/get?run_id=${row.mlflow_run_id}`);
  if (run.info.status !== RUN_STATUS[row.state])
    found.push(`it ${row.state}, but MLflow calls its run ${run.info.status}`);
  const history = await ask(
    `metrics/get-history?run_id=${row.mlflow_run_id}&metric_key=${job.isRecipe ? 'val_loss' : 'loss'}&max_results=1000`,
  );
  const steps = (history.metrics ?? []).map(({ step }) => Number(step));
  for (const point of history.metrics ?? [])
    if (!job.isRecipe && Number(point.value) !== Number(point.step) + 0.5)
      found.push(`step ${point.step} has the value ${point.value}`);
  for (const step of new Set([...steps, ...notes.acknowledged])) {
    const times = steps.filter((one) => one === step).length;
    if (notes.acknowledged.includes(step) && times !== 1)
      found.push(`step ${String(step)} was acknowledged and is in MLflow ${String(times)} times`);
    else if (times > 1) found.push(`step ${String(step)} is in MLflow ${String(times)} times`);
    else if (notes.tried !== null && !notes.tried.includes(step)) found.push(`step ${String(step)} was never logged`);
  }
  if (job.isRecipe && row.state === 'succeeded' && steps.length !== job.points)
    found.push(`of its ${String(job.points)} epochs ${String(steps.length)} are in MLflow`);
  // Its token ends with it; before that nothing may be refused.
  if (notes.refused.length > 0 && job.hits.length === 0 && !job.stopAsked)
    found.push(`points were refused: ${notes.refused.join(', ')}`);
  return found;
}
