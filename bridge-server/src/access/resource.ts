/** One object, with all that decides who may do what with it. */
export interface Resource<Row = unknown> {
  readonly kind: 'project' | 'dataset' | 'job' | 'sweep' | 'upload' | 'connection';
  readonly id: string;
  readonly projectId: string;
  /** Whether its project shares it with the caller. Left out: it is not shared. */
  readonly isSharedWithCaller?: boolean;
  /** What the caller gets who may. */
  readonly row: Row;
}

/** The project that a request is about: what something new, or a list, belongs to. */
export function projectOf({ projectId }: { readonly projectId: string }): Resource<undefined> {
  return { kind: 'project', id: projectId, projectId, row: undefined };
}

/** What has no rule of its own: its project decides. */
export function ownedBy<Row extends { readonly project_id: string }>(
  kind: Resource['kind'],
  id: string,
  row: Row,
): Resource<Row> {
  return { kind, id, projectId: row.project_id, row };
}
