import { z } from 'zod';
import { endpoint } from './endpoint.js';
import { list, optionalText, text } from './values.js';

const workspace = z.object({ name: text, description: optionalText });

/** Only on a server started with workspaces. */
export const workspaces = {
  create: endpoint('POST', '/api/3.0/mlflow/workspaces', workspace, z.object({ workspace })),
  get: endpoint('GET', '/api/3.0/mlflow/workspaces/{name}', z.object({ name: text }), z.object({ workspace })),
  list: endpoint('GET', '/api/3.0/mlflow/workspaces', z.object({}), z.object({ workspaces: list(workspace) })),
};
