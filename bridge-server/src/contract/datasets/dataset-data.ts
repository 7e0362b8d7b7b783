import { z } from 'zod';
import { datasetId } from '../common.js';
import { column, columnType, datasetProfile, reading, versionQuery, warnings } from './datasets.js';
import { endpoint } from '../endpoint.js';
import { failure } from '../errors.js';

const params = z.object({ dataset_id: datasetId });

/** Cells are raw: numbers as numbers, text as text, missing as null. */
const cell = z.union([z.string(), z.number(), z.boolean(), z.null()]);
export const datasetPreview = z
  .object({
    dataset_id: datasetId,
    columns: z.array(
      z.object({
        name: z.string(),
        type: columnType,
        direction: z.enum(['ltr', 'rtl']),
        calendar: column.shape.calendar,
      }),
    ),
    rows: z.array(z.array(cell)),
    offset: z.number().int(),
    /** Rows that the filters leave. */
    total_rows: z.number().int(),
    /** Image datasets: sample thumbnails as data URLs (PNG). */
    images: z.array(z.object({ class_name: z.string(), filename: z.string(), data_url: z.string() })),
  })
  .meta({ id: 'DatasetPreview' });

/** One condition on a column; several hold together. */
export const condition = z
  .object({
    column: z.string(),
    op: z.enum(['=', '!=', '<', '<=', '>', '>=', 'contains', 'starts_with', 'is_missing', 'is_present', 'in']),
    value: z.union([cell, z.array(cell).max(1000)]).optional(),
  })
  .meta({ id: 'Condition' });
export type Condition = z.infer<typeof condition>;

export const previewDataset = endpoint({
  id: 'previewDataset',
  method: 'get',
  path: '/api/v1/datasets/{dataset_id}/preview',
  tag: 'datasets',
  policy: 'user',
  permission: 'dataset.read',
  summary: 'Rows from an offset, sorted and filtered',
  params,
  query: versionQuery.extend({
    offset: z.coerce.number().int().min(0).default(0),
    limit: z.coerce.number().int().min(1).max(500).default(50),
    sort: z.string().max(1000).optional(),
    order: z.enum(['asc', 'desc']).default('asc'),
    /** A JSON array of conditions. */
    filter: z.string().max(20_000).optional(),
  }),
  responses: { 200: datasetPreview },
  errors: [
    'not_found',
    'dataset_not_ready',
    'dataset_failed',
    'dataset_freed',
    'column_unknown',
    'filter_invalid',
    'query_timeout',
    'reader_limit',
  ],
});

export const queryResult = z
  .object({
    columns: z.array(z.object({ name: z.string(), type: z.string(), direction: z.enum(['ltr', 'rtl']) })),
    rows: z.array(z.array(cell)),
    /** More rows than are shown. */
    truncated: z.boolean(),
    seconds: z.number(),
  })
  .meta({ id: 'QueryResult' });
export const queryDataset = endpoint({
  id: 'queryDataset',
  method: 'post',
  path: '/api/v1/datasets/{dataset_id}/query',
  tag: 'datasets',
  policy: 'user',
  permission: 'dataset.read',
  summary: 'One SELECT over the table `data`; read-only, at most 1,000 rows and 10 seconds',
  params,
  query: versionQuery,
  body: z.object({ sql: z.string().trim().min(1).max(20_000) }).meta({ id: 'QueryRequest' }),
  responses: { 200: queryResult },
  errors: [
    'not_found',
    'dataset_not_ready',
    'dataset_failed',
    'dataset_freed',
    'dataset_wrong_kind',
    'query_failed',
    'query_timeout',
    'query_not_select',
    'reader_limit',
  ],
});

export const profileDataset = endpoint({
  id: 'profileDataset',
  method: 'get',
  path: '/api/v1/datasets/{dataset_id}/profile',
  tag: 'datasets',
  policy: 'user',
  permission: 'dataset.read',
  summary: 'Columns and their figures',
  params,
  query: versionQuery,
  responses: { 200: datasetProfile },
  errors: ['not_found', 'dataset_not_ready', 'dataset_failed', 'dataset_freed'],
});
export const datasetContent = endpoint({
  id: 'datasetContent',
  method: 'get',
  path: '/api/v1/datasets/{dataset_id}/content',
  tag: 'datasets',
  policy: 'user_or_job',
  permission: 'dataset.read',
  summary: 'The original file; takes Range',
  params,
  query: versionQuery,
  responses: {
    200: { mediaType: 'application/octet-stream', description: 'The file' },
    206: { mediaType: 'application/octet-stream', description: 'The range' },
  },
  errors: [
    'not_found',
    'dataset_not_ready',
    'dataset_freed',
    'file_changed',
    'range_not_satisfiable',
    'content_changed',
  ],
});

/** Of a table, or `zip`: the pictures as training reads them, `images/<class>/<file>` in their order. */
export const exportFormat = z.enum(['csv', 'parquet', 'jsonl', 'xlsx', 'zip']);
export type ExportFormat = z.infer<typeof exportFormat>;
export const exportDataset = endpoint({
  id: 'exportDataset',
  method: 'get',
  path: '/api/v1/datasets/{dataset_id}/export',
  tag: 'datasets',
  policy: 'user_or_job',
  permission: 'dataset.read',
  summary:
    'The typed table as a file (cells of CSV that a spreadsheet would run are made harmless), or the pictures as a zip of class folders; takes Range',
  params,
  query: versionQuery.extend({ format: exportFormat.default('csv') }),
  responses: {
    200: { mediaType: 'application/octet-stream', description: 'The file' },
    206: { mediaType: 'application/octet-stream', description: 'The range' },
  },
  errors: [
    'not_found',
    'dataset_not_ready',
    'dataset_failed',
    'dataset_freed',
    'dataset_wrong_kind',
    'workbook_too_small',
    'reader_limit',
    'storage_full',
    'range_not_satisfiable',
    'content_changed',
  ],
});

/** How the original would be read, before it is: what a person corrects. */
export const readingPreview = z
  .object({
    reading,
    columns: z.array(
      z.object({
        name: z.string(),
        type: columnType,
        direction: z.enum(['ltr', 'rtl']),
        /** As in the profile, of the rows that were looked at. */
        written: column.shape.written,
      }),
    ),
    rows: z.array(z.array(cell)),
    /** What a version read so would be warned of, by the rows that were looked at. */
    warnings,
    /** What the Persian normalisation would change. */
    changes: z.array(z.object({ column: z.string(), before: z.string(), after: z.string(), count: z.number().int() })),
    /** The first line as each encoding reads it. */
    encodings: z.array(z.object({ encoding: z.string(), line: z.string() })),
    sheets: z.array(z.string()),
    /** Why it cannot be read so; then there are no columns and rows, and the rest is what there is to choose from. */
    error: failure.nullable(),
  })
  .meta({ id: 'ReadingPreview' });
export const previewReading = endpoint({
  id: 'previewReading',
  method: 'post',
  path: '/api/v1/datasets/{dataset_id}/reading',
  tag: 'datasets',
  policy: 'user',
  permission: 'dataset.read',
  summary: 'Look at the file with other options, before a version is made with them',
  params,
  query: versionQuery,
  body: reading,
  responses: { 200: readingPreview },
  errors: [
    'not_found',
    'dataset_not_ready',
    'dataset_freed',
    'empty_file',
    'not_tabular',
    'damaged_file',
    'archive_bomb',
    'query_timeout',
    'reader_limit',
    'file_changed',
  ],
});
