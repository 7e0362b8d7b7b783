import { z } from 'zod';
import { column, dataset } from './datasets/datasets.js';
import { sweep } from './training/sweeps.js';
import { metricPoint } from './training/metrics.js';
import type { Permission } from './permissions.js';
import { mlflowState } from './server/system.js';
import { job, jobState, progress } from './training/training.js';

/**
 * Socket.IO, path `/socket.io`, access token in `auth.token`; `auth.project_id` names the project whose lists are told of. Client → server, each with an acknowledgement.
 */
export const subscribeJob = z.object({ job_id: z.string().max(64), after: z.number().int().min(0).optional() });
export const unsubscribeJob = z.object({ job_id: z.string().max(64) });
export const subscribeLog = z.object({ job_id: z.string().max(64), offset: z.number().int().min(0).default(0) });

/** Acknowledgement of `subscribe_job`: `reload` says that points between `after` and `seq` are no longer at hand. */
export const subscribeAck = z.union([
  z.object({ ok: z.literal(true), seq: z.number().int(), reload: z.boolean() }),
  z.object({ ok: z.literal(false), code: z.string() }),
]);

/** Server → client in room `job:<job_id>`. `seq` rises by one per job while the bridge lives, and never falls. */
export const jobUpdate = z
  .object({
    job_id: z.string(),
    seq: z.number().int(),
    state: jobState,
    progress,
    epoch: z.number().int().optional(),
    step: z.number().int().optional(),
    eta_seconds: z.number().nullable().optional(),
    metrics: z.array(metricPoint),
    message: z.string().optional(),
  })
  .meta({ id: 'JobUpdate' });
export type JobUpdate = z.infer<typeof jobUpdate>;

/** Server → client: this viewer was too slow for what came; the history has everything up to `seq`. */
export const jobGap = z.object({ job_id: z.string(), seq: z.number().int() }).meta({ id: 'JobGap' });
export type JobGap = z.infer<typeof jobGap>;

/** Server → client in room `log:<job_id>`: text that begins at byte `offset`. */
export const jobLog = z
  .object({ job_id: z.string(), offset: z.number().int(), next_offset: z.number().int(), text: z.string() })
  .meta({ id: 'JobLog' });
export type JobLog = z.infer<typeof jobLog>;

/** Server → client in the room of the project that the socket names, `project:<project_id>`, so that lists are live without asking. */
export const jobChanged = z.object({ job, deleted: z.boolean().default(false) }).meta({ id: 'JobChanged' });
export const sweepChanged = z.object({ sweep, deleted: z.boolean().default(false) }).meta({ id: 'SweepChanged' });
export const datasetChanged = z.object({ dataset, deleted: z.boolean().default(false) }).meta({ id: 'DatasetChanged' });
/** Server → client: columns of a version as they are measured, in the order of the table. */
export const datasetProfileEvent = z
  .object({
    dataset_id: z.string(),
    version: z.number().int(),
    columns: z.array(column),
    /** Of the table: what is counted of a column is counted among them. */
    rows: z.number().int(),
    done: z.number().int(),
    total: z.number().int(),
  })
  .meta({ id: 'DatasetProfileEvent' });
export type DatasetProfileEvent = z.infer<typeof datasetProfileEvent>;
/** Server → client: what the person may do in their projects, or which they are, is another than it was. */
export const projectsChanged = z.object({}).meta({ id: 'ProjectsChanged' });
export const systemChanged = z.object({ mlflow: mlflowState }).meta({ id: 'SystemChanged' });

/** Names of the events on the wire. */
export const EVENTS = {
  subscribeJob: 'subscribe_job',
  unsubscribeJob: 'unsubscribe_job',
  subscribeLog: 'subscribe_log',
  unsubscribeLog: 'unsubscribe_log',
  authenticate: 'authenticate',
  jobUpdate: 'job_update',
  jobGap: 'job_gap',
  jobLog: 'job_log',
  jobChanged: 'job_changed',
  datasetChanged: 'dataset_changed',
  datasetProfile: 'dataset_profile',
  sweepChanged: 'sweep_changed',
  projectsChanged: 'projects_changed',
  systemChanged: 'system_changed',
  tokenExpired: 'token_expired',
} as const;
export type EventName = (typeof EVENTS)[keyof typeof EVENTS];

/** What features push to those who look at a project, by the event's name: each adds its own by declaring this again. */
export interface FeatureEvents {}

/** What somebody must be allowed to ask for this, or to be sent it; null where it is about their token alone. */
export const EVENT_PERMISSIONS = {
  subscribe_job: 'job.read',
  unsubscribe_job: 'job.read',
  subscribe_log: 'job.read',
  unsubscribe_log: 'job.read',
  authenticate: null,
  job_update: 'job.read',
  job_gap: 'job.read',
  job_log: 'job.read',
  job_changed: 'job.read',
  dataset_changed: 'dataset.read',
  dataset_profile: 'dataset.read',
  sweep_changed: 'sweep.read',
  projects_changed: 'account.read',
  system_changed: 'server.read',
  token_expired: null,
} as const satisfies Record<EventName, Permission | null>;
