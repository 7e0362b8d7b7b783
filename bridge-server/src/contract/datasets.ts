import { z } from 'zod';
import { datasetId, displayName, owner, page, pageQuery, timestamp, uploadId } from './common.js';
import { endpoint } from './endpoint.js';
import { failure } from './errors.js';

export const datasetFormat = z.enum(['csv', 'parquet', 'jsonl', 'images']);
export const datasetState = z.enum(['uploading', 'profiling', 'ready', 'failed']);
export const datasetKind = z.enum(['tabular', 'images']);

export const column = z
  .object({
    name: z.string(),
    type: z.enum(['integer', 'number', 'boolean', 'text', 'category', 'date', 'datetime']),
    missing: z.number().int(),
    distinct: z.number().int(),
    /** Direction of the column's text, judged from its letters. */
    direction: z.enum(['ltr', 'rtl']),
    min: z.union([z.number(), z.string()]).nullable(),
    max: z.union([z.number(), z.string()]).nullable(),
    mean: z.number().nullable(),
    top: z.array(z.object({ value: z.string(), count: z.number().int() })),
  })
  .meta({ id: 'Column' });
export type Column = z.infer<typeof column>;

export const dataset = z
  .object({
    dataset_id: datasetId,
    name: z.string(),
    filename: z.string(),
    format: datasetFormat.nullable(),
    kind: datasetKind.nullable(),
    size_bytes: z.number().int(),
    sha256: z.string().nullable(),
    rows: z.number().int().nullable(),
    columns: z.number().int().nullable(),
    encoding: z.string().nullable(),
    /** Guessed target column, for the form's default. */
    suggested_target: z.string().nullable(),
    warnings: z.array(
      z.object({ code: z.string(), detail: z.string(), detail_fa: z.string(), column: z.string().optional() }),
    ),
    state: datasetState,
    error: failure.nullable(),
    source_id: z.string().nullable(),
    owner,
    created_at: timestamp,
  })
  .meta({ id: 'Dataset' });
export type Dataset = z.infer<typeof dataset>;

export const datasetProfile = z
  .object({
    dataset_id: datasetId,
    rows: z.number().int(),
    columns: z.array(column),
    /** Image datasets: class name and count. */
    classes: z.array(z.object({ name: z.string(), count: z.number().int() })),
  })
  .meta({ id: 'DatasetProfile' });

/** Cells are raw: numbers as numbers, text as text, missing as null. */
export const cell = z.union([z.string(), z.number(), z.boolean(), z.null()]);
export const datasetPreview = z
  .object({
    dataset_id: datasetId,
    columns: z.array(z.object({ name: z.string(), type: column.shape.type, direction: z.enum(['ltr', 'rtl']) })),
    rows: z.array(z.array(cell)),
    offset: z.number().int(),
    total_rows: z.number().int(),
    /** Image datasets: sample thumbnails as data URLs (PNG). */
    images: z.array(z.object({ class_name: z.string(), filename: z.string(), data_url: z.string() })),
  })
  .meta({ id: 'DatasetPreview' });

const params = z.object({ dataset_id: datasetId });

export const listDatasets = endpoint({
  id: 'listDatasets',
  method: 'get',
  path: '/api/v1/datasets',
  tag: 'datasets',
  policy: 'user',
  summary: 'Datasets of mine, newest first',
  query: pageQuery.extend({ search: z.string().max(200).optional() }),
  responses: { 200: page(dataset).meta({ id: 'DatasetPage' }) },
  errors: [],
});
export const getDataset = endpoint({
  id: 'getDataset',
  method: 'get',
  path: '/api/v1/datasets/{dataset_id}',
  tag: 'datasets',
  policy: 'user_or_job',
  summary: 'One dataset',
  params,
  responses: { 200: dataset },
  errors: ['not_found'],
});
export const patchDataset = endpoint({
  id: 'patchDataset',
  method: 'patch',
  path: '/api/v1/datasets/{dataset_id}',
  tag: 'datasets',
  policy: 'user',
  summary: 'Rename a dataset',
  params,
  body: z.object({ name: displayName }).meta({ id: 'RenameDatasetRequest' }),
  responses: { 200: dataset },
  errors: ['not_found'],
});
export const deleteDataset = endpoint({
  id: 'deleteDataset',
  method: 'delete',
  path: '/api/v1/datasets/{dataset_id}',
  tag: 'datasets',
  policy: 'user',
  summary: 'Delete a dataset; jobs and models stay',
  params,
  responses: { 204: null },
  errors: ['not_found'],
});
export const previewDataset = endpoint({
  id: 'previewDataset',
  method: 'get',
  path: '/api/v1/datasets/{dataset_id}/preview',
  tag: 'datasets',
  policy: 'user',
  summary: 'Rows from an offset',
  params,
  query: z.object({
    offset: z.coerce.number().int().min(0).default(0),
    limit: z.coerce.number().int().min(1).max(500).default(50),
  }),
  responses: { 200: datasetPreview },
  errors: ['not_found', 'dataset_not_ready', 'dataset_failed'],
});
export const profileDataset = endpoint({
  id: 'profileDataset',
  method: 'get',
  path: '/api/v1/datasets/{dataset_id}/profile',
  tag: 'datasets',
  policy: 'user',
  summary: 'Columns and their figures',
  params,
  responses: { 200: datasetProfile },
  errors: ['not_found', 'dataset_not_ready', 'dataset_failed'],
});
export const datasetContent = endpoint({
  id: 'datasetContent',
  method: 'get',
  path: '/api/v1/datasets/{dataset_id}/content',
  tag: 'datasets',
  policy: 'user_or_job',
  summary: 'The original file; takes Range',
  params,
  responses: {
    200: { mediaType: 'application/octet-stream', description: 'The file' },
    206: { mediaType: 'application/octet-stream', description: 'The range' },
  },
  errors: ['not_found', 'dataset_not_ready', 'range_not_satisfiable'],
});

export const source = z
  .object({
    source_id: z.string(),
    name: z.string(),
    name_fa: z.string(),
    description: z.string(),
    description_fa: z.string(),
    rows: z.number().int(),
    columns: z.number().int(),
    task: z.enum(['classification', 'regression']),
    target: z.string(),
    license: z.string(),
    origin: z.string(),
  })
  .meta({ id: 'Source' });
export type Source = z.infer<typeof source>;
export const listSources = endpoint({
  id: 'listSources',
  method: 'get',
  path: '/api/v1/sources',
  tag: 'datasets',
  policy: 'user',
  summary: 'The catalogue of ready datasets',
  responses: { 200: z.object({ items: z.array(source), next_cursor: z.null() }).meta({ id: 'SourcePage' }) },
  errors: [],
});
export const importSource = endpoint({
  id: 'importSource',
  method: 'post',
  path: '/api/v1/sources/{source_id}/import',
  tag: 'datasets',
  policy: 'user',
  summary: 'Make a dataset from the catalogue',
  params: z.object({ source_id: z.string().max(64) }),
  responses: { 201: dataset },
  errors: ['not_found', 'storage_full'],
});

/**
 * tus 1.0 (creation, termination, expiration). Metadata: `filename` (required), `name`. When the last byte is in, the answer
 * carries `Kargah-Dataset-Id`; the upload's id is the same for its whole life.
 */
const tus = { 204: null } as const;
const uploadParams = z.object({ upload_id: uploadId });
export const tusOptions = endpoint({
  id: 'tusOptions',
  method: 'options',
  path: '/api/v1/uploads',
  tag: 'uploads',
  policy: 'user',
  summary: 'tus capabilities',
  responses: tus,
  errors: [],
});
export const tusCreate = endpoint({
  id: 'tusCreate',
  method: 'post',
  path: '/api/v1/uploads',
  tag: 'uploads',
  policy: 'user',
  summary: 'Begin an upload',
  responses: { 201: null },
  errors: ['upload_protocol', 'unsupported_format', 'file_too_large', 'empty_file', 'storage_full'],
});
export const tusHead = endpoint({
  id: 'tusHead',
  method: 'head',
  path: '/api/v1/uploads/{upload_id}',
  tag: 'uploads',
  policy: 'user',
  summary: 'How far an upload is',
  params: uploadParams,
  responses: { 200: null },
  errors: ['not_found', 'upload_gone'],
});
export const tusPatch = endpoint({
  id: 'tusPatch',
  method: 'patch',
  path: '/api/v1/uploads/{upload_id}',
  tag: 'uploads',
  policy: 'user',
  summary: 'Send the next chunk (at most 8 MiB through Jupyter)',
  params: uploadParams,
  responses: tus,
  errors: ['not_found', 'upload_gone', 'upload_offset_mismatch', 'upload_locked', 'upload_protocol', 'storage_full'],
});
export const tusDelete = endpoint({
  id: 'tusDelete',
  method: 'delete',
  path: '/api/v1/uploads/{upload_id}',
  tag: 'uploads',
  policy: 'user',
  summary: 'Cancel an upload',
  params: uploadParams,
  responses: tus,
  errors: ['not_found'],
});
