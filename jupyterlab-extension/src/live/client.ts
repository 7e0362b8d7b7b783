import type { IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';
import type { Socket } from 'socket.io-client';
import type { SessionKeeper } from '../api/session.js';
import type { JobGap, JobLog, JobUpdate, SystemChanged } from '../api/types.js';
import { Observable } from '../lib/observable.js';
import { JobSubscription, LogSubscription, type JobListener, type LogListener } from './subscriptions.js';

/** `idle`: nobody is signed in. `offline`: no connection for a while, still trying. */
export type ConnectionState = 'idle' | 'connecting' | 'connected' | 'reconnecting' | 'offline';
export interface Connection {
  readonly state: ConnectionState;
  /** The time up to which what is shown is current; null before the first connection. */
  readonly asOf: Date | null;
}

/** What the bridge pushes to everyone who is signed in, by the event's name. A feature declares its own. */
export interface LiveEvents {
  readonly system_changed: SystemChanged;
}

const OFFLINE_AFTER_MS = 15_000;
/** Between tries that socket.io does not make by itself. */
const AGAIN_MS = 5_000;

/** What a socket shows: who it is, and the project whose lists it is told of. */
export interface Credentials {
  readonly token: string;
  readonly project_id?: string;
}
/** Opens a socket; apart, so that socket.io-client is loaded on first use. */
export type OpenSocket = (origin: string, path: string, credentials: () => Promise<Credentials>) => Promise<Socket>;

/**
 * The push connection. It reconnects by itself, presents each renewed token, and takes every subscription up again where it
 * was: a job names the last sequence number it saw, a log the next byte.
 */
export class Live {
  readonly connection = new Observable<Connection>({ state: 'idle', asOf: null });
  private readonly signals = new Map<string, Signal<this, unknown>>();
  private readonly reconnectedSignal = new Signal<this, void>(this);
  private readonly jobs = new Map<string, Set<JobSubscription>>();
  private readonly logs = new Map<string, Set<LogSubscription>>();
  private socket: Socket | undefined;
  private generation = 0;
  /** A first connection that failed is a gap, too: what was read meanwhile may have changed since. */
  private missed = false;
  private offlineTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly baseUrl: () => string,
    private readonly session: SessionKeeper,
    private readonly openSocket: OpenSocket,
    private readonly project = new Observable<string | null>(null),
  ) {
    project.subscribe(() => {
      if (this.socket?.connected === true) this.retry();
    });
    session.token.subscribe((token) => {
      if (token === null) {
        this.disconnect();
      } else if (this.socket === undefined) {
        void this.connect();
      } else if (this.socket.connected) {
        this.socket.emit('authenticate', { token });
      }
    });
  }

  event<E extends keyof LiveEvents>(name: E): ISignal<this, LiveEvents[E]> {
    const signal = this.signals.get(name) ?? new Signal<this, unknown>(this);
    this.signals.set(name, signal);
    // The bridge's contract says what is in an event of this name.
    return signal as Signal<this, LiveEvents[E]>;
  }
  /** After a gap: lists have to be fetched again. */
  get reconnected(): ISignal<this, void> {
    return this.reconnectedSignal;
  }

  async connect(): Promise<void> {
    const generation = ++this.generation;
    this.move('connecting');
    const url = new URL(this.baseUrl(), window.location.href);
    const path = `${url.pathname.replace(/\/$/, '')}/socket.io/`;
    let socket: Socket;
    try {
      socket = await this.openSocket(url.origin, path, async () => {
        const token = await this.session.accessToken();
        const project = this.project.get();
        return project === null ? { token } : { token, project_id: project };
      });
    } catch {
      // socket.io-client is loaded on first use, when the network may be away.
      if (generation === this.generation) {
        this.missed = true;
        this.move('offline');
        setTimeout(() => {
          if (generation === this.generation) void this.connect();
        }, AGAIN_MS);
      }
      return;
    }
    if (generation !== this.generation) {
      socket.disconnect();
      return;
    }
    this.socket = socket;
    let before = false;
    socket.on('connect', () => {
      this.move('connected');
      for (const set of this.jobs.values()) {
        set.forEach((subscription) => subscription.open(socket));
      }
      for (const set of this.logs.values()) {
        set.forEach((subscription) => subscription.open(socket));
      }
      if (before || this.missed) {
        this.reconnectedSignal.emit(undefined);
      }
      before = true;
      this.missed = false;
    });
    socket.on('disconnect', (reason) => {
      if (this.socket !== socket) {
        return;
      }
      this.move('reconnecting');
      if (reason === 'io server disconnect') {
        // A disconnect by the server (expired token, restart) is the one case in which socket.io does not reconnect by itself.
        socket.connect();
      }
    });
    socket.on('connect_error', () => {
      if (this.socket !== socket) {
        return;
      }
      this.missed = true;
      this.move(this.connection.get().state === 'offline' ? 'offline' : before ? 'reconnecting' : 'connecting');
      if (!socket.active) {
        // Refused, not unreachable: the token. A fresh one comes through the session, or the session ends there.
        void this.session.renew().then(
          () => socket.connect(),
          () => {
            this.move('offline');
            // A session that has ended takes this socket down; where nobody answered, another try may find somebody.
            setTimeout(() => {
              if (this.socket === socket && !socket.active) socket.connect();
            }, AGAIN_MS);
          },
        );
      }
    });
    socket.on('token_expired', () => void this.session.renew().catch(() => undefined));
    socket.on('job_update', (update: JobUpdate) => this.jobs.get(update.job_id)?.forEach((s) => s.take(update)));
    socket.on('job_gap', (gap: JobGap) => this.jobs.get(gap.job_id)?.forEach((s) => s.gap(gap)));
    socket.on('job_log', (chunk: JobLog) => this.logs.get(chunk.job_id)?.forEach((s) => s.take(chunk)));
    socket.onAny((name: string, event: unknown) => this.signals.get(name)?.emit(event));
    socket.connect();
  }

  disconnect(): void {
    this.generation += 1;
    this.socket?.disconnect();
    this.socket = undefined;
    this.missed = false;
    this.move('idle');
  }

  /** Tries now instead of at the next turn. */
  retry(): void {
    if (this.socket === undefined) {
      void this.connect();
      return;
    }
    this.socket.disconnect();
    this.move('reconnecting');
    this.socket.connect();
  }

  /**
   * Points and progress of one job. `after` is the `seq` that the history just read reaches. `listener.reload` is called when
   * points in between are gone and the history has to be read again; answer with the new history's `seq`.
   */
  subscribeJob(jobId: string, listener: JobListener, after?: number): IDisposable {
    const subscription = new JobSubscription(jobId, listener, after);
    return this.keep(this.jobs, jobId, subscription, 'unsubscribe_job');
  }

  /** Text of one job's log from byte `offset` on, in order and without gaps. */
  subscribeLog(jobId: string, listener: LogListener, offset = 0): IDisposable {
    const subscription = new LogSubscription(jobId, listener, offset);
    return this.keep(this.logs, jobId, subscription, 'unsubscribe_log');
  }

  private keep<S extends JobSubscription | LogSubscription>(
    all: Map<string, Set<S>>,
    jobId: string,
    subscription: S,
    leave: string,
  ): IDisposable {
    const set = all.get(jobId) ?? new Set<S>();
    all.set(jobId, set.add(subscription));
    if (this.socket?.connected === true) {
      subscription.open(this.socket);
    }
    let isDisposed = false;
    const dispose = (): void => {
      if (isDisposed) {
        return;
      }
      isDisposed = true;
      set.delete(subscription);
      subscription.close();
      if (set.size === 0) {
        all.delete(jobId);
        this.socket?.emit(leave, { job_id: jobId });
      }
    };
    return {
      dispose,
      get isDisposed() {
        return isDisposed;
      },
    };
  }

  private move(state: ConnectionState): void {
    const before = this.connection.get();
    if (before.state === state) {
      return;
    }
    if (state === 'connected' || state === 'idle' || state === 'offline') {
      clearTimeout(this.offlineTimer);
      this.offlineTimer = undefined;
    } else {
      this.offlineTimer ??= setTimeout(() => this.move('offline'), OFFLINE_AFTER_MS);
    }
    this.connection.set({ state, asOf: before.state === 'connected' ? new Date() : before.asOf });
  }
}
