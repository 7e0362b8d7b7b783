import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { Memberships } from '../../src/access/memberships.js';
import { createAuth, type Auth, type AuthDeps } from '../../src/auth/index.js';
import type { User } from '../../src/contract/auth.js';
import type { LedgerRow } from '../../src/contract/ledger.js';
import { Ledger, LedgerStore } from '../../src/ledger/index.js';
import { createMail } from '../../src/mail/index.js';
import type { Storage } from '../../src/storage/storage.js';
import { serve, type Served } from '../app.js';
import { HandClock } from '../clock.js';
import { removeFolder } from '../folders.js';
import { testStorage } from '../storage.js';

/** Somebody who signed up, with what their browser holds. */
export interface SignedUp {
  readonly user: User;
  readonly token: string;
  readonly cookies: string;
}

export interface AuthApp {
  readonly storage: Storage;
  readonly auth: Auth;
  readonly served: Served;
  readonly clock: HandClock;
  /** Sessions and tokens whose sockets were told to end. */
  readonly ended: string[];
  call(method: string, path: string, options?: { token?: string; body?: unknown; cookies?: string }): Promise<Response>;
  signUp(name: string, password?: string): Promise<SignedUp>;
  /** What the ledger has, oldest first. */
  told(): Promise<LedgerRow[]>;
  close(): Promise<void>;
}

export const PASSWORD = 'a quiet blue lamp';

/** Accounts, sessions and tokens on a database of their own, every answer checked against the contract. */
export async function authApp(config: Partial<AuthDeps['config']> = {}, opened?: Storage): Promise<AuthApp> {
  const storage = opened ?? (await testStorage());
  const clock = new HandClock(Date.now());
  const dataDir = mkdtempSync(join(tmpdir(), 'kargah-auth-'));
  const ended: string[] = [];
  const auth = await createAuth({
    storage,
    mail: createMail(null, pino({ level: 'silent' }), clock),
    ledger: new Ledger(clock),
    memberships: new Memberships(storage.db, clock),
    config: {
      secret: 'k'.repeat(8) + 'secret-of-this-test-1234567890',
      sessionDays: 14,
      accessTokenSeconds: 900,
      keyMaxAgeDays: null,
      publicPath: '/',
      signup: 'open',
      dataDir,
      socket: null,
      ...config,
    },
    sessionEnded: (id) => ended.push(id),
    log: pino({ level: 'silent' }),
    clock,
  });
  const served = await serve({ authenticator: auth.authenticator, routes: auth.routes });
  const call: AuthApp['call'] = (method, path, { token, body, cookies } = {}) =>
    fetch(served.url + path, {
      method,
      headers: {
        'X-Kargah-Client': 'test',
        ...(token === undefined ? {} : { 'X-Kargah-Token': token }),
        ...(cookies === undefined ? {} : { cookie: cookies }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  return {
    storage,
    auth,
    served,
    clock,
    ended,
    call,
    async signUp(name, password = PASSWORD) {
      const signup_code = auth.signUpCode() ?? undefined;
      const body = { email: `${name}@example.org`, password, name, signup_code };
      const answer = await call('POST', '/api/v1/auth/register', { body });
      const cookies = answer.headers.getSetCookie().map((cookie) => cookie.split(';')[0]!);
      return { ...((await answer.json()) as { user: User; token: string }), cookies: cookies.join('; ') };
    },
    told: async () => (await new LedgerStore(storage.db).page({ within: null }, 200, null)).reverse(),
    async close() {
      await served.close();
      auth.stop();
      if (opened === undefined) await storage.close();
      removeFolder(dataDir);
    },
  };
}
