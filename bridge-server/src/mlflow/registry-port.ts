import type { Caller } from '../access/caller.js';
import type { Act } from '../ledger/index.js';

/** A registered model, as MLflow has it. */
export interface RegistryModel {
  readonly name: string;
  readonly description: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly aliases: Readonly<Record<string, number>>;
  readonly createdAt: string;
  readonly updatedAt: string;
}
export interface RegistryVersion {
  readonly name: string;
  readonly version: number;
  readonly description: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly source: string;
  readonly status: string;
  readonly runId: string | null;
  /** The logged model that it was made of. */
  readonly modelId: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}
export interface NewVersion {
  readonly name: string;
  readonly runId: string;
  readonly description: string;
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * What features ask of MLflow's registry, within the workspace of a project. Every method throws `mlflow_unavailable` while MLflow is
 * away, `not_found` for what is not there, and `model_refused` with MLflow's own reason where it refuses.
 */
export interface RegistryPort {
  models(workspace: string): Promise<RegistryModel[]>;
  model(workspace: string, name: string): Promise<RegistryModel>;
  /** Of one model; without a name, of all. */
  versions(workspace: string, name?: string): Promise<RegistryVersion[]>;
  /** One version as MLflow has it now; null where it is gone. */
  version(workspace: string, name: string, version: number): Promise<RegistryVersion | null>;
  /**
   * Where the files of a version are, as a path of its run that `MlflowPort.listArtifacts` takes; null where they are not of the run
   * that it names. @throws `not_found` where the run or its model is gone
   */
  filesOf(
    workspace: string,
    version: { readonly runId: string; readonly modelId: string | null; readonly source: string },
  ): Promise<string | null>;
  /** @throws `model_exists` */
  createModel(workspace: string, name: string): Promise<void>;
  /** A version of the newest model that the run logged. @throws `model_not_ready` where it logged none */
  createVersion(workspace: string, version: NewVersion): Promise<number>;
  /** `version` left out: the model itself. A tag that is null is taken away. */
  describe(
    workspace: string,
    of: { readonly name: string; readonly version?: number | undefined },
    change: {
      readonly description?: string | undefined;
      readonly tags?: Readonly<Record<string, string | null>> | undefined;
    },
  ): Promise<void>;
  /** Null: takes the alias away. */
  setAlias(workspace: string, name: string, alias: string, version: number | null): Promise<void>;
  deleteVersion(workspace: string, name: string, version: number): Promise<void>;
  deleteModel(workspace: string, name: string): Promise<void>;
  /** From now on `guard` is asked about what MLflow's own clients and its page change; once. */
  guardBy(guard: RegistryGuard): void;
}

/** A change of the registry that somebody asks MLflow for. */
export type RegistryChange =
  | { readonly kind: 'alias'; readonly name: string; readonly alias: string; readonly version: number | null }
  | { readonly kind: 'delete_version'; readonly name: string; readonly version: number }
  | { readonly kind: 'delete_model'; readonly name: string }
  | { readonly kind: 'rename'; readonly name: string; readonly to: string }
  /** The files that a version may have been made of. */
  | { readonly kind: 'delete_logged_model'; readonly modelId: string }
  | { readonly kind: 'stage'; readonly name: string; readonly version: number; readonly stage: string }
  | { readonly kind: 'create_version'; readonly name: string }
  | { readonly kind: 'other'; readonly name: string };

/** What the gateway asks before a change passes, and tells when it has. */
export interface RegistryGuard {
  /** @throws {KargahError} where it may not be */
  allow(caller: Caller, change: RegistryChange): Promise<void>;
  /** What the ledger is to tell of it; null: nothing. */
  told(caller: Caller, change: RegistryChange): Promise<Act | null>;
  /** MLflow is being asked for it: until the answer's function is called, and then once more, what is shown is asked for anew. */
  passing(caller: Caller, change: RegistryChange): () => void;
}
