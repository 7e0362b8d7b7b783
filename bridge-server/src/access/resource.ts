import type { Permission } from '../contract/permissions.js';

type KindOf<P> = P extends `${infer Kind}.${string}` ? Kind : never;

/** One object, with all that decides who may do what with it. */
export interface Resource<Row = unknown> {
  /** As the permissions about it name it; an upload is a dataset on its way. */
  readonly kind: KindOf<Permission> | 'upload';
  readonly id: string;
  readonly projectId: string;
  /** Whether its project shares it with the caller. Left out: it is not shared. */
  readonly isSharedWithCaller?: boolean;
  /** The row, for a caller who may see it. */
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
