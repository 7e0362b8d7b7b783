import * as auth from './auth.js';
import * as deletion from './training/deletion.js';
import * as datasetData from './datasets/dataset-data.js';
import * as datasets from './datasets/datasets.js';
import { endpoint, endpointsOf, type Endpoint } from './endpoint.js';
import * as intake from './datasets/intake.js';
import * as ledger from './ledger.js';
import * as limits from './server/limits.js';
import * as logs from './training/logs.js';
import * as metrics from './training/metrics.js';
import * as modelFile from './training/model-file.js';
import * as paired from './training/paired.js';
import * as people from './people.js';
import * as plans from './training/plans.js';
import * as pythons from './training/pythons.js';
import * as recipes from './training/recipes.js';
import * as report from './training/report.js';
import * as server from './server/server.js';
import * as system from './server/system.js';
import * as training from './training/training.js';
import * as versions from './datasets/versions.js';
import { z } from 'zod';
import { jobId } from './common.js';

/** Short forms kept for scripts: the same handlers under other addresses. */
export const aliases = {
  shortRegister: endpoint({ ...auth.register, id: 'shortRegister', path: '/api/auth/register' }),
  shortLogin: endpoint({ ...auth.login, id: 'shortLogin', path: '/api/auth/login' }),
  shortTrain: endpoint({ ...training.train, id: 'shortTrain', path: '/api/train' }),
  shortJobs: endpoint({ ...training.listJobs, id: 'shortJobs', path: '/api/train/jobs' }),
  shortStatus: endpoint({
    id: 'shortStatus',
    method: 'get',
    path: '/api/train/status',
    tag: 'short forms',
    policy: 'user',
    permission: 'job.read',
    summary: 'One job',
    query: z.object({ job_id: jobId }),
    responses: { 200: training.job },
    errors: ['not_found'],
  }),
  shortStop: endpoint({
    id: 'shortStop',
    method: 'post',
    path: '/api/train/stop',
    tag: 'short forms',
    policy: 'user',
    permission: 'job.stop',
    summary: 'Stop a job',
    body: z.object({ job_id: jobId }).meta({ id: 'StopRequest' }),
    responses: { 202: training.job },
    errors: ['not_found', 'job_not_active'],
  }),
} as const;

/** The endpoints of the core; `endpoints.ts` has every feature's besides. */
export const coreEndpoints: readonly Endpoint[] = endpointsOf(
  system,
  auth,
  ledger,
  people,
  server,
  limits,
  datasets,
  datasetData,
  versions,
  intake,
  recipes,
  report,
  paired,
  training,
  deletion,
  plans,
  pythons,
  metrics,
  logs,
  modelFile,
  aliases,
);
