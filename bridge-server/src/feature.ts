import type { Kysely, Migration } from 'kysely';
import type { Logger } from 'pino';
import type { z } from 'zod';
import type { Memberships } from './access/memberships.js';
import { grantToRoles } from './access/policy.js';
import type { Config } from './config.js';
import type { Source } from './contract/datasets/intake.js';
import type { Endpoint } from './contract/endpoint.js';
import type { FeatureEvents } from './contract/live.js';
import type { FeaturePermissions, LeastRole } from './contract/permissions.js';
import type { Events } from './events.js';
import type { Mount } from './http/app.js';
import type { Route } from './http/route.js';
import type { Ledger, OutsideTelling } from './ledger/index.js';
import type { Mail } from './mail/index.js';
import type { FeatureFeed, LivePort } from './live/port.js';
import type { MlflowPort, RegistryPort, RunCopies } from './mlflow/port.js';
import type { Database } from './storage/schema.js';
import { migrateFeature } from './storage/storage.js';
import type { TrainingService } from './training/index.js';
import type { TrainingDatasets } from './training/ports.js';

/**
 * A feature of the bridge. Its folder holds all of it and exports this value from `feature.ts`; `features.ts` lists it. The value is read
 * without starting anything, also where the API is described: `create` alone loads the feature's code.
 */
export interface Feature {
  /** The name of its folder. */
  readonly name: string;
  /** Exactly those that its routes answer. */
  readonly endpoints: readonly Endpoint[];
  /** Permissions of its own, each with the least role in a project that has it; declared in `FeaturePermissions`. */
  readonly permissions?: Readonly<Partial<Record<keyof FeaturePermissions, LeastRole>>>;
  /** What it pushes to those who look at a project (`live.tell`), by the name that it declares in `FeatureEvents`. */
  readonly liveEvents?: { readonly [Name in keyof FeatureEvents]?: z.ZodType };
  /**
   * Migrations of tables of its own, by names that stay; they run in the order of the names. They may refer to the keys of the core's
   * tables, and change none of them.
   */
  readonly migrations?: Readonly<Record<string, Migration>>;
  /** Makes it, once; nothing works before `start`. */
  create(parts: Parts): Promise<RunningFeature>;
}

/** What of the core a feature may use. Features do not know each other. */
export interface Parts {
  readonly config: Config;
  readonly log: Logger;
  readonly db: Kysely<Database>;
  readonly events: Events;
  readonly ledger: Ledger;
  /** For what MLflow does and the ledger tells. */
  readonly acts: OutsideTelling;
  readonly mail: Mail;
  readonly live: LivePort & FeatureFeed;
  readonly mlflow: MlflowPort;
  readonly registry: RegistryPort;
  readonly copies: RunCopies;
  readonly memberships: Memberships;
  readonly training: TrainingService;
  readonly datasets: TrainingDatasets;
  readonly datasetsOfProjects: DatasetsOfProjects;
  readonly catalogue: Catalogue;
}

/** Ready datasets: those that come along, and the administrator's list. */
interface Catalogue {
  source(sourceId: string): Promise<Source | null>;
}

/** What becomes of a project's datasets when all of it is deleted, restored or purged. */
interface DatasetsOfProjects {
  tellOutsiders(projectId: string, gone: boolean): Promise<void>;
  removeAllOf(projectId: string): Promise<void>;
  /** @throws `project_quota_exceeded` where so many bytes more are beyond what the project may have; without a limit nobody counts them */
  requireRoom(projectId: string, bytes: () => Promise<number>): Promise<void>;
}

export interface RunningFeature {
  readonly routes: readonly Route[];
  readonly mounts?: readonly Mount[];
  /** Goes on with what an earlier bridge left; the core has started. */
  start?(): Promise<void>;
  /** Ends its work; the core still works. Also called where `start` failed or never came. */
  stop?(): Promise<void>;
}

/**
 * Gives every feature its permissions and its tables, and makes it.
 *
 * @throws where the routes of one are not the endpoints that it declares: the API would be described wrongly.
 */
export async function createFeatures(features: readonly Feature[], parts: Parts): Promise<RunningFeature[]> {
  const running: RunningFeature[] = [];
  for (const feature of features) {
    const { name, endpoints, permissions = {}, migrations } = feature;
    grantToRoles(permissions);
    if (migrations !== undefined) await migrateFeature(parts.db, name, migrations);
    const made = await feature.create(parts);
    const answered = made.routes.map((route) => route.endpoint);
    const differs = [
      ...endpoints.filter((endpoint) => !answered.includes(endpoint)),
      ...answered.filter((endpoint) => !endpoints.includes(endpoint)),
    ];
    if (differs.length > 0)
      throw new Error(`${name}: not declared, or not answered: ${differs.map(({ id }) => id).join(', ')}`);
    running.push(made);
  }
  return running;
}
