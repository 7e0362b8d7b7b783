import { KargahError } from '../../lib/errors.js';
import type { JsonBody } from './request.js';

/** The other spelling that MLflow takes for a field. */
export const camelCase = (name: string): string =>
  name.replace(/_(\w)/gu, (_all, letter: string) => letter.toUpperCase());

/** What a body says under any of the names MLflow takes for it. @throws {KargahError} `forbidden` where that is no text. */
export function given(body: JsonBody | null, names: readonly string[]): string[] {
  const values = names.map((name) => body?.[name]).filter((value) => value !== undefined && value !== '');
  if (values.some((value) => typeof value !== 'string')) throw new KargahError('forbidden');
  return values as string[];
}

/** The one id that a body names. @throws {KargahError} `mlflow_parameter_missing`; `forbidden` where it names two. */
export function named(body: JsonBody | null, names: readonly string[]): string {
  const values = given(body, names);
  const [first] = values;
  if (first === undefined) throw new KargahError('mlflow_parameter_missing', { name: names[0]! });
  if (values.some((value) => value !== first)) throw new KargahError('forbidden');
  return first;
}
