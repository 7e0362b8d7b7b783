import type { Logger } from 'pino';
import type { Socket } from 'socket.io';
import type { z } from 'zod';
import { inProject } from '../access/projects.js';
import { requirePermission } from '../access/require-access.js';
import { EVENT_PERMISSIONS, EVENTS, subscribeJob, subscribeLog, unsubscribeJob } from '../contract/live.js';
import type { Permission } from '../contract/permissions.js';
import { isRefusal, KargahError } from '../lib/errors.js';
import type { Authenticator } from '../http/route.js';
import type { Caller, Person } from '../access/caller.js';
import type { JobsToWatch } from './port.js';
import { roomOf, type SlowViewers } from './slow.js';
import type { Updates } from './updates.js';

export interface Viewer {
  readonly person: Person;
  /** The same person showed a fresh token; rooms stay. */
  renew(person: Person): void;
}
/** Told of what somebody who is signed in asked for and may not have, or that is not there. */
export type Refused = (
  caller: Caller,
  permission: Permission,
  object: { readonly kind: string; readonly id: string },
) => void;
interface Parts {
  readonly authenticator: Authenticator;
  readonly jobs: JobsToWatch;
  readonly updates: Updates;
  readonly slow: SlowViewers;
  readonly openFeed: (jobId: string, offset: number) => void;
  readonly closeFeed: (jobId: string) => void;
  readonly refused: Refused;
  readonly log: Logger;
}

type Acknowledge = (answer: object) => void;
/** What a viewer may ask for besides showing a fresh token. */
type Guarded = 'subscribe_job' | 'unsubscribe_job' | 'subscribe_log' | 'unsubscribe_log';

const MOST_TOKEN = 4_096;

/** Takes what a socket asks for; each request is parsed, allowed or refused, and acknowledged. */
export function takeRequests(socket: Socket, viewer: Viewer, parts: Parts): void {
  function on<S extends z.ZodType>(
    event: Guarded,
    schema: S,
    take: (request: z.output<S>, permission: Permission) => Promise<object>,
  ): void {
    socket.on(event, (payload: unknown, acknowledge?: Acknowledge) => {
      const answer: Acknowledge = typeof acknowledge === 'function' ? acknowledge : () => undefined;
      const parsed = schema.safeParse(payload);
      if (!parsed.success) {
        answer({ ok: false, code: 'validation_failed' });
        return;
      }
      allowed(event, (permission) => take(parsed.data, permission)).then(
        (done) => answer({ ok: true, ...done }),
        (error: unknown) => {
          if (!(error instanceof KargahError)) parts.log.error({ err: error, event }, 'a live request failed');
          if (isRefusal(error))
            parts.refused(viewer.person, EVENT_PERMISSIONS[event], { kind: 'job', id: jobIn(parsed.data) });
          answer({ ok: false, code: error instanceof KargahError ? error.code : 'internal' });
        },
      );
    });
  }
  async function allowed(event: Guarded, take: (permission: Permission) => Promise<object>): Promise<object> {
    const permission = EVENT_PERMISSIONS[event];
    requirePermission(viewer.person, permission);
    return take(permission);
  }

  /** What the person may do can change while it is looked up: then it is looked up again. */
  async function requireJob(permission: Permission, jobId: string): Promise<void> {
    for (let asked: Person | null = null; asked !== viewer.person;) {
      asked = viewer.person;
      await parts.jobs.requireJob(asked, permission, jobId);
    }
  }

  on(EVENTS.subscribeJob, subscribeJob, async ({ job_id, after }, permission) => {
    await requireJob(permission, job_id);
    // Joined and replayed without an `await` between, so that no update is missed or sent twice.
    void socket.join(roomOf(job_id));
    parts.slow.forget(socket, job_id);
    const seq = parts.updates.seqOf(job_id);
    const missed = after === undefined ? [] : parts.updates.since(job_id, after);
    for (const update of missed ?? []) socket.emit(EVENTS.jobUpdate, update);
    return { seq, reload: missed === null };
  });
  on(EVENTS.unsubscribeJob, unsubscribeJob, async ({ job_id }) => {
    parts.slow.forget(socket, job_id);
    await socket.leave(roomOf(job_id));
    return {};
  });
  on(EVENTS.subscribeLog, subscribeLog, async ({ job_id, offset }, permission) => {
    await requireJob(permission, job_id);
    if (socket.connected) parts.openFeed(job_id, offset);
    return {};
  });
  on(EVENTS.unsubscribeLog, unsubscribeJob, ({ job_id }) => {
    parts.closeFeed(job_id);
    return Promise.resolve({});
  });
  socket.on(EVENTS.authenticate, (payload: unknown, acknowledge?: Acknowledge) => {
    const answer: Acknowledge = typeof acknowledge === 'function' ? acknowledge : () => undefined;
    const asked = typeof payload === 'object' && payload !== null ? payload : {};
    const token = 'token' in asked ? asked.token : undefined;
    const project = 'project_id' in asked ? asked.project_id : null;
    signIn(parts, { token, project }, socket.request.socket).then(
      (signedIn) => {
        const before = viewer.person.projectId;
        const stays = project === null && signedIn.memberships.has(before);
        const person = stays ? inProject(signedIn, before) : signedIn;
        // Another person's rooms are not theirs to take over.
        if (person.userId !== viewer.person.userId) socket.disconnect(true);
        else viewer.renew(person);
        answer({ ok: true });
      },
      (error: unknown) => answer({ ok: false, code: error instanceof KargahError ? error.code : 'internal' }),
    );
  });
}

/**
 * @param project the one whose lists are told of; the person's own where it is left out
 * @throws {KargahError} `unauthenticated`, `token_expired`, `only_through_jupyter`; `forbidden` for a job, which has nothing to
 *   watch; `not_found` for a project that the person is not in.
 */
export async function signIn(
  { authenticator, refused }: Pick<Parts, 'authenticator' | 'refused'>,
  { token, project = null }: { readonly token: unknown; readonly project?: unknown },
  connection: object,
): Promise<Person> {
  // No token of ours is nearly as long: to look into it would cost more than to send it.
  if (typeof token !== 'string' || token.length > MOST_TOKEN) throw new KargahError('unauthenticated');
  const caller = await authenticator.authenticate(token, connection);
  if (caller.kind !== 'user') {
    refused(caller, 'job.read', { kind: 'job', id: caller.jobId });
    throw new KargahError('forbidden');
  }
  if (project !== null && typeof project !== 'string') throw new KargahError('not_found');
  try {
    return inProject(caller, project);
  } catch (error) {
    refused(caller, 'project.read', { kind: 'project', id: project ?? '*' });
    throw error;
  }
}

function jobIn(request: unknown): string {
  const id = typeof request === 'object' && request !== null && 'job_id' in request ? request.job_id : null;
  return typeof id === 'string' ? id : '*';
}
