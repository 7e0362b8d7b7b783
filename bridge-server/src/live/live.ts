import { randomUUID } from 'node:crypto';
import type { Server as HttpServer } from 'node:http';
import type { Socket as NetSocket } from 'node:net';
import { Server, type Socket } from 'socket.io';
import type { Logger } from 'pino';
import { EVENTS } from '../contract/live.js';
import { KargahError } from '../lib/errors.js';
import { securityHeaders } from '../http/guards/headers.js';
import { cameFromProxy } from '../http/listen.js';
import type { Authenticator } from '../http/route.js';
import type { Person } from '../access/caller.js';
import { heldWithin, type Memberships, TRUST_MS } from '../access/memberships.js';
import { systemClock, type Clock } from '../lib/clock.js';
import { duringRequest } from '../lib/request-origin.js';
import type { FeatureFeed, JobsToWatch, LivePort } from './port.js';
import { LogFeed } from './log-feed.js';
import { Paces } from './pace.js';
import { isBehind, roomOf, SlowViewers } from './slow.js';
import { Updates } from './updates.js';
import { signIn, takeRequests, type Refused, type Viewer } from './viewer.js';

export interface LiveDeps {
  readonly authenticator: Authenticator;
  readonly jobs: JobsToWatch;
  readonly memberships: Pick<Memberships, 'of'>;
  /** @throws {KargahError} where what somebody showed is good no longer: another bridge ended it, or disabled them */
  readonly stillGood: (person: Person) => Promise<void>;
  readonly allowedOrigins: readonly string[];
  /** Within the time of the request that was refused. */
  readonly refused?: Refused;
  readonly log: Logger;
  readonly clock?: Clock;
}
export interface Live extends LivePort, FeatureFeed {
  attach(server: HttpServer): void;
  /** Ends the sockets that were opened in this session. */
  endSession(sessionId: string): void;
  viewers(): number;
  close(): Promise<void>;
}

const GOODBYE_MS = 1_000;
/** How long a socket lives on after its token ended, for the page to show a fresh one. */
export const GRACE_MS = 30_000;

export function createLive(deps: LiveDeps): Live {
  const clock = deps.clock ?? systemClock;
  const io = new Server({
    path: '/socket.io/',
    serveClient: false,
    perMessageDeflate: false,
    maxHttpBufferSize: 64 * 1024,
    cors: { origin: [...deps.allowedOrigins], credentials: true },
    allowRequest: (req, decide) => {
      const { origin, host } = req.headers;
      // Over the unix socket Jupyter has already compared Origin and Host, and shows us its own Host.
      const behindJupyter = cameFromProxy(req.socket);
      const allowed =
        origin === undefined || behindJupyter || deps.allowedOrigins.includes(origin) || sameHost(origin, host);
      decide(allowed ? null : 'origin', allowed);
    },
  });
  // A message to a room is encoded once, whatever the number of viewers.
  const updates = new Updates((update) => {
    slow.setAside(update.job_id);
    io.to(roomOf(update.job_id)).emit(EVENTS.jobUpdate, update);
  }, clock);
  const slow = new SlowViewers(io, (jobId) => updates.seqOf(jobId), clock);
  const tell = (projectId: string, event: string, payload: object): void => {
    slow.cutOff(shownRoom(projectId));
    io.to(shownRoom(projectId)).emit(event, payload);
  };
  const paces = new Paces(clock);
  /** What is refused on a socket has come from where the socket did. */
  const refusedOn =
    (socket: Socket): Refused =>
    (...refusal) => {
      const from = (socket.request.socket as Partial<NetSocket>).remoteAddress ?? 'socket';
      duringRequest({ requestId: randomUUID(), from }, () => deps.refused?.(...refusal));
    };
  const feeds = new Map<string, { readonly bySocket: Map<string, LogFeed>; readonly stop: () => void }>();

  io.use((socket, next) => {
    const { token, project_id: project } = socket.handshake.auth;
    signIn(
      { authenticator: deps.authenticator, refused: refusedOn(socket) },
      { token, project },
      socket.request.socket,
    ).then(
      (person) => {
        (socket.data as { person: Person }).person = person;
        next();
      },
      (error: unknown) => next(refusal(error)),
    );
  });

  io.on('connection', (socket) => {
    const viewer = new SocketViewer(socket, clock);
    looksAgain ??= clock.every(TRUST_MS, () => void lookAgain());
    takeRequests(socket, viewer, {
      authenticator: deps.authenticator,
      refused: refusedOn(socket),
      jobs: deps.jobs,
      updates,
      slow,
      openFeed: (jobId, offset) => openFeed(socket, jobId, offset),
      closeFeed: (jobId) => closeFeed(socket.id, jobId),
      log: deps.log,
    });
    const pace = paces.of(viewer.person.userId);
    socket.use((event, next) => {
      const paced = pace.next();
      const acknowledge: unknown = event.at(-1);
      if (paced === 'take') next();
      else if (paced === 'cut') wireOf(socket.conn).destroy();
      else if (isAcknowledge(acknowledge)) acknowledge({ ok: false, code: 'rate_limited' });
    });
    socket.on('disconnect', () => {
      pace.close();
      viewer.close();
      for (const jobId of feeds.keys()) closeFeed(socket.id, jobId);
    });
  });

  function openFeed(socket: Socket, jobId: string, offset: number): void {
    closeFeed(socket.id, jobId);
    const entry = feeds.get(jobId) ?? { bySocket: new Map<string, LogFeed>(), stop: deps.jobs.watchLog(jobId) };
    feeds.set(jobId, entry);
    const feed = new LogFeed({
      jobId,
      offset,
      read: (id, from) => deps.jobs.readLog(id, from),
      send: async (chunk) => {
        socket.emit(EVENTS.jobLog, chunk);
        await drained(socket);
      },
      isBehind: () => isBehind(socket),
      failed: (error) => deps.log.warn({ err: error, job_id: jobId }, 'a log could not be sent'),
    });
    entry.bySocket.set(socket.id, feed);
    feed.catchUp();
  }
  function closeFeed(socketId: string, jobId: string): void {
    const entry = feeds.get(jobId);
    const feed = entry?.bySocket.get(socketId);
    if (entry === undefined || feed === undefined) return;
    feed.close();
    entry.bySocket.delete(socketId);
    if (entry.bySocket.size > 0) return;
    entry.stop();
    feeds.delete(jobId);
  }

  /** Another bridge on the same database may have changed who is a member of what. */
  let looksAgain: (() => void) | null = null;
  async function lookAgain(userIds?: readonly string[]): Promise<void> {
    for (const socket of io.sockets.sockets.values()) {
      const { person } = socket.data as { person: Person };
      if (userIds !== undefined && !userIds.includes(person.userId)) continue;
      await moveRooms(socket, userIds !== undefined).catch((error: unknown) => {
        // Somebody who cannot be looked up is disconnected; the client connects again.
        if (!(error instanceof KargahError))
          deps.log.error({ err: error }, 'what a viewer may see could not be looked up');
        socket.disconnect(true);
      });
    }
  }
  async function moveRooms(socket: Socket, isTold: boolean): Promise<void> {
    const data = socket.data as { person: Person };
    await deps.stillGood(data.person);
    const held = await deps.memberships.of({ id: data.person.userId, name: data.person.name });
    const { memberships } = heldWithin(held, data.person.onlyProject);
    if (!isTold && isSame(memberships, data.person.memberships)) return;
    data.person = { ...data.person, memberships };
    joinProjects(socket, data.person);
    socket.emit(EVENTS.projectsChanged, {});
    const watched = [...socket.rooms].flatMap((room) => /^job:(.+)$/u.exec(room)?.[1] ?? []);
    const read = [...feeds].filter(([, { bySocket }]) => bySocket.has(socket.id)).map(([jobId]) => jobId);
    for (const jobId of new Set([...watched, ...slow.asideOf(socket), ...read])) {
      if (await mayWatch(data.person, jobId)) continue;
      slow.forget(socket, jobId);
      void socket.leave(roomOf(jobId));
      closeFeed(socket.id, jobId);
    }
  }
  async function mayWatch(person: Person, jobId: string): Promise<boolean> {
    try {
      await deps.jobs.requireJob(person, 'job.read', jobId);
      return true;
    } catch (error) {
      if (error instanceof KargahError) return false;
      throw error;
    }
  }

  return {
    attach: (server) => {
      io.attach(server);
      io.engine.use(securityHeaders);
    },
    jobUpdated: (jobId, update) => updates.add(jobId, update),
    jobChanged: (projectId, job, deleted = false) => tell(projectId, EVENTS.jobChanged, { job, deleted }),
    datasetChanged: (projectId, dataset, deleted = false) =>
      tell(projectId, EVENTS.datasetChanged, { dataset, deleted }),
    datasetChangedForOthers: (projectId, people, dataset, deleted) => {
      if (people !== 'everyone' && people.length === 0) return;
      const others = people === 'everyone' ? io : io.to(people.map((userId) => `user:${userId}`));
      others.except(memberRoom(projectId)).emit(EVENTS.datasetChanged, { dataset, deleted });
    },
    datasetProfiled: (projectId, profiled) => tell(projectId, EVENTS.datasetProfile, profiled),
    sweepChanged: (projectId, sweep, deleted = false) => tell(projectId, EVENTS.sweepChanged, { sweep, deleted }),
    tell,
    logAppended: (jobId, offset, nextOffset, text) => {
      const upToDate: string[] = [];
      for (const [socketId, feed] of feeds.get(jobId)?.bySocket ?? [])
        if (feed.follows({ offset, nextOffset, text })) upToDate.push(socketId);
        else feed.catchUp();
      // Encoded once for all of them.
      if (upToDate.length > 0)
        io.to(upToDate).emit(EVENTS.jobLog, { job_id: jobId, offset, next_offset: nextOffset, text });
    },
    mlflowChanged: (mlflow) => void io.emit(EVENTS.systemChanged, { mlflow }),
    seqOf: (jobId) => updates.seqOf(jobId),
    endSession: (sessionId) => {
      for (const socket of io.sockets.sockets.values()) {
        if ((socket.data as { person: Person }).person.sessionId === sessionId) socket.disconnect(true);
      }
    },
    membershipsChanged: (userIds) => lookAgain(userIds),
    viewers: () => io.sockets.sockets.size,
    close: async () => {
      looksAgain?.();
      updates.close();
      slow.close();
      for (const { stop } of feeds.values()) stop();
      feeds.clear();
      const wires = [...io.sockets.sockets.values()].map(({ conn }) => wireOf(conn));
      io.disconnectSockets(true);
      // A viewer with a dead network does not answer the disconnect packet.
      const late = setTimeout(() => wires.forEach((wire) => wire.destroy()), GOODBYE_MS);
      await io.close();
      clearTimeout(late);
    },
  };
}

/** The time that a socket has: told when its token ends, ended when no fresh one comes within the grace. */
class SocketViewer implements Viewer {
  #callOff: () => void = () => undefined;

  constructor(
    private readonly socket: Socket,
    private readonly clock: Clock,
  ) {
    void socket.join(`user:${this.person.userId}`);
    joinProjects(socket, this.person);
    this.#await(this.person);
  }

  get person(): Person {
    return (this.socket.data as { person: Person }).person;
  }
  renew(person: Person): void {
    (this.socket.data as { person: Person }).person = person;
    joinProjects(this.socket, person);
    this.#await(person);
  }
  close(): void {
    this.#callOff();
  }

  #await(person: Person): void {
    this.#callOff();
    this.#callOff = this.clock.after(person.expiresAt - this.clock.now(), () => {
      this.socket.emit(EVENTS.tokenExpired, {});
      this.#callOff = this.clock.after(GRACE_MS, () => this.socket.disconnect(true));
    });
  }
}

/** Those whose lists show this project. */
const shownRoom = (projectId: string): string => `project:${projectId}`;
/** Those who are members of it, whatever their lists show. */
const memberRoom = (projectId: string): string => `member:${projectId}`;

/** Puts a socket in the rooms of the person's projects, and takes it out of those of any other. */
function joinProjects(socket: Socket, { memberships, projectId }: Person): void {
  const rooms = new Set([...memberships.keys()].map(memberRoom));
  if (memberships.has(projectId)) rooms.add(shownRoom(projectId));
  for (const room of [...socket.rooms])
    if (/^(?:project|member):/u.test(room) && !rooms.has(room)) void socket.leave(room);
  void socket.join([...rooms]);
}

function isSame(a: Person['memberships'], b: Person['memberships']): boolean {
  return a.size === b.size && [...a].every(([projectId, { role }]) => b.get(projectId)?.role === role);
}

/** Socket.IO hands `message` and `data` to the client. */
function refusal(error: unknown): Error {
  const code = error instanceof KargahError ? error.code : 'internal';
  return Object.assign(new Error(code), { data: { code } });
}

/** Resolves once the socket took what was sent, so that a long log waits for a slow viewer. */
async function drained(socket: Socket): Promise<void> {
  const conn = socket.conn as unknown as {
    writeBuffer: unknown[];
    once(event: string, done: () => void): void;
    off(event: string, done: () => void): void;
  };
  if (!socket.connected || conn.writeBuffer.length < 16) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      conn.off('drain', done);
      conn.off('close', done);
      resolve();
    };
    conn.once('drain', done);
    conn.once('close', done);
  });
}

function wireOf(conn: Socket['conn']): NetSocket {
  return conn.request.socket;
}

function sameHost(origin: string, host: string | undefined): boolean {
  return URL.canParse(origin) && new URL(origin).host === host;
}

/** Socket.IO hands the answer's function over behind what the viewer sent. */
function isAcknowledge(value: unknown): value is (answer: object) => void {
  return typeof value === 'function';
}
