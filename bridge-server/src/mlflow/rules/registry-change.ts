import type { Match } from '../gateway/paths.js';
import type { RegistryChange } from '../registry-port.js';
import type { JsonBody } from './request.js';
import { given, named } from './fields.js';
import { said, versionIn } from './reach-registry.js';

/**
 * What of the registry a request changes; null where nothing.
 *
 * @throws {KargahError} `mlflow_parameter_missing` where it does not say of what; `forbidden` where it says two things.
 */
export function registryChange(
  { row, name: path, params, query }: Match,
  body: JsonBody | null,
): RegistryChange | null {
  if (row.permission === 'model.read') return null;
  if (path === '/mlflow/logged-models/{model_id}' && row.method === 'DELETE')
    return { kind: 'delete_logged_model', modelId: params['model_id']! };
  if (!/^\/mlflow\/(?:registered-models|model-versions)\//u.test(path)) return null;
  const name = said(body, query, 'name');
  switch (path) {
    case '/mlflow/registered-models/alias': {
      const version = row.method === 'DELETE' ? null : Number(versionIn(body, query));
      return { kind: 'alias', name, alias: said(body, query, 'alias'), version };
    }
    case '/mlflow/model-versions/delete':
      return { kind: 'delete_version', name, version: Number(versionIn(body, query)) };
    case '/mlflow/registered-models/delete':
      return { kind: 'delete_model', name };
    case '/mlflow/registered-models/rename':
      return { kind: 'rename', name, to: given(body, ['new_name', 'newName'])[0] ?? named(body, ['new_name']) };
    case '/mlflow/model-versions/transition-stage':
      return { kind: 'stage', name, version: Number(versionIn(body, query)), stage: said(body, query, 'stage') };
    case '/mlflow/model-versions/create':
      return { kind: 'create_version', name };
    default:
      return { kind: 'other', name };
  }
}
