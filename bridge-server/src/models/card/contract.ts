import { z } from 'zod';
import { jobId, lines, owner, page, pageQuery, timestamp } from '../../contract/common.js';
import { endpoint } from '../../contract/endpoint.js';
import { reportFigure } from '../../contract/training/report.js';

/** What a card may have of people's own words, in the order in which it says them. */
export const CARD_FIELDS = [
  'intended_use',
  'out_of_scope',
  'limitations',
  'data_notes',
  'ethics',
  'license',
  'contact',
] as const;
export type CardField = (typeof CARD_FIELDS)[number];
/** What a card is not filled without. */
export const REQUIRED_FIELDS = ['intended_use', 'limitations', 'license', 'contact'] as const satisfies CardField[];

const text = lines(5_000).trim().default('');
const line = lines(200).trim().default('');
const cardField = z.enum(CARD_FIELDS).meta({ id: 'CardField' });
export const cardFields = z
  .strictObject({
    intended_use: text.meta({ description: 'For what, and by whom, it is meant to be used' }),
    out_of_scope: text.meta({ description: 'For what it must not be used' }),
    limitations: text.meta({ description: 'Where it is known to fail, and whom that harms' }),
    data_notes: text.meta({ description: 'Where the data come from, who is in them, and what was left out' }),
    ethics: text.meta({ description: 'What else somebody should weigh before they use it' }),
    license: line.meta({ description: 'Of the model: an identifier as Hugging Face has it (apache-2.0), or a name' }),
    contact: line.meta({ description: 'Whom to ask' }),
  })
  .meta({ id: 'CardFields' });
export type CardFields = z.output<typeof cardFields>;
export const NO_FIELDS: CardFields = cardFields.parse({});

const limit = z.object({ en: z.string(), fa: z.string() });
/** What is known of a version without anybody's words; null, or empty, where it is not. */
export const cardFacts = z
  .object({
    task: z.enum(['classification', 'regression']).nullable(),
    recipe: z.string().nullable(),
    script: z.string().nullable(),
    job: z.object({ job_id: jobId, name: z.string() }).nullable(),
    dataset: z
      .object({
        name: z.string(),
        version: z.number().int().nullable(),
        sha256: z.string().nullable(),
        rows: z.number().int().nullable(),
        columns: z.number().int().nullable(),
        source: z.string().nullable().meta({ description: 'Its name in the catalogue' }),
        license: z.string().nullable().meta({ description: 'As the catalogue has it' }),
        split_id: z.string().nullable(),
      })
      .nullable(),
    evaluation: z
      .object({
        part: z.enum(['test', 'validation', 'all']),
        chosen_on_these: z.boolean(),
        rows: z.number().int(),
        level: z.number(),
        metrics: z.record(z.string(), reportFigure),
      })
      .nullable(),
    target: z.string().nullable(),
    columns: z.array(z.string()).meta({ description: 'What it learned from, at most 200, the weightiest first' }),
    column_count: z.number().int().nullable(),
    classes: z.array(z.string()),
    limits: z.array(limit).meta({ description: 'What its report says against it' }),
    trained_by: owner.nullable(),
    trained_at: timestamp.nullable(),
    registered_by: owner.nullable(),
    registered_at: timestamp,
  })
  .meta({ id: 'CardFacts' });
export type CardFacts = z.infer<typeof cardFacts>;

const changed = {
  revision: z.number().int().meta({ description: 'Rises with every change; 0: nobody has filled it' }),
  fields: cardFields,
};
export const modelCard = z
  .object({
    name: z.string(),
    version: z.number().int(),
    ...changed,
    missing: z.array(cardField).meta({ description: 'What has to be filled, and is not' }),
    facts: cardFacts,
    facts_current: z
      .boolean()
      .meta({ description: 'False: MLflow is away, so that the report is as it was when the card was last filled' }),
    changed_by: owner.nullable(),
    changed_at: timestamp.nullable(),
  })
  .meta({ id: 'ModelCard' });
export type ModelCard = z.infer<typeof modelCard>;
export const cardRevision = z
  .object({
    ...changed,
    changed: z.array(cardField).meta({ description: 'What differs from the revision before' }),
    changed_by: owner,
    changed_at: timestamp,
  })
  .meta({ id: 'CardRevision' });
export type CardRevision = z.infer<typeof cardRevision>;

export const cardLanguage = z.enum(['fa', 'en']);
export type CardLanguage = z.infer<typeof cardLanguage>;

const ofVersion = {
  tag: 'models',
  policy: 'user',
  params: z.object({
    name: z.string().min(1).max(1_000),
    version: z.coerce.number().int().min(1).max(2_147_483_647),
  }),
} as const;
const PATH = '/api/v1/models/{name}/versions/{version}/card';
export const getModelCard = endpoint({
  ...ofVersion,
  id: 'getModelCard',
  method: 'get',
  path: PATH,
  permission: 'model.read',
  summary: 'The card of a version: what is known of it, what people wrote, and what is still to be filled',
  responses: { 200: modelCard },
  errors: ['not_found'],
});
export const putModelCard = endpoint({
  ...ofVersion,
  id: 'putModelCard',
  method: 'put',
  path: PATH,
  permission: 'model.write',
  summary: 'Fill the card of a version: what is left out is empty from then on',
  body: z
    .object({
      fields: cardFields,
      revision: z.number().int().min(0).meta({ description: 'Of the card that was looked at' }),
    })
    .meta({ id: 'PutModelCardRequest' }),
  responses: { 200: modelCard },
  errors: ['not_found', 'forbidden', 'card_moved'],
});
export const modelCardMarkdown = endpoint({
  ...ofVersion,
  id: 'modelCardMarkdown',
  method: 'get',
  path: `${PATH}/markdown`,
  permission: 'model.read',
  summary: 'The card as Hugging Face’s model cards are: YAML front matter and Markdown',
  query: z.object({ language: cardLanguage.default('fa') }),
  responses: { 200: { mediaType: 'text/markdown; charset=utf-8', description: 'The card' } },
  errors: ['not_found'],
});
export const listCardRevisions = endpoint({
  ...ofVersion,
  id: 'listModelCardRevisions',
  method: 'get',
  path: `${PATH}/revisions`,
  permission: 'model.read',
  summary: 'Who wrote what on the card, newest first',
  query: pageQuery,
  responses: { 200: page(cardRevision).meta({ id: 'CardRevisionPage' }) },
  errors: ['not_found'],
});
