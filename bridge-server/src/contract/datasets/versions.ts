import { z } from 'zod';
import { datasetId, idOf, jobId, owner, page, pageQuery, timestamp } from '../common.js';
import { dataset, datasetFormat, datasetKind, datasetState, reading, versionNumber, warnings } from './datasets.js';
import { endpoint } from '../endpoint.js';
import { failure } from '../errors.js';

const params = z.object({ dataset_id: datasetId });
const versionParams = params.extend({ version: z.coerce.number().int().min(1) });

/** Where a version's bytes came from; whoever it is only shared with is told the kind alone. */
export const origin = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('upload') }),
    /** With a `source_id` where the administrator's list names the address. */
    z.object({ kind: z.literal('url'), url: z.string().optional(), source_id: z.string().optional() }),
    z.object({ kind: z.literal('sql'), connection: z.string().optional(), query: z.string().optional() }),
    z.object({ kind: z.literal('file'), path: z.string().optional() }),
    z.object({ kind: z.literal('source'), source_id: z.string() }),
    z.object({ kind: z.literal('reread'), version: versionNumber }),
  ])
  .meta({ id: 'Origin' });
export type Origin = z.infer<typeof origin>;

export const splitId = idOf('spl');
/** `given`: as the file has it, with the shares that it has. */
const splitMethod = z.enum(['ratio', 'stratified', 'group', 'time', 'given']);
const share = z.number().min(0).max(1);
/** How rows are dealt out; the same version, shares and seed always give the same parts. */
export const splitSpec = z
  .object({
    method: splitMethod.default('ratio'),
    train: share.default(0.8),
    validation: share.default(0.1),
    test: share.default(0.1),
    /** Stratified: whose proportions are kept. Group: whose equal values stay together. Time: the oldest rows train. */
    column: z.string().optional(),
    seed: z.number().int().min(0).max(2_147_483_647).default(0),
  })
  .meta({ id: 'SplitSpec' });
export type SplitSpec = z.infer<typeof splitSpec>;
export const split = z
  .object({
    split_id: splitId,
    version: versionNumber,
    ...splitSpec.shape,
    rows: z.object({ train: z.number().int(), validation: z.number().int(), test: z.number().int() }),
    /** Of the file that says which row is in which part. */
    sha256: z.string(),
    /** Jobs of this version use it unless they name another. */
    is_default: z.boolean(),
    warnings,
    created_at: timestamp,
  })
  .meta({ id: 'Split' });
export type Split = z.infer<typeof split>;

export const datasetVersion = z
  .object({
    version_id: idOf('dv'),
    dataset_id: datasetId,
    version: versionNumber,
    state: datasetState,
    error: failure.nullable(),
    filename: z.string(),
    format: datasetFormat.nullable(),
    kind: datasetKind.nullable(),
    size_bytes: z.number().int(),
    sha256: z.string().nullable(),
    /** Of the typed table, or of the list of images. */
    data_sha256: z.string().nullable(),
    rows: z.number().int().nullable(),
    columns: z.number().int().nullable(),
    encoding: z.string().nullable(),
    warnings,
    /** With what options it was read. */
    reading,
    origin,
    splits: z.array(split),
    /** Jobs that learned from it, and how many of them left a model. */
    jobs: z.number().int(),
    models: z.number().int(),
    /** Deleted, its bytes kept for the models that learned from it. */
    deleted: z.boolean(),
    /** Deleted and its bytes freed. */
    freed: z.boolean(),
    created_by: owner,
    created_at: timestamp,
  })
  .meta({ id: 'DatasetVersion' });
export type DatasetVersion = z.infer<typeof datasetVersion>;

export const listVersions = endpoint({
  id: 'listVersions',
  method: 'get',
  path: '/api/v1/datasets/{dataset_id}/versions',
  tag: 'versions',
  policy: 'user_or_job',
  permission: 'dataset.read',
  summary: 'Versions, newest first',
  params,
  query: pageQuery,
  responses: { 200: page(datasetVersion).meta({ id: 'DatasetVersionPage' }) },
  errors: ['not_found'],
});
export const getVersion = endpoint({
  id: 'getVersion',
  method: 'get',
  path: '/api/v1/datasets/{dataset_id}/versions/{version}',
  tag: 'versions',
  policy: 'user_or_job',
  permission: 'dataset.read',
  summary: 'One version',
  params: versionParams,
  responses: { 200: datasetVersion },
  errors: ['not_found'],
});
export const rereadVersion = endpoint({
  id: 'rereadVersion',
  method: 'post',
  path: '/api/v1/datasets/{dataset_id}/versions',
  tag: 'versions',
  policy: 'user',
  permission: 'dataset.write',
  summary: 'A new version: the same file, read with other options',
  params,
  body: z.object({ version: versionNumber.optional(), reading }).meta({ id: 'RereadRequest' }),
  responses: { 201: dataset },
  errors: [
    'not_found',
    'forbidden',
    'dataset_not_ready',
    'dataset_failed',
    'dataset_freed',
    'file_changed',
    'quota_exceeded',
    'storage_full',
  ],
});
export const deleteVersion = endpoint({
  id: 'deleteVersion',
  method: 'delete',
  path: '/api/v1/datasets/{dataset_id}/versions/{version}',
  tag: 'versions',
  policy: 'user',
  permission: 'dataset.write',
  summary: 'Delete a version; what a model learned from keeps its bytes',
  params: versionParams,
  responses: { 200: datasetVersion },
  errors: ['not_found', 'forbidden', 'last_version'],
});

const distribution = z.object({ column: z.string(), measure: z.enum(['psi', 'total_variation']), value: z.number() });
export const versionDiff = z
  .object({
    from: versionNumber,
    to: versionNumber,
    rows: z.object({
      before: z.number().int(),
      after: z.number().int(),
      added: z.number().int(),
      removed: z.number().int(),
    }),
    columns_added: z.array(z.string()),
    columns_removed: z.array(z.string()),
    columns_retyped: z.array(z.object({ column: z.string(), before: z.string(), after: z.string() })),
    missing: z.array(z.object({ column: z.string(), before: z.number(), after: z.number() })),
    /** How far each column's values moved: population stability index of numbers, total variation of categories. */
    distributions: z.array(distribution),
    classes: z.array(z.object({ name: z.string(), before: z.number().int(), after: z.number().int() })),
  })
  .meta({ id: 'VersionDiff' });
export const diffVersions = endpoint({
  id: 'diffVersions',
  method: 'get',
  path: '/api/v1/datasets/{dataset_id}/diff',
  tag: 'versions',
  policy: 'user',
  permission: 'dataset.read',
  summary: 'What changed between two versions',
  params,
  query: z.object({ from: z.coerce.number().int().min(1), to: z.coerce.number().int().min(1) }),
  responses: { 200: versionDiff },
  errors: [
    'not_found',
    'dataset_not_ready',
    'dataset_failed',
    'dataset_freed',
    'diff_kinds',
    'query_timeout',
    'reader_limit',
  ],
});

export const createSplit = endpoint({
  id: 'createSplit',
  method: 'post',
  path: '/api/v1/datasets/{dataset_id}/versions/{version}/splits',
  tag: 'versions',
  policy: 'user',
  permission: 'dataset.write',
  summary: 'Deal the rows out to train, validation and test; the same request answers with the same split',
  params: versionParams,
  body: splitSpec.extend({ make_default: z.boolean().default(true) }).meta({ id: 'SplitRequest' }),
  responses: { 201: split },
  errors: [
    'not_found',
    'forbidden',
    'dataset_not_ready',
    'dataset_failed',
    'dataset_freed',
    'split_shares',
    'split_column_required',
    'column_unknown',
    'split_too_few',
    'split_not_given',
    'query_timeout',
    'reader_limit',
  ],
});

/** The jobs and models that came out of a dataset, by version. */
export const lineage = z
  .object({
    jobs: z.array(
      z.object({
        job_id: jobId,
        name: z.string(),
        state: z.string(),
        version: versionNumber,
        split_id: splitId.nullable(),
        has_model: z.boolean(),
        metric: z.object({ key: z.string(), value: z.number() }).nullable(),
        created_at: timestamp,
      }),
    ),
    next_cursor: z.string().nullable(),
  })
  .meta({ id: 'Lineage' });
export const datasetLineage = endpoint({
  id: 'datasetLineage',
  method: 'get',
  path: '/api/v1/datasets/{dataset_id}/lineage',
  tag: 'versions',
  policy: 'user',
  permission: 'dataset.read',
  summary: 'Jobs of mine that learned from it and the models they left, newest first',
  params,
  query: pageQuery.extend({ version: z.coerce.number().int().min(1).optional() }),
  responses: { 200: lineage },
  errors: ['not_found'],
});
