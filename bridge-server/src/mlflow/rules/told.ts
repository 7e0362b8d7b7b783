import type { Caller } from '../../access/caller.js';
import type { Act } from '../../ledger/index.js';
import type { Match } from '../gateway/paths.js';
import { camelCase } from './fields.js';
import type { JsonBody } from './request.js';

/**
 * What the ledger tells of every row of the gateway that changes anything, once MLflow has done it: what takes something away, brings it
 * back, or says what others use. Null: everyday work, which MLflow itself shows. By method and path without `/api/2.0`.
 */
export const TOLD = {
  'POST /mlflow/experiments/create': null,
  'POST /mlflow/experiments/update': null,
  'POST /mlflow/experiments/delete': 'experiment.delete',
  'POST /mlflow/experiments/restore': 'experiment.restore',
  'POST /mlflow/experiments/set-experiment-tag': null,
  'POST /mlflow/experiments/delete-experiment-tag': null,

  'POST /mlflow/runs/create': null,
  'POST /mlflow/runs/delete': 'run.delete',
  'POST /mlflow/runs/restore': 'run.restore',
  'POST /mlflow/runs/update': null,
  'POST /mlflow/runs/log-batch': null,
  'POST /mlflow/runs/log-metric': null,
  'POST /mlflow/runs/log-parameter': null,
  'POST /mlflow/runs/log-inputs': null,
  'POST /mlflow/runs/log-model': null,
  'POST /mlflow/runs/outputs': null,
  'POST /mlflow/runs/set-tag': null,
  'POST /mlflow/runs/delete-tag': null,

  'POST /mlflow/upload-artifact': null,
  'PUT /mlflow-artifacts/artifacts/{path...}': null,
  'DELETE /mlflow-artifacts/artifacts/{path...}': 'artifact.delete',

  'POST /mlflow/logged-models': null,
  'PATCH /mlflow/logged-models/{model_id}': null,
  'PATCH /mlflow/logged-models/{model_id}/tags': null,
  'POST /mlflow/logged-models/{model_id}/params': null,
  'DELETE /mlflow/logged-models/{model_id}/tags/{tag_key}': null,
  'DELETE /mlflow/logged-models/{model_id}': 'logged_model.delete',

  'POST /mlflow/registered-models/create': null,
  'POST /mlflow/registered-models/alias': 'model.set_alias',
  'DELETE /mlflow/registered-models/alias': 'model.set_alias',
  'PATCH /mlflow/registered-models/update': null,
  'POST /mlflow/registered-models/rename': 'model.rename',
  'POST /mlflow/registered-models/set-tag': null,
  'DELETE /mlflow/registered-models/delete': 'model.delete',
  'DELETE /mlflow/registered-models/delete-tag': null,
  'POST /mlflow/model-versions/create': null,
  'POST /mlflow/model-versions/transition-stage': 'model.set_stage',
  'PATCH /mlflow/model-versions/update': null,
  'POST /mlflow/model-versions/set-tag': null,
  'DELETE /mlflow/model-versions/delete-tag': null,
  'DELETE /mlflow/model-versions/delete': 'model.delete_version',

  'POST /mlflow/traces': null,
  'PATCH /mlflow/traces/{request_id}': null,
  'PATCH /mlflow/traces/{request_id}/tags': null,
  'DELETE /mlflow/traces/{request_id}/tags': null,
  'POST /mlflow/traces/delete-traces': 'trace.delete',
  'POST /mlflow/traces/link-to-run': null,
  'POST /mlflow/traces/link-prompts': null,
  'PATCH /mlflow/traces/{trace_id}/tags': null,
  'DELETE /mlflow/traces/{trace_id}/tags': null,
  'POST /mlflow/traces/{trace_id}/assessments': null,
  'PATCH /mlflow/traces/{trace_id}/assessments/{assessment_id}': null,
  'DELETE /mlflow/traces/{trace_id}/assessments/{assessment_id}': null,

  'POST /mlflow/datasets/create': null,
  'DELETE /mlflow/datasets/{dataset_id}': 'evaluation.delete',
  'POST /mlflow/datasets/{dataset_id}/records': null,
  'DELETE /mlflow/datasets/{dataset_id}/records': 'evaluation.delete_records',
  'POST /mlflow/datasets/{dataset_id}/add-experiments': null,
  'POST /mlflow/datasets/{dataset_id}/remove-experiments': null,
  'PATCH /mlflow/datasets/{dataset_id}/tags': null,
  'DELETE /mlflow/datasets/{dataset_id}/tags/{key}': null,

  'POST /mlflow/scorers/register': null,
  'DELETE /mlflow/scorers/delete': 'scorer.delete',
  'POST /mlflow/issues': null,
  'PATCH /mlflow/issues/{issue_id}': null,
} as const satisfies Readonly<Record<string, Act['action'] | null>>;

/** What is told of a request for what is MLflow's alone, whose address or body names it; of the registry its guard tells. */
export function actOf(caller: Caller, { row, name, params }: Match, body: JsonBody | null): Act | null {
  const action = (TOLD as Readonly<Record<string, string | null>>)[`${row.method} ${name}`] ?? '';
  // MLflow reads the query of a GET alone, so that what another names there is not what it acts on. It takes either spelling of a
  // field, refuses both at once, and what names nothing.
  const field = (of: string): string => {
    const found = body?.[of] ?? body?.[camelCase(of)];
    return typeof found === 'string' ? found : '*';
  };
  const { projectId } = caller;
  switch (action) {
    case 'experiment.delete':
    case 'experiment.restore':
      return { caller, projectId, action, object: { kind: 'experiment', id: field('experiment_id') } };
    case 'run.delete':
    case 'run.restore':
      return { caller, projectId, action, object: { kind: 'run', id: field('run_id') } };
    case 'artifact.delete':
      return { caller, projectId, action, object: { kind: 'artifact', id: params['path']! } };
    case 'trace.delete': {
      const experiment_id = field('experiment_id');
      return { caller, projectId, action, object: { kind: 'trace', id: '*' }, before: { experiment_id } };
    }
    case 'evaluation.delete':
    case 'evaluation.delete_records':
      return { caller, projectId, action, object: { kind: 'evaluation', id: params['dataset_id']! } };
    case 'scorer.delete': {
      const before = { experiment_id: field('experiment_id') };
      return { caller, projectId, action, object: { kind: 'scorer', id: field('name') }, before };
    }
    default:
      return null;
  }
}
