import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { io, type Socket } from 'socket.io-client';
import { person } from '../app.js';
import { HandClock } from '../clock.js';
import { HUNG_MS } from '../hung.js';
import type { Caller } from '../../src/access/caller.js';
import type { Held } from '../../src/access/memberships.js';
import { requireAccess } from '../../src/access/require-access.js';
import type { JobUpdate } from '../../src/contract/live.js';
import type { ProjectRole } from '../../src/contract/projects.js';
import type { MetricPoint } from '../../src/contract/training/metrics.js';
import type { Progress } from '../../src/contract/training/training.js';
import type { Authenticator } from '../../src/http/route.js';
import { KargahError } from '../../src/lib/errors.js';
import { createLive, type Live } from '../../src/live/live.js';

/** How long the token `short` lives. */
export const SESSION_MS = 900_000;
export const progress: Progress = { fraction: 0.5, epoch: 1, epochs: 2, step: 10, steps: 20, eta_seconds: 3 };
const point = (step: number): MetricPoint => ({ key: 'loss', value: 1 / (step + 1), step, timestamp: 1000 + step });
export const running = (...steps: number[]) => ({ state: 'running' as const, progress, metrics: steps.map(point) });

/** Live updates on a real server, with two people, the job `job_1` of Sara's, and a clock that the test moves. */
export class LiveFixture {
  readonly clock = new HandClock();
  /** Whose token is what; `short` ends after {@link SESSION_MS}. */
  readonly callers = new Map<string, Caller>([
    ['sara', person('sara', { sessionId: 's1', expiresAt: Infinity })],
    ['reza', person('reza', { expiresAt: Infinity })],
    ['short', person('sara', { expiresAt: this.clock.now() + SESSION_MS })],
  ]);
  /** What each is a member of besides their own project. */
  readonly others = new Map<string, [projectId: string, role: ProjectRole][]>();
  /** Whose sessions another bridge has ended. */
  readonly ended = new Set<string>();
  /** The job's log. */
  logText = '';
  /** How many watch it. */
  watched = 0;
  live!: Live;
  private server!: Server;
  private readonly sockets: Socket[] = [];

  static async open(): Promise<LiveFixture> {
    const fixture = new LiveFixture();
    await fixture.open();
    return fixture;
  }

  /** What a person is a member of now. */
  held(id: string): Held {
    const { projectId, workspace, memberships: own } = person(id);
    const added = (this.others.get(id) ?? []).map(([at, role]) => [at, { role, workspace: `ws-of-${at}` }] as const);
    return { memberships: new Map([...own, ...added]), home: { projectId, workspace } };
  }

  async open(): Promise<void> {
    const authenticator: Authenticator = {
      authenticate: (token) => {
        const caller = this.callers.get(token);
        return caller ? Promise.resolve(caller) : Promise.reject(new KargahError('unauthenticated'));
      },
    };
    this.live = createLive({
      authenticator,
      allowedOrigins: ['https://lab.example.org'],
      log: pino({ level: 'silent' }),
      clock: this.clock,
      memberships: { of: ({ id }) => Promise.resolve(this.held(id)) },
      stillGood: ({ userId }) =>
        this.ended.has(userId) ? Promise.reject(new KargahError('account_disabled')) : Promise.resolve(),
      jobs: {
        requireJob: (caller, permission, jobId) => {
          const job =
            jobId === 'job_1' ? ({ kind: 'job', id: jobId, projectId: 'prj_sara', row: undefined } as const) : null;
          requireAccess(caller, permission, job);
          return Promise.resolve();
        },
        watchLog: () => {
          this.watched += 1;
          return () => (this.watched -= 1);
        },
        readLog: (_, offset) => {
          const text = this.logText.slice(offset, offset + Math.max(4, this.logText.length / 50));
          return Promise.resolve(text === '' ? null : { offset, nextOffset: offset + text.length, text });
        },
      },
    });
    this.server = createServer();
    this.live.attach(this.server);
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
  }

  async close(): Promise<void> {
    for (const socket of this.sockets.splice(0)) socket.disconnect();
    await this.live.close();
    this.server.closeAllConnections();
  }

  connect(token: string, headers: Record<string, string> = {}, project_id?: unknown): Socket {
    const socket = io(`http://127.0.0.1:${String((this.server.address() as AddressInfo).port)}`, {
      transports: ['websocket'],
      auth: { token, project_id },
      forceNew: true,
      reconnection: false,
      extraHeaders: headers,
    });
    this.sockets.push(socket);
    return socket;
  }

  async connected(token: string): Promise<Socket> {
    const socket = this.connect(token);
    await event(socket, 'connect');
    return socket;
  }
}

export const event = (socket: Socket, name: string): Promise<unknown> =>
  new Promise((resolve) => socket.once(name, resolve));

export const ask = (
  socket: Socket,
  name: string,
  payload: unknown,
): Promise<{ ok: boolean; seq: number; reload: boolean; code: string }> =>
  socket.timeout(HUNG_MS).emitWithAck(name, payload) as Promise<never>;

/** Collects until `enough`, then answers what came. */
export function collect<T>(socket: Socket, name: string, enough: (all: T[]) => boolean): Promise<T[]> {
  return new Promise((resolve, reject) => {
    const all: T[] = [];
    const timer = setTimeout(() => reject(new Error(`only ${JSON.stringify(all)}`)), HUNG_MS);
    socket.on(name, (value: T) => {
      all.push(value);
      if (!enough(all)) return;
      clearTimeout(timer);
      resolve(all);
    });
  });
}

export const steps = (updates: JobUpdate[]) => updates.flatMap((u) => u.metrics.map((m) => m.step));
