import type { ModelCheck, ModelMove, ModelRequest, RequestState } from './contract.js';
import type { MoveRow, RequestRow } from './records/rows.js';

export function requestOf(row: RequestRow): ModelRequest {
  const decided =
    row.decided_by === null ? null : { user_id: row.decided_by, name: row.decided_name ?? row.decided_by };
  return {
    request_id: row.request_id,
    name: row.name,
    version: row.version,
    alias: row.alias,
    state: row.state as RequestState,
    why: row.why,
    checks: JSON.parse(row.checks_json) as ModelCheck[],
    from_version: row.from_version,
    requested_by: { user_id: row.requested_by, name: row.requested_name },
    requested_at: row.requested_at,
    decided_by: decided,
    decided_at: row.decided_at,
    reason: row.reason,
  };
}

export function moveOf(row: MoveRow): ModelMove {
  return {
    move_id: row.move_id,
    name: row.name,
    alias: row.alias,
    kind: row.kind as ModelMove['kind'],
    from_version: row.from_version,
    to_version: row.to_version,
    request_id: row.request_id,
    why: row.why,
    by: { user_id: row.by_id, name: row.by_name },
    at: row.at,
  };
}
