// What is done to a cycle, and when. Every fault leaves the bridge and MLflow as able to work as before.
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { beginningIn, isAlive, processAt, processesWith, readJson, until } from './outside.mjs';

const MOMENT_MS = 20_000;
/** Moments at which a bridge is in the middle of something. */
const MOMENTS = [
  [4, { name: 'some time later', come: () => true }],
  [2, { name: 'once the job was claimed', come: (job) => job.state !== 'queued' }],
  [2, { name: 'once the job was prepared', come: (job) => job.folder.has('job.json') }],
  [2, { name: 'once its process was started', come: (job) => job.folder.has('supervisor.json') }],
  [3, { name: 'once it had ended', come: (job) => job.folder.has('outcome.json') }],
];

/** Sends a signal to a process that is still the same one; false where it is gone. */
function send({ pid, startTime }, signal) {
  if (!isAlive({ pid, startTime })) return false;
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    // It ended between the look and the signal.
    return false;
  }
}

const supervisorOf = ({ folder }) => {
  const found = folder.supervisor;
  return found && { pid: found.pid, startTime: found.start_time };
};
const trainingProcessOf = ({ notes }) => notes.processes[0] ?? null;
const mlflowOf = ({ dataDir }) => {
  const found = readJson(join(dataDir, 'mlflow/server.json'));
  return found && { pid: found.pid, startTime: found.start_time };
};

/** Forks show the warm Python's command line too, until they are a job: it is the one that the bridge started. */
const daemonsOf = ({ bridge }) =>
  processesWith('kargah.launch.daemon')
    .filter((pid) => processAt(pid)?.parent === bridge.pid)
    .map((pid) => ({ pid, startTime: processAt(pid)?.startTime }));

/** Hits one process of the cycle's first job, a moment after it began; says what came of it. */
async function hit(job, dice, processOf, signal, what) {
  const process = await until(() => processOf(job) ?? job.settled, MOMENT_MS, 3);
  await wait(dice.below(250));
  if (!process?.pid || !send(process, signal)) return 'but it had ended';
  job.hits.push({ what, outcomeStood: job.folder.has('outcome.json') });
  return '';
}

/** As `hit`, on a supervisor that has not yet said that it began. */
async function hitEarly(job, signal, what) {
  const early = () => !job.folder.has('supervisor.json') && job.folder.has('job.json') && beginningIn(job.folder.path);
  const over = () => job.settled || job.folder.has('supervisor.json');
  const process = await until(() => early() || over(), MOMENT_MS, 5);
  if (!process?.pid || !send(process, signal)) return 'but it had begun';
  job.hits.push({ what, outcomeStood: false });
  return '';
}

async function killBridge({ bridge, readopted }, dice, meanwhile = () => undefined) {
  await bridge.alone(async () => {
    await bridge.end('SIGKILL');
    await meanwhile();
    await wait(dice.below(300));
    await readopted(dice);
  });
}

async function atMoment(job, dice) {
  const moment = dice.weighted(MOMENTS);
  await until(() => moment.come(job) || job.settled, MOMENT_MS, 2);
  await wait(moment.name === 'some time later' ? dice.below(1200) : dice.below(40));
  return moment.name;
}

/** Stops a process for `ms`, then lets it go on. */
async function pause(process, ms) {
  if (!send(process, 'SIGSTOP')) return;
  await wait(ms);
  send(process, 'SIGCONT');
}

/** `[weight, {what, run(job, dice, world)}]`; `run` answers a word on how it went. */
export const FAULTS = [
  [2, { what: 'nothing is done', run: async () => '' }],
  [
    3,
    {
      what: 'kill -9 bridge',
      async run(job, dice, world) {
        const when = await atMoment(job, dice);
        await killBridge(world, dice);
        return when;
      },
    },
  ],
  [
    1,
    {
      what: 'kill -9 bridge twice',
      async run(job, dice, world) {
        const when = await atMoment(job, dice);
        await world.bridge.alone(async () => {
          await world.bridge.end('SIGKILL');
          await world.bridge.start('local-cold');
          await wait(dice.below(400));
          await world.bridge.end('SIGKILL');
          await world.readopted(dice);
        });
        return when;
      },
    },
  ],
  [
    8,
    {
      what: 'kill -9 supervisor',
      run: (job, dice) => hit(job, dice, supervisorOf, 'SIGKILL', 'supervisor killed'),
    },
  ],
  [
    2,
    {
      what: 'kill -9 supervisor before it began',
      run: (job) => hitEarly(job, 'SIGKILL', 'supervisor killed early'),
    },
  ],
  [
    1,
    {
      what: 'kill -9 bridge and a supervisor that begins',
      async run(job, dice, world) {
        let how = '';
        await until(() => job.folder.has('job.json') || job.settled, MOMENT_MS, 2);
        await wait(dice.below(60));
        await killBridge(world, dice, async () => {
          how = job.folder.has('supervisor.json') ? 'but it had begun' : '';
          const found = how === '' ? beginningIn(job.folder.path) : null;
          if (!found || !send(found, 'SIGKILL')) how = 'but there was none';
          else job.hits.push({ what: 'supervisor killed early', outcomeStood: false });
        });
        return how;
      },
    },
  ],
  [
    8,
    {
      what: 'kill -9 job',
      run: (job, dice) => hit(job, dice, trainingProcessOf, 'SIGKILL', 'job killed'),
    },
  ],
  [
    1,
    {
      what: 'kill -9 bridge and supervisor',
      async run(job, dice, world) {
        let how = '';
        await until(() => supervisorOf(job) ?? job.settled, MOMENT_MS, 3);
        await killBridge(world, dice, async () => {
          how = await hit(job, dice, supervisorOf, 'SIGKILL', 'supervisor killed');
        });
        return how;
      },
    },
  ],
  [
    2,
    {
      what: 'kill -9 MLflow',
      async run(job, dice, world) {
        const when = await atMoment(job, dice);
        const mlflow = mlflowOf(world);
        return mlflow && send(mlflow, 'SIGKILL') ? when : 'but it was away';
      },
    },
  ],
  [
    3,
    {
      what: 'kill -9 warm daemon',
      async run(job, dice, world) {
        const when = await atMoment(job, dice);
        const daemons = daemonsOf(world);
        for (const daemon of daemons) send(daemon, 'SIGKILL');
        return daemons.length > 0 ? when : 'but there is none';
      },
    },
  ],
  [
    2,
    {
      what: 'SIGSTOP warm daemon past the lease',
      async run(job, dice, world) {
        const when = await atMoment(job, dice);
        const daemons = daemonsOf(world);
        await Promise.all(daemons.map((daemon) => pause(daemon, world.leaseSeconds * 1500)));
        return daemons.length > 0 ? when : 'but there is none';
      },
    },
  ],
  [
    3,
    {
      what: 'SIGSTOP bridge past the lease',
      async run(job, dice, { bridge, leaseSeconds }) {
        const when = await atMoment(job, dice);
        await bridge.alone(() =>
          pause({ pid: bridge.pid, startTime: processAt(bridge.pid).startTime }, leaseSeconds * 1500),
        );
        return when;
      },
    },
  ],
  [
    5,
    {
      what: 'SIGSTOP supervisor past the lease',
      async run(job, dice, { leaseSeconds }) {
        const how = await hit(job, dice, supervisorOf, 'SIGSTOP', 'supervisor stopped');
        if (how === '') {
          const stopped = supervisorOf(job);
          await until(() => job.settled, leaseSeconds * 1000 + 15_000);
          send(stopped, 'SIGCONT');
        }
        return how;
      },
    },
  ],
  [
    1,
    {
      what: 'SIGSTOP supervisor, kill -9 bridge',
      async run(job, dice, world) {
        const how = await hit(job, dice, supervisorOf, 'SIGSTOP', 'supervisor stopped');
        const stopped = supervisorOf(job);
        await killBridge(world, dice);
        await until(() => job.settled, world.leaseSeconds * 1000 + 15_000);
        if (stopped) send(stopped, 'SIGCONT');
        return how;
      },
    },
  ],
  [
    3,
    {
      what: 'SIGSTOP supervisor for a moment',
      async run(job, dice) {
        const how = await hit(job, dice, supervisorOf, 'SIGSTOP', 'supervisor paused');
        await wait(dice.below(500));
        const stopped = supervisorOf(job);
        if (stopped) send(stopped, 'SIGCONT');
        return how;
      },
    },
  ],
  [
    4,
    {
      what: 'SIGSTOP job past the lease',
      async run(job, dice, { leaseSeconds }) {
        const how = await hit(job, dice, trainingProcessOf, 'SIGSTOP', 'job stopped for a while');
        await until(() => job.settled, leaseSeconds * 1500);
        const stopped = trainingProcessOf(job);
        if (stopped) send(stopped, 'SIGCONT');
        return how;
      },
    },
  ],
  [
    2,
    {
      what: 'SIGSTOP MLflow past the lease',
      async run(job, dice, world) {
        const when = await atMoment(job, dice);
        const mlflow = mlflowOf(world);
        if (mlflow) await pause(mlflow, world.leaseSeconds * 1500);
        return mlflow ? when : 'but it was away';
      },
    },
  ],
];
