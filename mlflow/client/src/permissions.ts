import { z } from 'zod';
import { endpoint } from './endpoint.js';
import { empty, list, text } from './values.js';

const permission = z.enum(['READ', 'USE', 'EDIT', 'MANAGE', 'NO_PERMISSIONS', 'DENY']);
const rolePermission = z.object({ resource_type: text, resource_pattern: text, permission });
const role = z.object({ id: z.number().int(), name: text, workspace: text, permissions: list(rolePermission) });
export type Role = z.infer<typeof role>;

/** Only on a server that runs MLflow's permission app. */
export const users = {
  create: endpoint(
    'POST',
    '/api/2.0/mlflow/users/create',
    z.object({ username: text, password: text }),
    z.object({ user: z.object({ username: text, is_admin: z.boolean() }) }),
  ),
  delete: endpoint('DELETE', '/api/2.0/mlflow/users/delete', z.object({ username: text }), empty),
};

export const roles = {
  create: endpoint(
    'POST',
    '/api/3.0/mlflow/roles/create',
    z.object({ name: text, workspace: text }),
    z.object({ role }),
  ),
  list: endpoint('GET', '/api/3.0/mlflow/roles/list', z.object({ workspace: text }), z.object({ roles: list(role) })),
  addPermission: endpoint(
    'POST',
    '/api/3.0/mlflow/roles/permissions/add',
    rolePermission.extend({ role_id: z.number().int() }),
    z.object({}),
  ),
  assign: endpoint(
    'POST',
    '/api/3.0/mlflow/roles/assign',
    z.object({ role_id: z.number().int(), username: text }),
    z.object({}),
  ),
};
