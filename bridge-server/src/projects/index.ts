import type { Kysely } from 'kysely';
import type { Memberships } from '../access/memberships.js';
import type { Config } from '../config.js';
import type { Events } from '../events.js';
import type { RunningFeature } from '../feature.js';
import type { Ledger } from '../ledger/index.js';
import type { Mail } from '../mail/index.js';
import { systemClock, type Clock } from '../lib/clock.js';
import type { LivePort } from '../live/port.js';
import type { MlflowPort } from '../mlflow/port.js';
import type { Database } from '../storage/schema.js';
import type { TrainingLog } from '../training/ports.js';
import { Deletion } from './deletion.js';
import { DeletionStore } from './deletion-store.js';
import { InvitationStore } from './invitation-store.js';
import { Invitations } from './invitations.js';
import { Purge } from './purge.js';
import { projectRoutes } from './routes.js';
import { ProjectService } from './service.js';
import { ProjectStore } from './store.js';

export interface ProjectsDeps {
  readonly config: Pick<Config, 'projectRetentionDays'>;
  readonly db: Kysely<Database>;
  readonly events: Events;
  readonly memberships: Memberships;
  readonly ledger: Ledger;
  readonly mail: Mail;
  readonly live: Pick<LivePort, 'membershipsChanged'>;
  readonly mlflow: Pick<MlflowPort, 'deleteWorkspace' | 'onState'>;
  /** Jobs of deleted projects are to end, and of purged ones to go. */
  readonly training: { stopAllOf(projectId: string): Promise<void>; removeAllOf(projectId: string): Promise<void> };
  readonly datasetsOfProjects: {
    tellOutsiders(projectId: string, gone: boolean): Promise<void>;
    removeAllOf(projectId: string): Promise<void>;
  };
  readonly log: TrainingLog;
}

export interface Projects extends RunningFeature {
  /** Stops and purges what is to be; by itself it looks from time to time. */
  purge(): Promise<void>;
}

export function createProjects(deps: ProjectsDeps, clock: Clock = systemClock): Projects {
  const { config, db, events, memberships, ledger, live, mlflow, training, datasetsOfProjects, log } = deps;
  const keptDays = config.projectRetentionDays;
  const store = new ProjectStore(db, ledger);
  const projects = new ProjectService({
    store,
    memberships,
    told: (userIds) => live.membershipsChanged(userIds),
  });
  const invitations = new Invitations({
    store: new InvitationStore(db),
    projects,
    members: store,
    ledger,
    mail: deps.mail,
  });
  const deleted = new DeletionStore(db, ledger);
  const deletion = new Deletion({
    store: deleted,
    projects,
    clock,
    keptDays,
    gone: async (projectId) => {
      events.emit('project.deleted', { projectId });
      await training.stopAllOf(projectId);
      await datasetsOfProjects.tellOutsiders(projectId, true);
    },
    back: (projectId) => datasetsOfProjects.tellOutsiders(projectId, false),
  });
  const purge = new Purge({
    store: deleted,
    jobs: training,
    datasets: datasetsOfProjects,
    mlflow,
    clock,
    keptDays,
    log,
  });
  return {
    routes: projectRoutes(projects, invitations, deletion),
    start: () => {
      purge.start();
      return Promise.resolve();
    },
    stop: () => purge.close(),
    purge: () => purge.run(),
  };
}
