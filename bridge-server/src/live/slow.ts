import type { Server, Socket } from 'socket.io';
import { EVENTS } from '../contract/live.js';
import type { Clock } from '../lib/clock.js';

/** A viewer with more messages than this in its queue gets no points until most of them are sent. */
const BEHIND_MESSAGES = 250;
const BEHIND_BYTES = 1 << 20;
const CAUGHT_UP_BYTES = 64 << 10;
/** A viewer with more messages than this in its queue is disconnected: what is not points cannot be skipped. */
const LOST_MESSAGES = 2_000;
const LOST_BYTES = 8 << 20;
const LOOK_MS = 50;

/** Below this many waiting messages nobody is behind; counting their bytes would cost every viewer a little. */
const FEW = 8;

/**
 * Viewers who take points more slowly than they come. They are left out of a job's room, so that what waits for them is bounded,
 * and are told of the gap once they have caught up.
 */
export class SlowViewers {
  readonly #aside = new Map<Socket, Set<string>>();
  #endLooking: (() => void) | null = null;

  constructor(
    private readonly io: Server,
    private readonly seqOf: (jobId: string) => number,
    private readonly clock: Clock,
  ) {}

  /** Before an update of this job goes out. */
  setAside(jobId: string): void {
    for (const socket of this.#in(roomOf(jobId))) {
      if (!isBehind(socket)) continue;
      void socket.leave(roomOf(jobId));
      const jobs = this.#aside.get(socket) ?? new Set();
      this.#aside.set(socket, jobs.add(jobId));
      this.#endLooking ??= this.clock.every(LOOK_MS, () => this.#look());
    }
  }

  /** Before something goes out that cannot be read again later. */
  cutOff(room: string): void {
    for (const socket of this.#in(room)) {
      const { length } = queueOf(socket);
      if (length > LOST_MESSAGES || (length > BEHIND_MESSAGES && pendingBytes(socket) > LOST_BYTES))
        // Not `disconnect`, which waits for what is left to be taken.
        socket.conn.request.socket.destroy();
    }
  }

  /** The viewer subscribes anew, or looks at this job no longer: no gap has to be told. */
  forget(socket: Socket, jobId: string): void {
    const jobs = this.#aside.get(socket);
    jobs?.delete(jobId);
    if (jobs?.size === 0) this.#aside.delete(socket);
  }

  /** Jobs whose updates the viewer is left out of for now. */
  asideOf(socket: Socket): Iterable<string> {
    return [...(this.#aside.get(socket) ?? [])];
  }

  close(): void {
    this.#endLooking?.();
    this.#aside.clear();
  }

  #look(): void {
    for (const [socket, jobs] of this.#aside) {
      if (socket.connected && pendingBytes(socket) > CAUGHT_UP_BYTES) continue;
      this.#aside.delete(socket);
      if (!socket.connected) continue;
      for (const jobId of jobs) {
        socket.emit(EVENTS.jobGap, { job_id: jobId, seq: this.seqOf(jobId) });
        void socket.join(roomOf(jobId));
      }
    }
    if (this.#aside.size > 0) return;
    this.#endLooking?.();
    this.#endLooking = null;
  }

  *#in(room: string): Iterable<Socket> {
    for (const id of [...(this.io.sockets.adapter.rooms.get(room) ?? [])]) {
      const socket = this.io.sockets.sockets.get(id);
      if (socket !== undefined) yield socket;
    }
  }
}

export const roomOf = (jobId: string): string => `job:${jobId}`;

export function isBehind(socket: Socket): boolean {
  const { length } = queueOf(socket);
  return length > FEW && (length > BEHIND_MESSAGES || pendingBytes(socket) > BEHIND_BYTES);
}

/** What engine.io still holds, and what the network has not taken yet. */
function pendingBytes(socket: Socket): number {
  const held = queueOf(socket).reduce((sum, { data }) => sum + (data?.length ?? 0), 0);
  return held + socket.conn.request.socket.writableLength;
}

function queueOf(socket: Socket): readonly { readonly data?: string }[] {
  return (socket.conn as unknown as { writeBuffer: readonly { readonly data?: string }[] }).writeBuffer;
}
