import type { RJSFSchema, UiSchema } from '@rjsf/utils';
import type { I18n } from '../i18n/i18n.js';
import type { Recipe } from '../api/types.js';
import { type Breach, breaches, type FlatSchema, type Property, type Values } from './flatSchema.js';

export type FieldErrors = Readonly<Record<string, string>>;

/** OpenAPI says of the schema only that it is an object; the bridge holds it to this form. */
function schemaOf(recipe: Pick<Recipe, 'params_schema'>): FlatSchema {
  return recipe.params_schema;
}

export function propertiesOf(recipe: Pick<Recipe, 'params_schema'>): Readonly<Record<string, Property>> {
  return schemaOf(recipe).properties ?? {};
}

/** A value as it is written in code. */
export function asCode(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined ? '' : JSON.stringify(value).replaceAll(',', ', ');
}

/** The parameter that names a column of the dataset, if the recipe has one. */
export function columnParam(recipe: Recipe): string | undefined {
  return Object.entries(propertiesOf(recipe)).find(([, property]) => property['x-column'] === true)?.[0];
}

/** The parameter that names the columns to learn from, if the recipe has one. */
export function columnsParam(recipe: Recipe): string | undefined {
  return Object.entries(propertiesOf(recipe)).find(([, property]) => property['x-columns'] === true)?.[0];
}

/** What the form draws: everything but the target and the columns, whose choices come from the dataset. */
export function formSchema(recipe: Recipe, i18n: I18n): { schema: RJSFSchema; uiSchema: UiSchema; defaults: Values } {
  const properties: Record<string, object> = {};
  const uiSchema: UiSchema = {};
  const defaults: Record<string, unknown> = {};
  const column = columnParam(recipe);
  const columns = columnsParam(recipe);
  const entries = Object.entries(propertiesOf(recipe)).filter(([name]) => name !== column && name !== columns);
  const rank = (name: string): number =>
    (recipe.primary_params.indexOf(name) + entries.length + 1) % (entries.length + 1);
  entries.sort(([a], [b]) => rank(a) - rank(b));
  for (const [name, property] of entries) {
    const title = i18n.pick(property.title ?? name, property['x-title-fa'] ?? property.title ?? name);
    const description = i18n.pick(
      property.description ?? '',
      property['x-description-fa'] ?? property.description ?? '',
    );
    properties[name] = { ...property, title, description };
    const names = i18n.pick<'x-enum-titles' | 'x-enum-titles-fa'>('x-enum-titles', 'x-enum-titles-fa');
    uiSchema[name] = {
      ...(property[names] === undefined ? {} : { 'ui:enumNames': property[names] }),
      ...(property.type === 'array' ? { 'ui:field': 'list' } : {}),
    };
    if (property.default !== undefined) {
      defaults[name] = property.default;
    }
  }
  const required = schemaOf(recipe).required ?? [];
  return {
    // The bridge's `$schema` names a draft that the form's validator need not know: what is used of it is common to all.
    schema: { type: 'object', properties, required: required.filter((name) => name !== column) },
    uiSchema,
    defaults,
  };
}

/** Sentences for what is wrong with the values, by parameter. */
export function checkParams(schema: RJSFSchema, values: Values, i18n: I18n): FieldErrors {
  const found: Record<string, string> = {};
  const properties = (schema.properties ?? {}) as Readonly<Record<string, Property>>;
  for (const { name, rule } of breaches(schema as FlatSchema, values)) {
    found[name] ??= sentence(i18n, properties[name] ?? {}, rule);
  }
  return found;
}

function sentence({ t, format }: I18n, property: Property, rule: Breach['rule']): string {
  const { minimum, maximum, exclusiveMinimum } = property;
  const shown = (value: number): string => format.digits(String(value));
  if (rule === 'item') return t('new.list');
  if (rule === 'required') return t('new.required');
  if (rule === 'type')
    return t(property.type === 'integer' ? 'new.integer' : property.type === 'array' ? 'new.list' : 'new.number');
  if (rule === 'minimum' || rule === 'maximum') {
    if (minimum !== undefined && maximum !== undefined)
      return t('new.between', { a: shown(minimum), b: shown(maximum) });
    if (exclusiveMinimum !== undefined && maximum !== undefined) {
      return rule === 'maximum'
        ? t('new.atMost', { b: shown(maximum) })
        : t('new.above', { a: shown(exclusiveMinimum) });
    }
    if (minimum !== undefined) return t('new.atLeast', { a: shown(minimum) });
    if (maximum !== undefined) return t('new.atMost', { b: shown(maximum) });
    if (exclusiveMinimum !== undefined) return t('new.above', { a: shown(exclusiveMinimum) });
  }
  return t('new.invalid');
}

/** Only what differs from the defaults travels; the bridge fills in the rest. */
export function changedFrom(defaults: Values, values: Values): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).filter(
      ([name, value]) => value !== undefined && JSON.stringify(value) !== JSON.stringify(defaults[name]),
    ),
  );
}
