import type { z } from 'zod';
import type { ErrorCode } from './errors.js';

/**
 * Who may call an endpoint. Every endpoint names one; a router with an unnamed route does not start.
 * - `public`: anyone, no token.
 * - `sign_in`: anyone who may bring a password here; a bridge that JupyterLab started takes them through its socket only.
 * - `session`: as `sign_in`, with the refresh cookie plus the `X-Kargah-Client` header (a header a foreign page cannot send).
 * - `user`: a signed-in person (access token or personal API token).
 * - `account`: as `user`, but signed in: a personal API token makes no further ones and ends none.
 * - `user_or_job`: a person, or a training job with its own token, limited to what that job owns.
 * - `admin`: a person whose role is admin.
 */
export type Policy = 'public' | 'sign_in' | 'session' | 'user' | 'account' | 'user_or_job' | 'admin';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete' | 'head' | 'options';

/** A non-JSON answer: its media type and what it holds. */
export interface Binary {
  readonly mediaType: string;
  /** Where it depends on what was asked for: the others. */
  readonly orElse?: readonly string[];
  readonly description: string;
}

export interface Endpoint {
  readonly id: string;
  readonly method: Method;
  /** Path in OpenAPI form: `/api/v1/datasets/{dataset_id}`. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly policy: Policy;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** A request without a body stands for `{}`. */
  readonly bodyOptional?: boolean;
  /** Success answers by status; `null` is an empty body. */
  readonly responses: Readonly<Record<number, z.ZodType | Binary | null>>;
  /** Error codes a caller must expect, besides those that every endpoint shares. */
  readonly errors: readonly ErrorCode[];
}

/** Declares an endpoint and keeps its literal types. */
export function endpoint<const E extends Endpoint>(value: E): E {
  return value;
}

export function isBinary(value: z.ZodType | Binary | null): value is Binary {
  return value !== null && 'mediaType' in value;
}
