import type { z } from 'zod';
import type { ErrorCode } from './errors.js';
import type { Permission } from './permissions.js';

/**
 * How somebody shows who they are. Every endpoint names one, and besides it what they must be allowed.
 * - `public`: anyone, no token.
 * - `sign_in`: anyone who may bring a password here; a bridge that JupyterLab started takes them through its socket only.
 * - `session`: as `sign_in`, with the refresh cookie plus the `X-Kargah-Client` header (a header a foreign page cannot send).
 * - `user`: a signed-in person (access token or personal API token).
 * - `account`: as `user`, but signed in: a personal API token makes no further ones and ends none.
 * - `user_or_job`: a person, or a training job with its own token, limited to what that job owns.
 */
export type Policy = OpenPolicy | SignedInPolicy;
export type OpenPolicy = 'public' | 'sign_in' | 'session';
export type SignedInPolicy = 'user' | 'account' | 'user_or_job';

/** What a caller must be allowed; null where nobody is known yet, which the policy says. */
type Guarded =
  | { readonly policy: OpenPolicy; readonly permission: null }
  | { readonly policy: SignedInPolicy; readonly permission: Permission };

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete' | 'head' | 'options';

/** A non-JSON answer: its media type and what it holds. */
export interface Binary {
  readonly mediaType: string;
  /** Where it depends on what was asked for: the others. */
  readonly orElse?: readonly string[];
  readonly description: string;
  /** The JSON within it, which has a name of its own. */
  readonly holds?: z.ZodType;
}

export type Endpoint = Guarded & Described;
interface Described {
  readonly id: string;
  readonly method: Method;
  /** Path in OpenAPI form: `/api/v1/datasets/{dataset_id}`. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
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

/** Those among what a module, or several, export. */
export function endpointsOf(...modules: Readonly<Record<string, unknown>>[]): Endpoint[] {
  return modules
    .flatMap((module) => Object.values(module))
    .filter((value): value is Endpoint => typeof value === 'object' && value !== null && 'policy' in value);
}

export function isBinary(value: z.ZodType | Binary | null): value is Binary {
  return value !== null && 'mediaType' in value;
}
