import type { Kysely } from 'kysely';
import type { Person } from '../../access/caller.js';
import { KeyedMutex } from '../../lib/async/keyed-mutex.js';
import type { MlflowPort, RegistryModel, RegistryPort, RegistryVersion } from '../../mlflow/port.js';
import { KargahError } from '../../lib/errors.js';
import type { Database } from '../../storage/schema.js';
import { unknownOfJobs, writeSeen } from './index-store.js';

export interface InProject {
  readonly projectId: string;
  readonly workspace: string;
}
type Registrant = Pick<Person, 'userId' | 'name'>;
interface State {
  /** Whether everything was read since MLflow was last away. */
  whole: boolean;
  /** Models that may have changed since they were read. */
  readonly touched: Set<string>;
  /** Models that MLflow is being asked to change, and how often. */
  readonly changing: Map<string, number>;
  /** Who may have registered versions that are not read yet, by model and id. */
  readonly registrants: Map<string, Map<string, Registrant>>;
}
interface IndexDeps {
  readonly db: Kysely<Database>;
  readonly mlflow: Pick<MlflowPort, 'state' | 'onState'>;
  readonly registry: Pick<RegistryPort, 'models' | 'model' | 'versions' | 'filesOf'>;
  /** Called when the rows of a project's model have changed; null: of more than one model. */
  readonly changed: (projectId: string, name: string | null) => void;
  /** Compares MLflow's aliases of a model with where protected aliases point; null: of all models of the project. */
  readonly reconcile: (project: InProject, name: string | null, models: readonly RegistryModel[]) => Promise<void>;
}

/**
 * Keeps what was last seen of MLflow's registry beside it, so that it can be searched, paged and shown while MLflow is away. MLflow is
 * changed through this bridge alone: a model is read anew once somebody may have changed it, and all of them after MLflow was away.
 */
export class RegistryIndex {
  readonly #states = new Map<string, State>();
  readonly #reading = new KeyedMutex();
  readonly #endListening: () => void;

  constructor(private readonly deps: IndexDeps) {
    this.#endListening = deps.mlflow.onState((state) => {
      if (state !== 'up') for (const known of this.#states.values()) known.whole = false;
    });
  }

  close(): void {
    this.#endListening();
  }

  /** Marks models as being changed in MLflow: they are read again until the returned function is called, and once after it. */
  changing({ projectId }: InProject, names: readonly string[], registrant: Registrant | null = null): () => void {
    const state = this.#stateOf(projectId);
    for (const name of registrant === null ? [] : names) {
      const known = state.registrants.get(name) ?? new Map<string, Registrant>();
      state.registrants.set(name, known.set(registrant!.userId, registrant!));
    }
    for (const name of names) state.changing.set(name, (state.changing.get(name) ?? 0) + 1);
    return () => {
      for (const name of names) {
        const left = (state.changing.get(name) ?? 1) - 1;
        if (left > 0) state.changing.set(name, left);
        else state.changing.delete(name);
        state.touched.add(name);
      }
    };
  }

  /** Runs `change`, a request to MLflow, and reads the models again. */
  async after<T>(
    project: InProject,
    name: string,
    change: () => Promise<T>,
    registrant: Registrant | null = null,
  ): Promise<T> {
    const changed = this.changing(project, [name], registrant);
    try {
      return await change();
    } finally {
      changed();
      await this.current(project);
    }
  }

  /** Brings what is kept of a project up to date; false where MLflow is away, and it may not be. */
  async current(project: InProject): Promise<boolean> {
    const { projectId } = project;
    const state = this.#stateOf(projectId);
    return this.#reading.runExclusive(projectId, async () => {
      try {
        if (this.deps.mlflow.state() !== 'up') return false;
        for (const name of new Set([...state.touched, ...state.changing.keys()]))
          await this.#read(project, state, name);
        if (!state.whole) await this.#readAll(project, state);
        return true;
      } catch (error) {
        if (error instanceof KargahError && error.code === 'mlflow_unavailable') return false;
        throw error;
      }
    });
  }

  /** All of the project is read anew at the next look. */
  forget({ projectId }: InProject): void {
    this.#stateOf(projectId).whole = false;
  }

  async #readAll(project: InProject, state: State): Promise<void> {
    const { workspace } = project;
    // MLflow has no workspace yet for a project in which nothing was done.
    const models = (await unlessAbsent(this.deps.registry.models(workspace))) ?? [];
    const names = new Set(models.map(({ name }) => name));
    const versions = models.length === 0 ? [] : await this.deps.registry.versions(workspace);
    // A model that was added between two pages is read on its own.
    const seen = { name: null, models, versions: versions.filter(({ name }) => names.has(name)), registrant: null };
    await this.#write(project, seen);
    state.whole = true;
  }

  async #read(project: InProject, state: State, name: string): Promise<void> {
    const { workspace } = project;
    state.touched.delete(name);
    try {
      const model = await unlessAbsent(this.deps.registry.model(workspace, name));
      const isPrompt = model !== null && PROMPT in model.tags;
      const models = model === null || isPrompt ? [] : [model];
      const versions = models.length === 0 ? [] : await this.deps.registry.versions(workspace, name);
      const found = state.registrants.get(name) ?? new Map<string, Registrant>();
      // Where two people registered versions at the same time it is unknown whose each is.
      await this.#write(project, {
        name,
        models,
        versions,
        registrant: found.size === 1 ? [...found.values()][0]! : null,
      });
      if (!state.changing.has(name)) state.registrants.delete(name);
    } catch (error) {
      state.touched.add(name);
      throw error;
    }
  }

  async #write(project: InProject, read: Omit<Parameters<typeof writeSeen>[2], 'ofTheirRun'>): Promise<void> {
    const { projectId } = project;
    const { db, reconcile, changed } = this.deps;
    const ofTheirRun = await this.#ofTheirRun(project, await unknownOfJobs(db, projectId, read));
    const isOther = await writeSeen(db, projectId, { ...read, ofTheirRun });
    try {
      await reconcile(project, read.name, read.models);
    } finally {
      if (isOther) changed(projectId, read.name);
    }
  }

  /** Those whose files are of the run that they name: whoever registers one may name any run. */
  async #ofTheirRun(
    { workspace }: InProject,
    versions: readonly RegistryVersion[],
  ): Promise<ReadonlySet<RegistryVersion>> {
    const found = new Set<RegistryVersion>();
    const left = versions.values();
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        for (const version of left) {
          const { runId, modelId, source } = version;
          if (runId === null) continue;
          const asked = this.deps.registry.filesOf(workspace, { runId, modelId, source });
          if ((await unlessAbsent(asked)) !== null) found.add(version);
        }
      }),
    );
    return found;
  }

  #stateOf(projectId: string): State {
    const known: State = this.#states.get(projectId) ?? {
      whole: false,
      touched: new Set(),
      changing: new Map(),
      registrants: new Map(),
    };
    this.#states.set(projectId, known);
    return known;
  }
}

/** How many versions MLflow is asked about at a time. */
const AT_ONCE = 4;
/** MLflow keeps prompts as registered models, too; its own lists leave them out. */
const PROMPT = 'mlflow.prompt.is_prompt';

/** Null where MLflow has no such model, or refuses the name. */
async function unlessAbsent<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof KargahError && ['not_found', 'model_refused'].includes(error.code)) return null;
    throw error;
  }
}
