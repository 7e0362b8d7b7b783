import { z } from 'zod';
import { datasetKind } from '../datasets/datasets.js';
import { endpoint } from '../endpoint.js';

/** A JSON Schema (2020-12) with `title`/`description` in English and `x-title-fa`/`x-description-fa` in Persian. */
const jsonSchema = z.record(z.string(), z.unknown());
export const recipe = z
  .object({
    recipe: z.string(),
    version: z.string(),
    title: z.string(),
    title_fa: z.string(),
    description: z.string(),
    description_fa: z.string(),
    icon: z.enum(['table', 'image', 'code', 'text']),
    /** What kind of dataset it learns from; null: none is needed (scripts). */
    dataset_kind: datasetKind.nullable(),
    params_schema: jsonSchema,
    /** Names shown at once; the rest lies under "more settings". */
    primary_params: z.array(z.string()),
  })
  .meta({ id: 'Recipe' });
export type Recipe = z.infer<typeof recipe>;
export const listRecipes = endpoint({
  id: 'listRecipes',
  method: 'get',
  path: '/api/v1/recipes',
  tag: 'training',
  policy: 'user',
  permission: 'server.read',
  summary: 'Training recipes and their parameters',
  responses: { 200: z.object({ items: z.array(recipe), next_cursor: z.null() }).meta({ id: 'RecipePage' }) },
  errors: [],
});
