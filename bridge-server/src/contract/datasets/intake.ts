import { z } from 'zod';
import { datasetId, displayName, idOf, page, pageQuery, timestamp, uploadId } from '../common.js';
import { dataset, reading } from './datasets.js';
import { endpoint } from '../endpoint.js';

/** How the name of a file ends that the reader takes; what it really holds decides the reading. */
export const fileSuffix = z
  .enum([
    '.csv',
    '.tsv',
    '.txt',
    '.parquet',
    '.pq',
    '.arrow',
    '.arrows',
    '.feather',
    '.ipc',
    '.jsonl',
    '.ndjson',
    '.json',
    '.xlsx',
    '.npz',
    '.zip',
    '.tar',
    '.tar.gz',
    '.csv.gz',
    '.tsv.gz',
    '.jsonl.gz',
    '.ndjson.gz',
    '.json.gz',
    '.tgz',
  ])
  .meta({ id: 'FileSuffix' });

/** What every way in may say: its name, whose next version it is, how it is to be read. */
const into = { name: displayName.optional(), dataset_id: datasetId.optional(), reading: reading.optional() };

export const importUrl = endpoint({
  id: 'importUrl',
  method: 'post',
  path: '/api/v1/datasets/import/url',
  tag: 'datasets',
  policy: 'user',
  permission: 'dataset.write',
  summary: 'Fetch a file by https; private addresses are refused on every hop',
  body: z.object({ url: z.string().max(4000), ...into }).meta({ id: 'ImportUrlRequest' }),
  responses: { 201: dataset },
  errors: [
    'not_found',
    'forbidden',
    'url_invalid',
    'url_private',
    'url_failed',
    'file_too_large',
    'quota_exceeded',
    'storage_full',
    'unsupported_format',
  ],
});
export const importFile = endpoint({
  id: 'importFile',
  method: 'post',
  path: '/api/v1/datasets/import/file',
  tag: 'datasets',
  policy: 'user',
  permission: 'dataset.write',
  summary: 'Register a file of the Jupyter server where it lies, without copying it',
  body: z.object({ path: z.string().min(1).max(4096), ...into }).meta({ id: 'ImportFileRequest' }),
  responses: { 201: dataset },
  errors: [
    'not_found',
    'forbidden',
    'files_off',
    'file_outside',
    'file_hidden',
    'file_missing',
    'unsupported_format',
    'empty_file',
    'quota_exceeded',
    'storage_full',
  ],
});

const connectionId = idOf('con');
export const connection = z
  .object({
    connection_id: connectionId,
    name: z.string(),
    kind: z.enum(['postgresql', 'sqlite']),
    /** Without the password. */
    address: z.string(),
    created_at: timestamp,
  })
  .meta({ id: 'Connection' });
export type Connection = z.infer<typeof connection>;
export const listConnections = endpoint({
  id: 'listConnections',
  method: 'get',
  path: '/api/v1/connections',
  tag: 'datasets',
  policy: 'user',
  permission: 'connection.read',
  summary: 'Databases of mine to read from; their passwords are never shown',
  query: pageQuery,
  responses: { 200: page(connection).meta({ id: 'ConnectionPage' }) },
  errors: [],
});
export const createConnection = endpoint({
  id: 'createConnection',
  method: 'post',
  path: '/api/v1/connections',
  tag: 'datasets',
  policy: 'user',
  permission: 'connection.write',
  summary: 'Keep a database address as a secret; it is tried first',
  body: z
    .object({
      name: displayName,
      url: z.string().min(1).max(4000).meta({ description: 'postgresql://… or sqlite:path' }),
    })
    .meta({ id: 'ConnectionRequest' }),
  responses: { 201: connection },
  errors: [
    'connection_invalid',
    'connection_failed',
    'connection_local',
    'rate_limited',
    'files_off',
    'file_outside',
    'file_hidden',
    'file_missing',
  ],
});
export const deleteConnection = endpoint({
  id: 'deleteConnection',
  method: 'delete',
  path: '/api/v1/connections/{connection_id}',
  tag: 'datasets',
  policy: 'user',
  permission: 'connection.write',
  summary: 'Forget a database; datasets made from it stay',
  params: z.object({ connection_id: connectionId }),
  responses: { 204: null },
  errors: ['not_found'],
});
export const importSql = endpoint({
  id: 'importSql',
  method: 'post',
  path: '/api/v1/datasets/import/sql',
  tag: 'datasets',
  policy: 'user',
  permission: 'dataset.write',
  summary: 'Keep the rows of one SELECT as a dataset',
  body: z
    .object({ connection_id: connectionId, query: z.string().trim().min(1).max(20_000), ...into })
    .meta({ id: 'ImportSqlRequest' }),
  responses: { 201: dataset },
  errors: [
    'not_found',
    'forbidden',
    'query_not_select',
    'file_outside',
    'file_hidden',
    'file_missing',
    'quota_exceeded',
    'storage_full',
  ],
});

export const source = z
  .object({
    source_id: z.string(),
    name: z.string(),
    name_fa: z.string(),
    description: z.string(),
    description_fa: z.string(),
    /** Null where nobody has counted yet: an entry of the administrator's list. */
    rows: z.number().int().nullable(),
    columns: z.number().int().nullable(),
    size_bytes: z.number().int().nullable(),
    task: z.enum(['classification', 'regression']).nullable(),
    target: z.string().nullable(),
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
  permission: 'server.read',
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
  permission: 'dataset.write',
  summary: 'Make a dataset from the catalogue',
  params: z.object({ source_id: z.string().max(100) }),
  responses: { 201: dataset },
  errors: [
    'not_found',
    'storage_full',
    'quota_exceeded',
    'url_private',
    'url_failed',
    'unsupported_format',
    'file_too_large',
    'file_missing',
    'folder_too_full',
    'empty_file',
    'upload_checksum_mismatch',
  ],
});

/**
 * tus 1.0 (creation, creation-with-upload, checksum by sha1 or sha256, termination, expiration). Metadata: `filename` (required), `name`,
 * `dataset_id` (the file is that dataset's next version), `sha256` (of bytes that the project has already the creation's answer says
 * `Upload-Offset` = `Upload-Length`, and nothing needs to be sent; other bytes than announced are refused), `reading` (JSON). Every
 * answer carries `Kargah-Dataset-Id`, and once all has come `Kargah-Same-Dataset-Id` where another dataset of the project holds the very
 * same file; the upload's id is the same for its whole life.
 */
const tus = { 204: null } as const;
const uploadParams = z.object({ upload_id: uploadId });
export const tusOptions = endpoint({
  id: 'tusOptions',
  method: 'options',
  path: '/api/v1/uploads',
  tag: 'uploads',
  policy: 'user',
  permission: 'dataset.write',
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
  permission: 'dataset.write',
  summary: 'Begin an upload',
  responses: { 201: null },
  errors: [
    'upload_protocol',
    'upload_version',
    'unsupported_format',
    'file_too_large',
    'empty_file',
    'quota_exceeded',
    'storage_full',
    'upload_checksum_mismatch',
    'not_found',
    'forbidden',
  ],
});
export const tusHead = endpoint({
  id: 'tusHead',
  method: 'head',
  path: '/api/v1/uploads/{upload_id}',
  tag: 'uploads',
  policy: 'user',
  permission: 'dataset.write',
  summary: 'How far an upload is',
  params: uploadParams,
  responses: { 200: null },
  errors: ['not_found', 'upload_gone', 'upload_locked', 'upload_protocol', 'upload_version'],
});
export const tusPatch = endpoint({
  id: 'tusPatch',
  method: 'patch',
  path: '/api/v1/uploads/{upload_id}',
  tag: 'uploads',
  policy: 'user',
  permission: 'dataset.write',
  summary: 'Send the next chunk (at most 8 MiB through Jupyter)',
  params: uploadParams,
  responses: tus,
  errors: [
    'not_found',
    'upload_gone',
    'upload_offset_mismatch',
    'upload_locked',
    'upload_protocol',
    'upload_version',
    'upload_checksum_mismatch',
    'file_too_large',
    'storage_full',
  ],
});
export const tusDelete = endpoint({
  id: 'tusDelete',
  method: 'delete',
  path: '/api/v1/uploads/{upload_id}',
  tag: 'uploads',
  policy: 'user',
  permission: 'dataset.write',
  summary: 'Cancel an upload',
  params: uploadParams,
  responses: tus,
  errors: ['not_found', 'upload_gone', 'upload_protocol', 'upload_version'],
});
