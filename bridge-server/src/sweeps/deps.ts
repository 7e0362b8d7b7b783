import type { Kysely } from 'kysely';
import type { Memberships } from '../access/memberships.js';
import type { Events } from '../events.js';
import type { Ledger } from '../ledger/index.js';
import type { LivePort } from '../live/port.js';
import type { MlflowPort } from '../mlflow/port.js';
import type { Database } from '../storage/schema.js';
import type { TrainingLog } from '../training/ports.js';
import type { TrainingService } from '../training/index.js';

export interface SweepDeps {
  readonly db: Kysely<Database>;
  readonly ledger: Ledger;
  readonly live: Pick<LivePort, 'sweepChanged'>;
  /** The source of `job.changed` and `job.points`. */
  readonly events: Events;
  readonly mlflow: MlflowPort;
  /** What the person who started the sweep may read now. */
  readonly memberships: Pick<Memberships, 'of'>;
  /** Jobs of a sweep are ordinary jobs. */
  readonly training: Pick<TrainingService, 'submit' | 'given' | 'requestStop' | 'delete' | 'recipes' | 'bestMetricOf'>;
  readonly python: string;
  readonly log: TrainingLog;
}
