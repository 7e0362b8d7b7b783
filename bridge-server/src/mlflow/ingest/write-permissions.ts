import type { Caller } from '../../access/caller.js';

/** For how long a permission that MLflow confirmed is cached. */
const TRUST_MS = 30_000;
const MAX_KNOWN = 10_000;

/**
 * Who may write to which run, as MLflow confirmed lately. While MLflow is away no permission can change, so the last answer
 * holds.
 */
export class WritePermissionCache {
  readonly #granted = new Map<string, { readonly runId: string; readonly workspace: string; readonly until: number }>();

  granted(caller: Caller, runId: string): void {
    if (this.#granted.size >= MAX_KNOWN) this.#granted.clear();
    const { workspace } = caller;
    this.#granted.set(idOf(caller, runId), { runId, workspace, until: performance.now() + TRUST_MS });
  }

  holds(caller: Caller, runId: string, mlflow: 'up' | 'away'): boolean {
    const right = this.#granted.get(idOf(caller, runId));
    if (right === undefined) return false;
    return mlflow === 'away' || performance.now() < right.until;
  }

  forget(caller: Caller, runId: string): void {
    this.#granted.delete(idOf(caller, runId));
  }

  /** The run was deleted or restored. */
  forgetRun(workspace: string, runId: string): void {
    for (const [id, right] of this.#granted)
      if (right.runId === runId && right.workspace === workspace) this.#granted.delete(id);
  }

  forgetWorkspace(workspace: string): void {
    for (const [id, right] of this.#granted) if (right.workspace === workspace) this.#granted.delete(id);
  }
}

const idOf = ({ kind, userId, workspace }: Caller, runId: string): string =>
  JSON.stringify([kind, userId, workspace, runId]);
