import express, { type Request, type RequestHandler, type Response } from 'express';
import { z } from 'zod';
import { fa } from 'zod/locales';
import type { Endpoint } from '../contract/endpoint.js';
import { KargahError, type FieldErrors } from '../errors.js';

const json: RequestHandler = express.json({ limit: '1mb', strict: false, type: () => true });
const persian = fa().localeError;

interface Input {
  readonly params: undefined;
  readonly query: undefined;
  readonly body: undefined;
}

/** Params, query and body as the endpoint's schemas give them; everything wrong is told at once, field by field. */
export async function parseInput(endpoint: Endpoint, req: Request, res: Response): Promise<Input> {
  // An endpoint without a body keeps its request unread: uploads stream it themselves.
  if (endpoint.body !== undefined) await readJson(req, res);
  const errors: FieldErrors[number][] = [];
  const take = (schema: z.ZodType | undefined, value: unknown): unknown => {
    if (schema === undefined) return undefined;
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    const inPersian = schema.safeParse(value, { error: persian }).error?.issues;
    parsed.error.issues.forEach((issue, i) => {
      // A rule of ours says it in Persian itself.
      const own: unknown = issue.code === 'custom' ? issue.params?.['fa'] : undefined;
      const message_fa = typeof own === 'string' ? own : inPersian?.[i]?.message;
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
  const body = take(endpoint.body, req.body ?? {});
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

async function readJson(req: Request, res: Response): Promise<void> {
  const empty = req.get('transfer-encoding') === undefined && Number(req.get('content-length') ?? 0) === 0;
  if (empty) return;
  // A form of a foreign page can be sent without a preflight; JSON cannot.
  if (!req.is('application/json')) throw new KargahError('unsupported_media_type', { expected: 'application/json' });
  await new Promise<void>((resolve, reject) => {
    json(req, res, (error?: unknown) => {
      if (error === undefined) resolve();
      else reject(error);
    });
  });
}
