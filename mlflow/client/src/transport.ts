import type { z } from 'zod';
import type { CallOptions, Endpoint } from './endpoint.js';
import { errorOf, MlflowUnreachable, UnexpectedAnswer } from './errors.js';
import { encodeBody, parseJson } from './values.js';

/** The part of `fetch` that is needed; a caller who speaks over a unix socket passes one that does. */
export type Fetch = (url: string, init: FetchInit) => Promise<FetchResponse>;
export interface FetchInit {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body?: string | ReadableStream<Uint8Array>;
  readonly signal: AbortSignal;
  readonly duplex?: 'half';
}
export interface FetchResponse {
  readonly ok: boolean;
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: ReadableStream<Uint8Array> | null;
  text(): Promise<string>;
}

export interface ClientOptions {
  /** Where MLflow is, without `/api`. */
  readonly baseUrl: string;
  readonly fetch: Fetch;
  /** The `Authorization` of each request; asked anew every time, so that short-lived tokens work. */
  readonly authorization?: () => string | Promise<string>;
  /** The workspace that requests are about, where the server has workspaces on. */
  readonly workspace?: string;
  /** How long one call may take, in milliseconds (default 30,000); streams only until their answer begins. */
  readonly timeoutMs?: number;
}

export interface SendInit extends CallOptions {
  readonly method: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | ReadableStream<Uint8Array>;
}

/** Sends requests and turns failures into coded errors. */
export class Transport {
  constructor(readonly options: ClientOptions) {}

  /** @throws {MlflowError} of the code that MLflow answered; {@link UnexpectedAnswer} where the answer has another shape. */
  async call<Request extends z.ZodType, Response extends z.ZodType>(
    target: Endpoint<Request, Response>,
    request: z.input<Request>,
    options: CallOptions = {},
  ): Promise<z.output<Response>> {
    const { path, rest } = fillPath(target.path, request as Record<string, unknown>);
    const inQuery = target.method === 'GET';
    const response = await this.send(inQuery ? path + queryOf(rest) : path, {
      ...options,
      method: target.method,
      ...(inQuery ? {} : { headers: { 'content-type': 'application/json' }, body: encodeBody(request) }),
    });
    const body = await reading(response.text());
    let answer: unknown;
    try {
      answer = body.trim() === '' ? {} : parseJson(body);
    } catch (cause) {
      throw new UnexpectedAnswer(`${target.path} did not answer JSON`, response.status, cause);
    }
    const parsed = target.response.safeParse(answer);
    if (!parsed.success) {
      throw new UnexpectedAnswer(`${target.path} answered another shape`, response.status, parsed.error);
    }
    return parsed.data;
  }

  /** @throws {MlflowError} where MLflow refuses or is away. */
  async send(path: string, init: SendInit): Promise<FetchResponse> {
    const { baseUrl, fetch, authorization, workspace } = this.options;
    const timeoutMs = init.timeoutMs ?? this.options.timeoutMs ?? 30_000;
    const timeout = new AbortController();
    const timer = setTimeout(() => timeout.abort(new DOMException('MLflow took too long', 'TimeoutError')), timeoutMs);
    const signal = init.signal ? AbortSignal.any([init.signal, timeout.signal]) : timeout.signal;
    let response: FetchResponse;
    try {
      response = await fetch(baseUrl.replace(/\/$/u, '') + path, {
        method: init.method,
        headers: {
          ...init.headers,
          ...(authorization ? { authorization: await authorization() } : {}),
          ...(workspace === undefined ? {} : { 'x-mlflow-workspace': workspace }),
        },
        ...(init.body === undefined ? {} : { body: init.body }),
        ...(typeof init.body === 'object' ? { duplex: 'half' as const } : {}),
        signal,
      });
    } catch (cause) {
      if (init.signal?.aborted) throw init.signal.reason;
      throw new MlflowUnreachable(cause);
    } finally {
      clearTimeout(timer);
    }
    if (!response.ok) throw errorOf(response.status, await reading(response.text()));
    return response;
  }
}

async function reading(text: Promise<string>): Promise<string> {
  try {
    return await text;
  } catch (cause) {
    throw new MlflowUnreachable(cause);
  }
}

function fillPath(path: string, request: Record<string, unknown>): { path: string; rest: Record<string, unknown> } {
  const used = new Set<string>();
  const filled = path.replace(/\{(\w+)\}/gu, (_slot, name: string) => {
    used.add(name);
    return encodeURIComponent(String(request[name]));
  });
  return { path: filled, rest: Object.fromEntries(Object.entries(request).filter(([name]) => !used.has(name))) };
}

function queryOf(fields: Record<string, unknown>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    for (const item of Array.isArray(value) ? value : [value]) query.append(name, String(item));
  }
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}
