import { z } from 'zod';
import { endpoint } from './endpoint.js';
import { empty, list, optionalText, text } from './values.js';

const workspace = z.object({ name: text, description: optionalText });

/** Only on a server started with workspaces. */
export const workspaces = {
  create: endpoint('POST', '/api/3.0/mlflow/workspaces', workspace, z.object({ workspace })),
  get: endpoint('GET', '/api/3.0/mlflow/workspaces/{name}', z.object({ name: text }), z.object({ workspace })),
  list: endpoint('GET', '/api/3.0/mlflow/workspaces', z.object({}), z.object({ workspaces: list(workspace) })),
  /** With all that is in it, but for files: `files.delete` removes them. */
  delete: endpoint('DELETE', '/api/3.0/mlflow/workspaces/{name}?mode=CASCADE', z.object({ name: text }), empty),
};
