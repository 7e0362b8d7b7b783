import { z } from 'zod';
import { datasetId, displayName, idOf, jobId, owner, page, pageQuery, shownText, timestamp } from '../common.js';
import { endpoint } from '../endpoint.js';
import { failure } from '../errors.js';

export const datasetFormat = z.enum(['csv', 'tsv', 'parquet', 'arrow', 'jsonl', 'excel', 'npz', 'text', 'images']);
export const datasetState = z.enum(['uploading', 'profiling', 'ready', 'failed']);
export const datasetKind = z.enum(['tabular', 'images']);

const histogram = z
  .object({ edges: z.array(z.union([z.number(), z.string()])), counts: z.array(z.number().int()) })
  .meta({ id: 'Histogram' });

export const columnType = z.enum(['integer', 'number', 'boolean', 'text', 'category', 'date', 'datetime']);

const decimalMark = z.enum(['.', ',', '/']);
const dateOrder = z.enum(['ymd', 'dmy', 'mdy']);

export const column = z
  .object({
    name: z.string(),
    type: columnType,
    missing: z.number().int(),
    distinct: z.number().int(),
    /** Direction of the column's text, judged from its letters. */
    direction: z.enum(['ltr', 'rtl']),
    min: z.union([z.number(), z.string()]).nullable(),
    max: z.union([z.number(), z.string()]).nullable(),
    mean: z.number().nullable(),
    std: z.number().nullable().optional(),
    /** The 5%, 25%, 50%, 75% and 95% quantiles of a number. */
    quantiles: z.array(z.number()).length(5).optional(),
    /** Of numbers, dates and times, or of the lengths of texts: one edge more than counts; dates as RFC 3339 text. */
    histogram: histogram.optional(),
    /** Texts: characters, shortest to longest, and the share of letters by script. */
    text: z
      .object({
        min_length: z.number().int(),
        mean_length: z.number(),
        max_length: z.number().int(),
        scripts: z.object({ arabic: z.number(), latin: z.number(), digits: z.number(), other: z.number() }),
      })
      .optional(),
    /** Dates that the file writes in another calendar; stored as Gregorian ones. */
    calendar: z.enum(['jalali']).optional(),
    /** How the file writes its numbers or dates, where that is not the plain form. */
    written: z
      .object({
        decimal: decimalMark.optional(),
        /** 5% is kept as 5. */
        percent: z.boolean().optional(),
        currency: z.string().optional(),
        order: dateOrder.optional(),
        /** There are only months; each is kept as its first day. */
        months: z.boolean().optional(),
      })
      .optional(),
    top: z.array(z.object({ value: z.string(), count: z.number().int() })),
  })
  .meta({ id: 'Column' });
export type Column = z.infer<typeof column>;

/** How a file was, or is to be, read; what is absent is found out by looking at it. */
export const reading = z
  .object({
    /** Those after windows-1256 are never found, only chosen: in them nearly every file reads as something. */
    encoding: z
      .enum([
        'utf-8',
        'utf-16',
        'windows-1256',
        'windows-1252',
        'windows-1254',
        'windows-1251',
        'gb18030',
        'cp864',
        'iran-system',
        // UTF-8 that a program took for another encoding and wrote anew, which is found.
        'utf-8-as-windows-1252',
        'utf-8-as-windows-1256',
      ])
      .optional(),
    delimiter: z.enum([',', ';', '\t', '|', '؛']).optional(),
    header: z.boolean().optional(),
    /** Lines before the header that are no rows; empty ones do not count. */
    skip_rows: z.number().int().min(0).max(1000).optional(),
    /** What lines that are remarks begin with; '' where there are none. */
    comment: z.string().max(4).optional(),
    /** 2: the names of the columns stand in two rows. */
    header_rows: z.number().int().min(1).max(2).optional(),
    /** The row below the header holds units. */
    units: z.boolean().optional(),
    /** ي→ی, ك→ک, Arabic digits, tatweel and stray joiners made Persian. */
    normalise_persian: z.boolean().optional(),
    /** Values of a column that look alike (case, spaces, joiners, forms of a letter) written as the most frequent one. */
    unify: z.boolean().optional(),
    /** Excel: the sheet's name. */
    sheet: z.string().max(200).optional(),
    /** Words that stand for missing values, instead of the usual ones; with none only an empty cell is missing. */
    missing: z.array(z.string().min(1).max(100)).max(100).optional(),
    /** Types that override the found ones; a value that does not fit fails the reading, or becomes missing. */
    types: z
      .record(
        z.string(),
        z.object({
          type: columnType,
          invalid: z.enum(['fail', 'missing']).default('fail'),
          /** Numbers: what stands before the decimals; absent is found out. */
          decimal: decimalMark.optional(),
          /** Dates: which of year, month and day stands first; absent is found out. */
          order: dateOrder.optional(),
          /** Dates: absent is found out by the years. */
          calendar: z.enum(['gregorian', 'jalali']).optional(),
        }),
      )
      .optional(),
  })
  .meta({ id: 'Reading' });
export type Reading = z.infer<typeof reading>;

export const versionNumber = z.number().int().min(1);
/** Names a version in a query; absent is the newest ready one. */
export const versionQuery = z.object({ version: z.coerce.number().int().min(1).optional() });

const tag = shownText(40);
const tags = z.array(tag).max(20);

/** What its readers should know before they train on it. */
const warning = z.object({
  code: z.string(),
  detail: z.string(),
  detail_fa: z.string(),
  /** What the sentences say besides; absent in those of older versions. */
  params: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  column: z.string().optional(),
});
export const warnings = z.array(warning);

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
    warnings,
    state: datasetState,
    error: failure.nullable(),
    source_id: z.string().nullable(),
    /** The version that the fields above describe: the newest ready one, or the first while there is none. */
    version: versionNumber,
    versions: z.number().int(),
    /** A newer version on its way, or the newest one that failed. */
    pending: z.object({ version: versionNumber, state: datasetState, error: failure.nullable() }).nullable(),
    tags,
    /** Who besides its owner may see it and train on it. */
    shared: z.enum(['nobody', 'people', 'everyone']),
    /** False: shared with me by its owner, for reading. */
    mine: z.boolean(),
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
    /** Image datasets: pixels. */
    images: z.object({ widths: histogram, heights: histogram, grey: z.number().int() }).optional(),
    /** Rows in the parts that the file itself has, by its folders or arrays; a split of the method `given` keeps them. */
    parts: z.object({ train: z.number().int(), validation: z.number().int(), test: z.number().int() }).optional(),
  })
  .meta({ id: 'DatasetProfile' });

/** What a deletion left in place, and for whom. */
export const tombstone = z
  .object({
    dataset_id: datasetId,
    freed_bytes: z.number().int(),
    kept: z.array(
      z.object({
        version: versionNumber,
        size_bytes: z.number().int(),
        jobs: z.array(z.object({ job_id: jobId, name: z.string(), has_model: z.boolean() })),
      }),
    ),
  })
  .meta({ id: 'DatasetTombstone' });

const params = z.object({ dataset_id: datasetId });

export const listDatasets = endpoint({
  id: 'listDatasets',
  method: 'get',
  path: '/api/v1/datasets',
  tag: 'datasets',
  policy: 'user',
  permission: 'dataset.read',
  summary: 'Datasets of mine and those shared with me, newest first',
  query: pageQuery.extend({
    search: z.string().max(200).optional(),
    tag: tag.optional(),
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/u)
      .meta({ description: 'Those that hold this very file, in any version' })
      .optional(),
    size_bytes: z.coerce
      .number()
      .int()
      .min(0)
      .meta({ description: 'Those that hold a file of this size, in any version' })
      .optional(),
  }),
  responses: { 200: page(dataset).meta({ id: 'DatasetPage' }) },
  errors: [],
});
export const getDataset = endpoint({
  id: 'getDataset',
  method: 'get',
  path: '/api/v1/datasets/{dataset_id}',
  tag: 'datasets',
  policy: 'user_or_job',
  permission: 'dataset.read',
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
  permission: 'dataset.write',
  summary: 'Rename a dataset, or set its tags',
  params,
  body: z.object({ name: displayName.optional(), tags: tags.optional() }).meta({ id: 'ChangeDatasetRequest' }),
  responses: { 200: dataset },
  errors: ['not_found', 'forbidden'],
});
export const deleteDataset = endpoint({
  id: 'deleteDataset',
  method: 'delete',
  path: '/api/v1/datasets/{dataset_id}',
  tag: 'datasets',
  policy: 'user',
  permission: 'dataset.write',
  summary: 'Delete a dataset; jobs and models stay, and what a model learned from is kept for it',
  params,
  responses: { 200: tombstone, 204: null },
  errors: ['not_found', 'forbidden'],
});

const otherProject = idOf('prj').meta({ description: 'Where one may write, as in the dataset’s own' });
export const moveDataset = endpoint({
  id: 'moveDataset',
  method: 'post',
  path: '/api/v1/datasets/{dataset_id}/move',
  tag: 'datasets',
  policy: 'user',
  permission: 'dataset.write',
  summary: 'Take a dataset to another project, with its versions and splits; jobs that learned from it stay',
  params,
  body: z.object({ project_id: otherProject }).meta({ id: 'MoveDatasetRequest' }),
  responses: { 200: dataset },
  errors: ['not_found', 'forbidden', 'already_in_project', 'dataset_not_ready', 'project_quota_exceeded'],
});
export const copyDataset = endpoint({
  id: 'copyDataset',
  method: 'post',
  path: '/api/v1/datasets/{dataset_id}/copy',
  tag: 'datasets',
  policy: 'user',
  permission: 'dataset.write',
  summary: 'Copy a dataset into a project, with the versions that are ready and their splits',
  params,
  body: z.object({ project_id: otherProject, name: displayName.optional() }).meta({ id: 'CopyDatasetRequest' }),
  responses: { 201: dataset },
  errors: ['not_found', 'forbidden', 'dataset_not_ready', 'dataset_freed', 'quota_exceeded', 'project_quota_exceeded'],
});

export const sharing = z
  .object({
    everyone: z.boolean(),
    people: z.array(z.object({ user_id: z.string(), email: z.string(), name: z.string() })),
    projects: z.array(z.object({ project_id: z.string(), name: z.string() })),
  })
  .meta({ id: 'Sharing' });
export const getSharing = endpoint({
  id: 'getSharing',
  method: 'get',
  path: '/api/v1/datasets/{dataset_id}/sharing',
  tag: 'datasets',
  policy: 'user',
  permission: 'dataset.share',
  summary: 'Who may read it',
  params,
  responses: { 200: sharing },
  errors: ['not_found', 'forbidden'],
});
export const putSharing = endpoint({
  id: 'putSharing',
  method: 'put',
  path: '/api/v1/datasets/{dataset_id}/sharing',
  tag: 'datasets',
  policy: 'user',
  permission: 'dataset.share',
  summary: 'Let people, the members of projects, or everyone on this server, and nobody else, read it and train on it',
  params,
  body: z
    .object({
      everyone: z.boolean().optional(),
      emails: z.array(z.email()).max(100).optional(),
      project_ids: z
        .array(otherProject)
        .max(100)
        .optional()
        .meta({ description: 'Projects that the caller is in: all members of them' }),
    })
    // Else what was meant for something else, or was misspelt, would take the dataset from all who have it.
    .refine(
      ({ everyone, emails, project_ids: projects }) => [everyone, emails, projects].some((one) => one !== undefined),
      {
        message: 'say everyone, emails, project_ids or several of them; {"emails": []} shares it with nobody',
        params: {
          fa: 'everyone یا emails یا project_ids یا چند تا از آن‌ها را بگویید؛ با {"emails": []} با هیچ‌کس هم‌رسانی نمی‌شود',
        },
      },
    )
    .meta({ id: 'SharingRequest' }),
  responses: { 200: sharing },
  errors: ['not_found', 'forbidden', 'unknown_person'],
});
