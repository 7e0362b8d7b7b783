import { VALUE_LIMITS } from 'mlflow-js-client';

/** MLflow's rule for the names of parameters and metrics. */
const NOT_ALLOWED = /[^\p{L}\p{N}_\-. :/]/gu;

/** Parameters as MLflow keeps them: nested ones by dotted names, values as text, both within MLflow's limits. */
export function flattenParams(params: Readonly<Record<string, unknown>>): { key: string; value: string }[] {
  const flat = new Map<string, string>();
  const visit = (value: unknown, path: string): void => {
    if (typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0) {
      for (const [name, inner] of Object.entries(value)) visit(inner, path === '' ? name : `${path}.${name}`);
      return;
    }
    if (path !== '') flat.set(nameOf(path), textOf(value));
  };
  visit(params, '');
  return [...flat].map(([key, value]) => ({ key, value }));
}

function nameOf(path: string): string {
  const name = path
    .replace(NOT_ALLOWED, '_')
    .replace(/\.{2,}|\/{2,}/gu, '_')
    .replace(/^[./]+|[./]+$/gu, '_');
  return name.slice(0, VALUE_LIMITS.key) || '_';
}

function textOf(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value ?? null);
  if (text.length <= VALUE_LIMITS.param) return text;
  return `${text.slice(0, VALUE_LIMITS.param - 1)}…`;
}
