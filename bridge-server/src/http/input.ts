import type { Request } from 'express';
import { z } from 'zod';
import type { Endpoint } from '../contract/endpoint.js';
import { KargahError, type FieldErrors } from '../lib/errors.js';
import { hasBody, readBody } from './body.js';
import { inEnglish, inPersian } from './answers/sentences.js';

const LIMIT = { bytes: 2 ** 20, text: '1 MiB' };
const EXPECTED = { expected: 'UTF-8 application/json' };

interface Input {
  readonly params: undefined;
  readonly query: undefined;
  readonly body: undefined;
}

/** Params, query and body as the endpoint's schemas give them; everything wrong is told at once, field by field. */
export async function parseInput(endpoint: Endpoint, req: Request): Promise<Input> {
  // An endpoint without a body keeps its request unread: uploads stream it themselves.
  const sent = endpoint.body === undefined ? undefined : await readJson(endpoint, req);
  const errors: FieldErrors[number][] = [];
  const take = (schema: z.ZodType | undefined, value: unknown): unknown => {
    if (schema === undefined) return undefined;
    const parsed = schema.safeParse(value, { error: inEnglish });
    if (parsed.success) return parsed.data;
    const persian = schema.safeParse(value, { error: inPersian }).error?.issues;
    parsed.error.issues.forEach((issue, i) => {
      // A rule of ours says it in Persian itself.
      const own: unknown = issue.code === 'custom' ? issue.params?.['fa'] : undefined;
      const message_fa = typeof own === 'string' ? own : persian?.[i]?.message;
      errors.push({
        path: issue.path.join('.'),
        message: issue.message,
        ...(message_fa === undefined ? {} : { message_fa }),
        code: issue.code,
      });
    });
    return undefined;
  };
  const params = takeParams(endpoint, req);
  const query = take(endpoint.query, req.query);
  const body = take(endpoint.body, sent);
  if (errors.length > 0) throw new KargahError('validation_failed', {}, { errors });
  // The types of a context come from its endpoint (`route()`); here they are all alike.
  return { params, query, body } as Input;
}

/** An id that cannot exist is an object that does not exist. */
function takeParams(endpoint: Endpoint, req: Request): unknown {
  const parsed = endpoint.params?.safeParse(req.params);
  if (parsed?.success === false) throw new KargahError('not_found');
  return parsed?.data;
}

/** @throws {KargahError} `unsupported_media_type`, `malformed_json`, and what {@link readBody} says. */
async function readJson(endpoint: Endpoint, req: Request): Promise<unknown> {
  if (!hasBody(req)) {
    // Taken for an empty object it would set every optional field to its default.
    if (endpoint.bodyOptional !== true) throw new KargahError('malformed_json');
    return {};
  }
  // A form of a foreign page can be sent without a preflight; JSON cannot.
  if (!req.is('application/json')) throw new KargahError('unsupported_media_type', { expected: 'application/json' });
  const charset = /;\s*charset="?([\w-]+)/iu.exec(req.get('content-type') ?? '')?.[1] ?? 'utf-8';
  if (!/^utf-?8$/iu.test(charset) || (req.get('content-encoding') ?? 'identity') !== 'identity')
    throw new KargahError('unsupported_media_type', EXPECTED);
  const bytes = await readBody(req, LIMIT);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new KargahError('malformed_json', {}, { cause });
  }
}
