import createClient, { type Client } from 'openapi-fetch';
import { ApiError, errorFromResponse, unreachable } from './errors.js';
import type { paths } from './generated/schema.js';
import { Observable } from '../lib/observable.js';
import { CLIENT_HEADERS, SessionKeeper } from './session.js';

/**
 * Typed calls to the bridge. `api.http` is openapi-fetch over the contract's paths; every refusal is thrown as `ApiError`, so
 * `data()` gives the answer itself:
 *
 *     const job = await data(api.http.GET('/api/v1/train/jobs/{job_id}', { params: { path: { job_id } } }));
 */
export class Api {
  readonly session: SessionKeeper;
  readonly http: Client<paths>;
  /** The project that requests name; null: the person's own first one. This browser remembers it, the server does not. */
  readonly project = new Observable<string | null>(null);

  constructor(readonly baseUrl: () => string) {
    this.session = new SessionKeeper(baseUrl);
    // Subscribed before all others, so that their first request already names the project.
    this.session.state.subscribe((state) => {
      const key = this.projectKey();
      if (key !== null) this.project.set(window.localStorage.getItem(key));
      else if (state.status === 'signed_out') this.project.set(null);
    });
    this.http = createClient<paths>({
      // Replaced per request: the address is a setting and may change while the page is open.
      baseUrl: 'http://bridge.invalid',
      fetch: (request) => this.send(request),
    });
  }

  /** Names another project from now on. */
  chooseProject(projectId: string | null): void {
    const key = this.projectKey();
    if (key === null) return;
    if (projectId === null) window.localStorage.removeItem(key);
    else window.localStorage.setItem(key, projectId);
    this.project.set(projectId);
  }

  private projectKey(): string | null {
    const state = this.session.state.get();
    return state.status === 'signed_in' ? `kargah:project ${this.baseUrl()} ${state.user.user_id}` : null;
  }

  /** A call by path, with the token; throws `ApiError`. For bytes, since a plain link cannot send our header. */
  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    return this.send(new Request(`http://bridge.invalid${path}`, init));
  }

  /** Headers that make a request ours. */
  async headers(): Promise<Record<string, string>> {
    const token = await this.session.accessToken();
    const project = this.project.get();
    return { ...CLIENT_HEADERS, 'X-Kargah-Token': token, ...(project !== null && { 'X-Kargah-Project': project }) };
  }

  private async send(request: Request): Promise<Response> {
    const target = this.baseUrl() + request.url.slice('http://bridge.invalid'.length);
    const body = request.body === null ? undefined : await request.arrayBuffer();
    const attempt = async (): Promise<Response> => {
      const headers = new Headers(request.headers);
      for (const [name, value] of Object.entries(await this.headers())) {
        headers.set(name, value);
      }
      const init: RequestInit = { method: request.method, headers, credentials: 'include', signal: request.signal };
      if (body !== undefined && body.byteLength > 0) {
        init.body = body;
      }
      return fetch(target, init).catch((reason: unknown) => {
        throw request.signal.aborted ? reason : unreachable();
      });
    };
    let response = await attempt();
    if (response.status === 401) {
      // The token expired before the request arrived (a clock that jumped, a laptop that slept): one retry with a fresh one.
      await this.session.renew();
      response = await attempt();
    }
    if (!response.ok) {
      throw await errorFromResponse(response);
    }
    return response;
  }
}

/** The answer of an openapi-fetch call. */
export async function data<T>(call: Promise<{ data?: T; response: Response }>): Promise<T> {
  const { data: value, response } = await call;
  if (value === undefined && response.status !== 204) {
    throw new ApiError({
      code: 'unexpected_answer',
      status: response.status,
      detail: 'The answer is empty.',
      detail_fa: 'پاسخ خالی است.',
    });
  }
  return value as T;
}
