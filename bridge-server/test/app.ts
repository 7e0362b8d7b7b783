import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { createApp, type AppParts } from '../src/http/app.js';
import { KargahError } from '../src/lib/errors.js';
import type { Authenticator } from '../src/http/route.js';
import type { Caller, Person } from '../src/access/caller.js';

/** A person for tests, alone in a project of their own; `token-of-<id>` signs them in at {@link knownCallers}. */
export function person(id: string, changes: Partial<Person> = {}): Person {
  const { projectId, workspace } = { projectId: `prj_${id}`, workspace: `ws-${id}`, ...changes };
  return {
    kind: 'user',
    userId: id,
    name: id,
    email: `${id}@example.org`,
    role: 'user',
    projectId,
    workspace,
    memberships: new Map([[projectId, { role: 'owner', workspace }]]),
    expiresAt: Date.now() + 900_000,
    ...changes,
  };
}

/** Knows exactly these callers, by `token-of-<user id>` and `token-of-<job id>`. */
export function knownCallers(...callers: Caller[]): Authenticator {
  return {
    authenticate: (token) => {
      const caller = callers.find((c) => token === `token-of-${c.kind === 'user' ? c.userId : c.jobId}`);
      return caller ? Promise.resolve(caller) : Promise.reject(new KargahError('unauthenticated'));
    },
  };
}

export interface Served {
  readonly url: string;
  readonly server: Server;
  close(): Promise<void>;
}

/** Serves routes on a free loopback port, every answer checked against the contract. */
export async function serve(
  parts: Omit<AppParts, 'log' | 'answers'> & Partial<Pick<AppParts, 'log'>>,
): Promise<Served> {
  const server = createServer(createApp({ log: pino({ level: 'silent' }), ...parts, answers: 'checked' }));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    server,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
