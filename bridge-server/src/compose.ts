import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Express } from 'express';
import type { Logger } from 'pino';
import type { Caller } from './access/caller.js';
import { Memberships } from './access/memberships.js';
import { ledgerRoutes } from './administration/ledger-routes.js';
import { limitsRoutes } from './administration/limits-routes.js';
import { createAuth } from './auth/index.js';
import type { Config } from './config.js';
import type { Permission } from './contract/permissions.js';
import { createDatasets, DEFAULT_LIMITS } from './datasets/index.js';
import { Events } from './events.js';
import { createFeatures } from './feature.js';
import * as features from './features.js';
import { OPEN_INTERNET } from './datasets/ingest/sources/addresses/outbound-http.js';
import { createApp, type AppParts } from './http/app.js';
import { docsFiles, docsRoutes } from './http/docs.js';
import type { Authenticator, Route } from './http/route.js';
import { createLaunchers } from './launchers/index.js';
import { Ledger, LedgerStore, OutsideActs, Refusals } from './ledger/index.js';
import { systemClock } from './lib/clock.js';
import { createMail } from './mail/index.js';
import { createLive, type Live } from './live/live.js';
import { createMlflow } from './mlflow/index.js';
import { Metrics } from './observability/metrics.js';
import { systemRoutes } from './observability/routes.js';
import { openStorage } from './storage/storage.js';
import { thisMachine } from './training/queue/machine.js';
import { Recipes } from './training/requests/recipes.js';
import { trainingRoutes } from './training/routes.js';
import { TrainingService } from './training/service.js';

export interface Bridge {
  readonly app: Express;
  readonly live: Live;
  readonly routes: readonly Route[];
  readonly authenticator: Authenticator;
  readonly signUpCode: () => string | null;
  /** Begins the work behind the routes: what an earlier bridge left, MLflow, the queue of jobs. */
  start(): Promise<void>;
  /** Jobs go on. */
  stop(): Promise<void>;
}

const STOP_GRACE_SECONDS = 10;

/** Wires the parts of the bridge, once. */
export async function compose(config: Config, log: Logger, answers: NonNullable<AppParts['answers']>): Promise<Bridge> {
  const storage = await openStorage(
    config.databaseUrl === null ? { file: join(config.dataDir, 'kargah.db') } : { url: config.databaseUrl },
  );
  const { db } = storage;
  // The parts name each other (live watches training's jobs, training tells live): the later one is reached when it is there.
  const memberships = new Memberships(db);
  const ledger = new Ledger(systemClock);
  const acts = new OutsideActs({ db, ledger, clock: systemClock, log, alone: storage.engine === 'sqlite' });
  const refusals = new Refusals({ db, ledger, clock: systemClock, log });
  const refused = (caller: Caller, permission: Permission, object: { kind: string; id: string }): void =>
    refusals.add({ caller, permission, object, projectId: caller.projectId });
  const mail = createMail(config.mail, log, systemClock);
  const sessionEnded = (sessionId: string): void => live.endSession(sessionId);
  const auth = await createAuth({ storage, ledger, mail, config, memberships, sessionEnded, log });
  const live: Live = createLive({
    authenticator: auth.authenticator,
    memberships,
    stillGood: auth.stillGood,
    refused,
    // Behind a proxy that shows its own Host, the bridge's own pages are told by their origin.
    allowedOrigins: [...config.allowedOrigins, ...config.publicUrls.map((url) => new URL(url).origin)],
    log,
    jobs: {
      requireJob: (caller, permission, jobId) => training.requireJob(caller, permission, jobId),
      watchLog: (jobId) => training.logs.watch(jobId),
      readLog: (jobId, offset) => training.logs.piece(jobId, offset),
    },
  });
  const mlflow = createMlflow({ config, access: auth.mlflow, log });
  const datasets = createDatasets({
    db,
    live,
    ledger,
    dataDir: config.dataDir,
    python: config.python,
    limits: { ...DEFAULT_LIMITS, maxUploadBytes: config.maxUploadBytes, quotaBytes: config.quotaBytes },
    people: auth.people,
    origins: {
      secret: config.secret,
      databaseHosts: config.databaseHosts,
      workspaceDir: config.workspaceDir,
      catalogueFile: config.catalogueFile,
      outbound: OPEN_INTERNET,
    },
    log,
  });
  const events = new Events((err, name) => log.error({ err, event: name }, 'what happened could not be heard'));
  events.on('job.changed', ({ projectId, job, deleted }) => live.jobChanged(projectId, job, deleted));
  const launchers = createLaunchers(config.launchers, { ...config, log });
  const training = new TrainingService({
    db,
    ledger,
    live,
    events,
    mlflow: mlflow.port,
    clock: systemClock,
    launcher: launchers,
    datasets: datasets.service,
    recipes: new Recipes({ ...config, file: recipesFile(), log }),
    settings: {
      dataDir: config.dataDir,
      python: config.python,
      workspaceDir: config.workspaceDir,
      machine: thisMachine(),
      launchers: config.launchers,
      maxParallelJobs: config.maxParallelJobs,
      maxJobsPerUser: config.maxJobsPerUser,
      maxLogBytes: config.maxLogBytes,
      scriptEnv: config.scriptEnv,
      graceSeconds: STOP_GRACE_SECONDS,
      orphanSeconds: config.orphanSeconds,
      retentionMinutes: config.jobRetentionMinutes,
    },
    log,
  });
  const running = await createFeatures(Object.values(features), {
    config,
    log,
    db,
    events,
    live,
    mlflow: mlflow.port,
    registry: mlflow.registry,
    copies: mlflow.copies,
    memberships,
    ledger,
    acts,
    mail,
    training,
    datasets: datasets.service,
    datasetsOfProjects: datasets.ofProjects,
    catalogue: datasets.catalogue,
  });
  const metrics = new Metrics(db, () => live.viewers());
  const routes = [
    ...systemRoutes({ config, storage, mlflow: mlflow.port, metrics }),
    ...docsRoutes,
    ...auth.routes,
    ...ledgerRoutes(new LedgerStore(db)),
    ...limitsRoutes({
      db,
      ledger,
      usual: { jobs: config.maxJobsPerUser, bytes: config.quotaBytes },
      running: training,
      bytesOf: datasets.bytesOf,
    }),
    ...datasets.routes,
    ...trainingRoutes(training),
    ...running.flatMap((feature) => feature.routes),
  ];
  const gateway = mlflow.gateway(auth.authenticator, training.gatewayListener, { refused, acts });
  const app = createApp({
    routes,
    mounts: [
      docsFiles(),
      { path: '/mlflow', handle: gateway.handle },
      ...running.flatMap((feature) => feature.mounts ?? []),
    ],
    authenticator: auth.authenticator,
    maySignIn: auth.maySignIn,
    log,
    allowedOrigins: config.allowedOrigins,
    answers,
    observe: metrics.observe,
    refused: (caller, { permission }, params) => {
      if (permission === null) return;
      // The last of the path's names is the most exact one.
      const last = Object.values(params).at(-1);
      refused(caller, permission, {
        kind: permission.replace(/\.\w+$/u, ''),
        id: typeof last === 'string' ? last : '*',
      });
    },
  });
  return {
    app,
    live,
    routes,
    authenticator: auth.authenticator,
    signUpCode: auth.signUpCode,
    start: async () => {
      await acts.start();
      mlflow.port.onState((state) => live.mlflowChanged(state));
      mlflow.server.start();
      // No job begins before MLflow is up: until then the cores are MLflow's.
      const startWarm = mlflow.port.onState((state) => {
        if (state !== 'up') return;
        startWarm();
        launchers.start();
      });
      await datasets.start();
      await training.start();
      for (const feature of running) await feature.start?.();
    },
    stop: async () => {
      for (const feature of running.toReversed()) await feature.stop?.();
      await refusals.close();
      acts.stop();
      await training.stop();
      await launchers.close();
      await mlflow.stop();
      await datasets.stop();
      auth.stop();
      await storage.close();
    },
  };
}

/** Beside the bundle, or in the checkout. */
function recipesFile(): string {
  const bundled = join(import.meta.dirname, 'recipes.json');
  return existsSync(bundled) ? bundled : join(import.meta.dirname, '../../trainer/src/kargah/recipes/recipes.json');
}
