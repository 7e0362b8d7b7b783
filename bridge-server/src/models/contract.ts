import { z } from 'zod';
import { jobId, owner, page, pageQuery, shownText, timestamp, userId } from '../contract/common.js';
import { endpoint } from '../contract/endpoint.js';
import { pairedFigures, pairedMetric } from '../contract/training/paired.js';
import { best } from '../contract/training/training.js';
import { report } from '../contract/training/report.js';

export const trainedModel = z
  .object({
    job_id: jobId,
    name: z.string(),
    recipe: z.string().nullable(),
    dataset_name: z.string().nullable(),
    dataset_id: z.string().nullable(),
    dataset_version: z.number().int().nullable(),
    split_id: z.string().nullable(),
    mlflow_run_id: z.string(),
    model_uri: z.string(),
    size_bytes: z.number().int().nullable(),
    best_metric: best.nullable(),
    created_at: timestamp,
  })
  .meta({ id: 'TrainedModel' });
export type TrainedModel = z.infer<typeof trainedModel>;
export const listTrainedModels = endpoint({
  id: 'listTrainedModels',
  method: 'get',
  path: '/api/v1/train/models',
  tag: 'models',
  policy: 'user',
  permission: 'model.read',
  summary: 'Models that jobs trained, newest first',
  query: pageQuery.extend({ search: z.string().max(200).optional() }),
  responses: { 200: page(trainedModel).meta({ id: 'TrainedModelPage' }) },
  errors: [],
});

const modelName = z.string().min(1).max(1_000);
const aliasName = z.string().min(1).max(255);
const version = z.coerce.number().int().min(1).max(2_147_483_647);
const tags = z.record(z.string(), z.string());
const description = z.string().max(5_000);

const modelAlias = z
  .object({
    alias: z.string(),
    version: z.number().int(),
    protected: z.boolean().meta({ description: 'It moves by request, and back; not by MLflow’s own client' }),
    since: timestamp.nullable().meta({ description: 'Of a protected one: since when it points there' }),
    by: owner.nullable(),
    before: z.number().int().nullable().meta({ description: 'What it goes back to' }),
  })
  .meta({ id: 'ModelAlias', description: 'A name that points to a version' });
export type ModelAlias = z.infer<typeof modelAlias>;

const registeredModel = z
  .object({
    name: z.string(),
    description: z.string(),
    tags,
    aliases: z.array(modelAlias),
    versions: z.number().int().meta({ description: 'How many there are' }),
    latest_version: z.number().int().nullable(),
    created_at: timestamp,
    updated_at: timestamp,
  })
  .meta({ id: 'RegisteredModel' });
export type RegisteredModel = z.infer<typeof registeredModel>;

/** Lineage as it was at registration; it is kept when the job or the dataset is deleted. */
export const lineage = z
  .object({
    job_id: jobId,
    job_name: z.string(),
    recipe: z.string().nullable(),
    script: z.string().nullable(),
    dataset_id: z.string().nullable(),
    dataset_name: z.string().nullable(),
    dataset_version: z.number().int().nullable(),
    dataset_sha256: z.string().nullable(),
    split_id: z.string().nullable(),
    best_metric: best.nullable(),
    size_bytes: z.number().int().nullable(),
    trained_by: owner,
    trained_at: timestamp,
  })
  .meta({ id: 'ModelLineage' });
export type Lineage = z.infer<typeof lineage>;

export const modelVersion = z
  .object({
    name: z.string(),
    version: z.number().int(),
    description: z.string(),
    tags,
    aliases: z.array(z.string()),
    status: z.string(),
    source: z.string(),
    model_uri: z.string().meta({ description: 'As MLflow’s clients load it' }),
    mlflow_run_id: z.string().nullable(),
    lineage: lineage.nullable().meta({ description: 'Null where no job of this project made it' }),
    job_deleted: z.boolean(),
    dataset_deleted: z.boolean().meta({ description: 'What it learned from is no longer there' }),
    registered_by: z.object({ user_id: userId, name: z.string() }).nullable(),
    created_at: timestamp,
    updated_at: timestamp,
  })
  .meta({ id: 'ModelVersion' });
export type ModelVersion = z.infer<typeof modelVersion>;

const current = z
  .boolean()
  .meta({ description: 'False: MLflow is away, and this is what was last seen of its registry' });
const models = { tag: 'models', policy: 'user' } as const;
const one = { ...models, params: z.object({ name: modelName }) } as const;
const oneVersion = { ...models, params: z.object({ name: modelName, version }) } as const;
const filters = {
  tag: z.string().max(500).optional().meta({ description: '`key`, or `key=value`' }),
  alias: aliasName.optional().meta({ description: 'What has this alias' }),
};
const changedTags = z
  .record(z.string().min(1).max(250), z.string().max(5_000).nullable())
  .refine((all) => Object.keys(all).length <= 100, { message: 'at most 100 tags' })
  .optional()
  .meta({ description: 'Null takes the tag away; those that are not named stay' });
const change = z.object({ description: description.optional(), tags: changedTags });
export type Change = z.infer<typeof change>;

export const listModels = endpoint({
  ...models,
  id: 'listModels',
  method: 'get',
  path: '/api/v1/models',
  permission: 'model.read',
  summary: 'Registered models of the project',
  query: pageQuery.extend({
    ...filters,
    search: z.string().max(200).optional(),
    sort: z.enum(['updated', 'created', 'name']).default('updated').meta({
      description: 'Newest first, or by the name',
    }),
  }),
  responses: { 200: page(registeredModel).extend({ current }).meta({ id: 'RegisteredModelPage' }) },
  errors: [],
});
export const createModel = endpoint({
  ...models,
  id: 'createModel',
  method: 'post',
  path: '/api/v1/models',
  permission: 'model.write',
  summary: 'Register a model that has no version yet',
  body: change.extend({ name: z.string().max(300) }).meta({ id: 'CreateModelRequest' }),
  responses: { 201: registeredModel },
  errors: ['model_exists', 'model_name_refused', 'model_refused', 'mlflow_unavailable'],
});
export const getModel = endpoint({
  ...one,
  id: 'getModel',
  method: 'get',
  path: '/api/v1/models/{name}',
  permission: 'model.read',
  summary: 'A registered model',
  responses: { 200: registeredModel },
  errors: ['not_found'],
});
export const patchModel = endpoint({
  ...one,
  id: 'patchModel',
  method: 'patch',
  path: '/api/v1/models/{name}',
  permission: 'model.write',
  summary: 'Describe a registered model, and tag it',
  body: change.meta({ id: 'PatchModelRequest' }),
  responses: { 200: registeredModel },
  errors: ['not_found', 'forbidden', 'model_refused', 'mlflow_unavailable'],
});
export const deleteModel = endpoint({
  ...one,
  id: 'deleteModel',
  method: 'delete',
  path: '/api/v1/models/{name}',
  permission: 'model.write',
  summary: 'Delete a registered model with all its versions, for good; their files stay with their jobs',
  responses: { 204: null },
  errors: ['not_found', 'forbidden', 'model_aliased', 'mlflow_unavailable'],
});

export const dependents = z
  .object({
    aliases: z.array(modelAlias).meta({ description: 'While there is one, deleting is refused' }),
    versions: z.number().int(),
    jobs: z
      .array(z.object({ job_id: jobId, name: z.string() }))
      .meta({ description: 'Whose models these are, at most 100; they stay' }),
  })
  .meta({ id: 'ModelDependents' });
export type Dependents = z.infer<typeof dependents>;
export const modelDependents = endpoint({
  ...one,
  id: 'modelDependents',
  method: 'get',
  path: '/api/v1/models/{name}/dependents',
  permission: 'model.read',
  summary: 'What depends on a registered model, or on one version of it, before it is deleted',
  query: z.object({ version: version.optional() }),
  responses: { 200: dependents },
  errors: ['not_found'],
});

export const listVersions = endpoint({
  ...one,
  id: 'listModelVersions',
  method: 'get',
  path: '/api/v1/models/{name}/versions',
  permission: 'model.read',
  summary: 'Versions of a registered model, newest first',
  query: pageQuery.extend(filters),
  responses: { 200: page(modelVersion).extend({ current }).meta({ id: 'ModelVersionPage' }) },
  errors: ['not_found'],
});
export const registerVersion = endpoint({
  ...one,
  id: 'registerModelVersion',
  method: 'post',
  path: '/api/v1/models/{name}/versions',
  permission: 'model.write',
  summary:
    'Register a job’s model as the next version; the name is registered with it where it is new, and a job is registered once',
  body: z
    .object({
      job_id: jobId,
      description: description.optional(),
      tags: z.record(shownText(250), z.string().max(5_000)).optional(),
    })
    .meta({ id: 'RegisterVersionRequest' }),
  responses: { 200: modelVersion, 201: modelVersion },
  errors: ['not_found', 'forbidden', 'model_not_ready', 'model_name_refused', 'model_refused', 'mlflow_unavailable'],
});
export const getVersion = endpoint({
  ...oneVersion,
  id: 'getModelVersion',
  method: 'get',
  path: '/api/v1/models/{name}/versions/{version}',
  permission: 'model.read',
  summary: 'A version',
  responses: { 200: modelVersion },
  errors: ['not_found'],
});
export const patchVersion = endpoint({
  ...oneVersion,
  id: 'patchModelVersion',
  method: 'patch',
  path: '/api/v1/models/{name}/versions/{version}',
  permission: 'model.write',
  summary: 'Describe a version, and tag it',
  body: change.meta({ id: 'PatchVersionRequest' }),
  responses: { 200: modelVersion },
  errors: ['not_found', 'forbidden', 'model_refused', 'mlflow_unavailable'],
});
export const deleteVersion = endpoint({
  ...oneVersion,
  id: 'deleteModelVersion',
  method: 'delete',
  path: '/api/v1/models/{name}/versions/{version}',
  permission: 'model.write',
  summary: 'Delete a version for good; its files stay with its job',
  responses: { 204: null },
  errors: ['not_found', 'forbidden', 'version_aliased', 'mlflow_unavailable'],
});
export const versionReport = endpoint({
  ...oneVersion,
  id: 'modelVersionReport',
  method: 'get',
  path: '/api/v1/models/{name}/versions/{version}/report',
  permission: 'model.read',
  summary: 'What the version is worth on the rows that were held back',
  responses: { 200: report },
  errors: ['not_found', 'model_not_ready', 'report_missing', 'mlflow_unavailable'],
});
export const versionPackage = endpoint({
  ...oneVersion,
  id: 'modelVersionPackage',
  method: 'get',
  path: '/api/v1/models/{name}/versions/{version}/package',
  permission: 'model.read',
  summary:
    'A zip with the model as `.pt2` and safetensors, its schema, pinned requirements, report, card, sha256 sums and a script that uses it with PyTorch alone; by Range in pieces',
  responses: {
    200: { mediaType: 'application/zip', description: 'The package' },
    206: { mediaType: 'application/zip', description: 'The range' },
  },
  errors: [
    'not_found',
    'model_not_ready',
    'model_unsafe',
    'weights_unwritable',
    'range_not_satisfiable',
    'content_changed',
    'mlflow_unavailable',
  ],
});
export const versionAgainst = endpoint({
  ...models,
  params: z.object({ name: modelName, version, other: version }),
  id: 'modelVersionAgainst',
  method: 'get',
  path: '/api/v1/models/{name}/versions/{version}/against/{other}',
  permission: 'model.read',
  summary: 'Whether another version is better than this one on the same rows, or these rows do not tell',
  query: z.object({ metric: pairedMetric }),
  responses: { 200: pairedFigures },
  errors: ['not_found', 'model_not_ready', 'report_rows_missing', 'rows_differ', 'mlflow_unavailable'],
});

const oneAlias = { ...models, params: z.object({ name: modelName, alias: aliasName }) } as const;
export const setAlias = endpoint({
  ...oneAlias,
  id: 'setModelAlias',
  method: 'put',
  path: '/api/v1/models/{name}/aliases/{alias}',
  permission: 'model.promote',
  summary: 'Let an alias point to a version; a protected one is asked for by a request',
  body: z.object({ version: z.number().int().min(1).max(2_147_483_647) }).meta({ id: 'SetAliasRequest' }),
  responses: { 200: registeredModel },
  errors: ['not_found', 'forbidden', 'alias_protected', 'alias_refused', 'model_refused', 'mlflow_unavailable'],
});
export const deleteAlias = endpoint({
  ...oneAlias,
  id: 'deleteModelAlias',
  method: 'delete',
  path: '/api/v1/models/{name}/aliases/{alias}',
  permission: 'model.promote',
  summary: 'Take an alias away, a protected one too',
  responses: { 204: null },
  errors: ['not_found', 'forbidden', 'mlflow_unavailable'],
});

/** A registered model of the project changed; `name` is null where more than one may have changed. */
export const modelsChanged = z.object({ name: z.string().nullable() }).meta({ id: 'ModelsChanged' });
declare module '../contract/live.js' {
  interface FeatureEvents {
    models_changed: z.infer<typeof modelsChanged>;
  }
}
