import type { Insertable, Selectable } from 'kysely';
import type { LedgerRow } from '../contract/ledger.js';
import type { LedgerTable } from '../storage/schema.js';

/** A row as the table has it. */
export function columnsOf(row: LedgerRow): Insertable<LedgerTable> {
  const { seq, at, actor, on_behalf_of, action, object, project_id, before, after, reason, count } = row;
  return {
    seq,
    at,
    actor_kind: actor.kind,
    actor_id: actor.id,
    actor_name: actor.name,
    credential: actor.credential,
    on_behalf_of,
    action,
    object_kind: object.kind,
    object_id: object.id,
    project_id,
    before_json: before === null ? null : JSON.stringify(before),
    after_json: after === null ? null : JSON.stringify(after),
    reason,
    count,
    request_id: row.request_id,
    from_address: row.from,
    previous_hash: row.previous_hash,
    hash: row.hash,
  };
}

/** A row as its hash was taken of it, and as it is sent. */
export function rowOf(columns: Selectable<LedgerTable>): LedgerRow {
  const { seq, at, on_behalf_of, action, project_id, reason, count, request_id, previous_hash, hash } = columns;
  return {
    seq,
    at,
    actor: {
      kind: columns.actor_kind,
      id: columns.actor_id,
      name: columns.actor_name,
      credential: columns.credential,
    },
    on_behalf_of,
    action,
    object: { kind: columns.object_kind, id: columns.object_id },
    project_id,
    before: factsOf(columns.before_json),
    after: factsOf(columns.after_json),
    reason,
    count,
    request_id,
    from: columns.from_address,
    previous_hash,
    hash,
  };
}

/** Invalid JSON means that the row was tampered with: the check of the chain reports it, and the list must still show it. */
function factsOf(json: string | null): LedgerRow['before'] {
  if (json === null) return null;
  try {
    return JSON.parse(json) as LedgerRow['before'];
  } catch {
    return { unreadable: json };
  }
}
