import { ALLOWED, type AllowedRow } from './allowed.js';

export interface Match {
  readonly row: AllowedRow;
  /** What is sent to MLflow: every segment encoded anew, so that both sides read the same. */
  readonly path: string;
  /** The path without `/api` or `/ajax-api` and the version of the API. */
  readonly name: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: string;
}

/** An encoded separator, dot or control character: no client sends one, and two parsers may read it differently. */
const TRICK = /%(?:2f|5c|2e|0[0-9a-f]|1[0-9a-f]|7f)/iu;

/** Decodes the target once and looks it up in {@link ALLOWED}; null where it is closed. */
export function match(method: string | undefined, target: string): Match | null {
  const at = target.indexOf('?');
  const rawPath = at === -1 ? target : target.slice(0, at);
  const query = at === -1 ? '' : target.slice(at);
  if (!rawPath.startsWith('/') || TRICK.test(rawPath) || rawPath.includes('\\') || query.includes('#')) return null;
  const segments: string[] = [];
  for (const raw of rawPath.slice(1).split('/')) {
    const segment = decoded(raw);
    if (segment === null || !isHonest(segment)) return null;
    segments.push(segment);
  }
  if (segments.length > 1 && segments.includes('')) return null;
  for (const row of ALLOWED) {
    if (row.method !== method) continue;
    const params = fit(row.path.slice(1).split('/'), segments);
    if (params === null) continue;
    const path = `/${segments.map(encodeURIComponent).join('/')}`;
    return { row, path, name: row.path.replace(/^\/(?:ajax-)?api\/[23]\.0/u, ''), params, query };
  }
  return null;
}

/**
 * A percent sign may be a part of a name (`50%.txt`), but not hide something from one who decodes once more than we do.
 */
function isHonest(segment: string): boolean {
  let text: string | null = segment;
  for (let reading = 0; text !== null; reading += 1) {
    // eslint-disable-next-line no-control-regex -- control characters are what is looked for
    if (reading > 8 || text === '.' || text === '..' || /[\u0000-\u001f\u007f]/u.test(text)) return false;
    if (reading > 0 && /[/\\]/u.test(text)) return false;
    const further = decoded(text);
    text = further === text ? null : further;
  }
  return true;
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

function fit(pattern: readonly string[], segments: readonly string[]): Record<string, string> | null {
  const params: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index];
    if (segment === undefined) return null;
    if (part.endsWith('...}')) {
      params[part.slice(1, -4)] = segments.slice(index).join('/');
      return params;
    }
    if (part.startsWith('{')) params[part.slice(1, -1)] = segment;
    else if (part !== segment) return null;
  }
  return segments.length === pattern.length ? params : null;
}
