/** A run, and those below it, in the workspace of a project. */
export interface RunsAt {
  readonly workspace: string;
  readonly runId: string;
}
/** What was made of a run and those below it: the new names of what lies in the other workspace, by the old ones. */
export interface CopiedRuns {
  readonly run: { readonly experimentId: string; readonly runId: string };
  readonly runs: Readonly<Record<string, string>>;
  /** Its logged models. */
  readonly models: Readonly<Record<string, string>>;
}
interface CopyTo {
  readonly workspace: string;
  /** Written on each run, so that `undo` finds what a copying that was cut off has made. */
  readonly mark: string;
  /** Whose run it is there. */
  readonly jobId: string | null;
  /** The run that it stands below there; null: below none. */
  readonly parent: string | null;
  /** Tags of it that mean nothing there. */
  readonly without?: readonly string[];
  /** The run alone, not what lies below it. */
  readonly alone?: boolean;
}

/**
 * Makes ended runs again in another workspace. Every method throws `mlflow_unavailable` while MLflow is away, and may be called again
 * after that.
 */
export interface RunCopies {
  /**
   * What the files of a run, of those below it and of their models take; nothing where the run is gone.
   *
   * @throws `run_changed` where something of it goes meanwhile
   */
  bytesOf(from: RunsAt): Promise<number>;
  /**
   * The run and those below it, with parameters, tags, every point, inputs, files and logged models, status and times.
   * Logged models that were deleted are left out.
   *
   * @returns null where the run itself is gone
   * @throws `run_changed` where something of it goes meanwhile; `copy_differs` where a file did not arrive as it is
   */
  copy(from: RunsAt, to: CopyTo): Promise<CopiedRuns | null>;
  /** Takes away all that was made under marks that begin with this one. */
  undo(workspace: string, mark: string): Promise<void>;
  /** Takes away these runs with their files and models; those that are gone are no error. */
  remove(workspace: string, runIds: readonly string[]): Promise<void>;
}
