import * as contract from '../../../contract/datasets/intake.js';
import { route, type Route } from '../../../http/route.js';
import type { Connections } from './databases/connections.js';
import type { FileOrigin } from './workspace-files.js';
import type { SqlOrigin } from './databases/sql.js';
import type { UrlOrigin } from './addresses/urls.js';

export function originRoutes(
  urls: UrlOrigin,
  files: FileOrigin,
  sql: SqlOrigin,
  connections: Connections,
): readonly Route[] {
  return [
    route(contract.importUrl, async ({ caller, body }) => ({
      status: 201,
      json: await urls.bring(caller, body.url, body),
    })),
    route(contract.importFile, async ({ caller, body }) => ({
      status: 201,
      json: await files.register(caller, body.path, body),
    })),
    route(contract.importSql, async ({ caller, body }) => ({
      status: 201,
      json: await sql.bring(caller, body.connection_id, body.query, body),
    })),
    route(contract.listConnections, async ({ caller, query }) => ({
      status: 200,
      json: await connections.list(caller, query),
    })),
    route(contract.createConnection, async ({ caller, body, gone }) => ({
      status: 201,
      json: await connections.create(caller, body.name, body.url, gone),
    })),
    route(contract.deleteConnection, async ({ caller, params }) => {
      await connections.remove(caller, params.connection_id);
      return { status: 204 };
    }),
  ];
}
