import { Observable } from '../lib/observable.js';
import { ApiError, asApiError, errorFromResponse, unreachable } from './errors.js';
import type { InvitationOffer, NewAccount, Session, SignUp, User } from './types.js';

export type SessionState =
  | { readonly status: 'unknown' }
  /** The bridge has not answered yet; it is asked again by itself. */
  | { readonly status: 'unreachable'; readonly reason: ApiError }
  | { readonly status: 'signed_out'; readonly reason: 'none' | 'expired' | 'signed_out' }
  | { readonly status: 'signed_in'; readonly user: User };

/** Renew this long before the access token ends, so that nobody meets an expired one. */
const RENEW_BEFORE_MS = 60_000;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 15_000;
const LONGEST_TIMER_MS = 2_147_000_000;

export const CLIENT_HEADERS: Readonly<Record<string, string>> = { 'X-Kargah-Client': 'jupyterlab' };

/**
 * The account in use. The access token lives in memory only; the refresh session is an HttpOnly cookie that this code never
 * sees. `changed` listeners get every new token, so that the live connection can present it.
 */
export class SessionKeeper {
  readonly state = new Observable<SessionState>({ status: 'unknown' });
  readonly token = new Observable<string | null>(null);
  /** The token of an invitation by whose link this page was opened, until it is used or turned out to be over. */
  readonly invitation = new Observable<string | null>(null);
  /** The code for a new password by whose link this page was opened, until it is used. */
  readonly resetCode = new Observable<string | null>(null);
  private expiresAt = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private renewing: Promise<string> | undefined;
  private starting: Promise<void> | undefined;
  private wait = FIRST_WAIT_MS;

  constructor(private readonly baseUrl: () => string) {}

  /** Whether an account can be made here. */
  async signUp(): Promise<SignUp> {
    const response = await fetch(`${this.baseUrl()}/api/v1/auth/signup`, { headers: CLIENT_HEADERS }).catch(() => {
      throw unreachable();
    });
    if (!response.ok) {
      throw await errorFromResponse(response);
    }
    return (await response.json()) as SignUp;
  }

  /** Makes an account; answers the project that an invitation led into. */
  async register(account: NewAccount): Promise<string | undefined> {
    const session: (Session & { project_id?: string }) | null = await this.post('auth/register', account);
    // Before anybody hears that somebody is signed in, who would be offered it.
    if (session?.project_id !== undefined) this.invitation.set(null);
    this.open(session);
    return session?.project_id;
  }

  /** What an invitation is for. */
  async look(token: string): Promise<InvitationOffer> {
    const offer = await this.post<InvitationOffer>('invitations/look', { token });
    if (offer === null) throw unreachable();
    return offer;
  }

  async login(account: { email: string; password: string }): Promise<User> {
    return this.open(await this.post('auth/login', account));
  }

  /** Sets a new password by the code of an administrator, and is signed in by that. */
  async reset(by: { token: string; password: string }): Promise<User> {
    const session = await this.post('auth/reset', by);
    this.resetCode.set(null);
    return this.open(session);
  }

  async logout(): Promise<void> {
    try {
      await this.post('auth/logout');
    } finally {
      this.close('signed_out');
    }
  }

  /** Picks the session up again after a page reload; says whether there was one. Throws `unreachable` if nobody answers. */
  async restore(): Promise<boolean> {
    try {
      await this.renew();
      return true;
    } catch (reason) {
      if (reason instanceof ApiError && (reason.status === 401 || reason.status === 403)) {
        this.close('none');
        return false;
      }
      throw reason;
    }
  }

  /** Settles who is here, once for the page; while nobody answers it asks again, less and less often. */
  start(): Promise<void> {
    const { status } = this.state.get();
    if (status === 'signed_in' || status === 'signed_out') {
      return Promise.resolve();
    }
    clearTimeout(this.timer);
    this.starting ??= this.restore()
      .then(
        () => undefined,
        (reason: unknown) => {
          this.state.set({ status: 'unreachable', reason: asApiError(reason) });
          this.timer = setTimeout(() => void this.start(), this.wait);
          this.wait = Math.min(this.wait * 2, LONGEST_WAIT_MS);
        },
      )
      .finally(() => {
        this.starting = undefined;
      });
    return this.starting;
  }

  /** A token that is good now. */
  async accessToken(): Promise<string> {
    const token = this.token.get();
    return token !== null && Date.now() < this.expiresAt - 5_000 ? token : this.renew();
  }

  /** Asks for a fresh token; callers at the same time share one request. */
  renew(): Promise<string> {
    this.renewing ??= this.refresh().finally(() => {
      this.renewing = undefined;
    });
    return this.renewing;
  }

  dispose(): void {
    clearTimeout(this.timer);
  }

  private async refresh(): Promise<string> {
    const wasIn = this.state.get().status === 'signed_in';
    try {
      const session = await this.post('auth/refresh');
      if (session === null) {
        throw unreachable();
      }
      this.open(session);
      return session.token;
    } catch (reason) {
      if (wasIn && reason instanceof ApiError && reason.status === 401) {
        this.close('expired');
      }
      throw reason;
    }
  }

  private open(session: Session | null): User {
    if (session === null) {
      throw unreachable();
    }
    this.wait = FIRST_WAIT_MS;
    this.expiresAt = Date.parse(session.expires_at);
    this.schedule();
    this.token.set(session.token);
    this.state.set({ status: 'signed_in', user: session.user });
    return session.user;
  }

  private close(reason: 'none' | 'expired' | 'signed_out'): void {
    clearTimeout(this.timer);
    this.expiresAt = 0;
    this.token.set(null);
    this.state.set({ status: 'signed_out', reason });
  }

  private schedule(): void {
    clearTimeout(this.timer);
    const wait = Math.min(Math.max(this.expiresAt - Date.now() - RENEW_BEFORE_MS, 1_000), LONGEST_TIMER_MS);
    // A renewal that got no answer is repeated by the next call.
    this.timer = setTimeout(() => void this.renew().catch(() => undefined), wait);
  }

  private async post<T = Session>(what: string, body?: object): Promise<T | null> {
    const response = await fetch(`${this.baseUrl()}/api/v1/${what}`, {
      method: 'POST',
      credentials: 'include',
      headers: { ...CLIENT_HEADERS, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).catch(() => {
      throw unreachable();
    });
    if (!response.ok) {
      throw await errorFromResponse(response);
    }
    return response.status === 204 ? null : ((await response.json()) as T);
  }
}
