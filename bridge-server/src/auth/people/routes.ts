import type { Person } from '../../access/caller.js';
import * as contract from '../../contract/people.js';
import type { User } from '../../contract/auth.js';
import { KargahError } from '../../lib/errors.js';
import { BAD_CURSOR, decodeCursor, encodeCursor } from '../../lib/pages.js';
import { route, type Answer, type Route, type RouteContext } from '../../http/route.js';
import type { Endpoint } from '../../contract/endpoint.js';
import type { HashQueue } from '../passwords/hash-queue.js';
import type { Pace } from '../../lib/pace.js';
import type { Directory } from './directory.js';
import type { Leaving } from './leaving.js';
import type { PeopleService } from './service.js';

interface Parts {
  readonly people: PeopleService;
  readonly leaving: Leaving;
  readonly directory: Directory;
  readonly hashes: HashQueue;
  /** By person, who is signed in already. */
  readonly pace: Pace;
  readonly signedIn: (
    status: number,
    user: User,
    asked: Pick<RouteContext<Endpoint>, 'req' | 'res'>,
  ) => Promise<Answer>;
}

export function peopleRoutes({ people, leaving, directory, hashes, pace, signedIn }: Parts): Route[] {
  /** A password is tried: as seldom as at the door, and two at a time. */
  async function withPassword<T>({ userId }: Person, act: () => Promise<T>): Promise<T> {
    pace.use(userId);
    try {
      const done = await hashes.run(userId, act);
      pace.giveBack(userId);
      return done;
    } catch (error) {
      // Only a wrong one counts.
      if (!(error instanceof KargahError && error.code === 'wrong_password')) pace.giveBack(userId);
      throw error;
    }
  }
  return [
    route(contract.listPeople, async ({ query: { limit, cursor, search } }) => {
      const entries = await directory.page(limit + 1, cursor === undefined ? null : emailIn(cursor), search ?? null);
      const items = entries.slice(0, limit);
      const next_cursor = entries.length > limit ? encodeCursor(['email', items.at(-1)!.email]) : null;
      return { status: 200, json: { items, next_cursor } };
    }),
    route(contract.changePerson, async ({ caller, params, body }) => ({
      status: 200,
      json: await people.change(caller, params.user_id, body),
    })),
    route(contract.signOutPerson, async ({ caller, params, body }) => ({
      status: 200,
      json: await people.signOut(caller, params.user_id, body.tokens),
    })),
    route(contract.makeResetLink, async ({ caller, params, body }) => ({
      status: 201,
      json: await people.makeResetLink(caller, params.user_id, body.mail),
    })),
    route(contract.whatLeaves, async ({ params }) => ({ status: 200, json: await leaving.look(params.user_id) })),
    route(contract.whatILeave, async ({ caller }) => ({ status: 200, json: await leaving.look(caller.userId) })),
    route(contract.removePerson, async ({ caller, params, query }) => ({
      status: 200,
      json: await leaving.remove(caller, params.user_id, query.hand_to),
    })),
    route(contract.leaveServer, async ({ caller, body }) => ({
      status: 200,
      json: await withPassword(caller, async () => {
        await people.mustMatch(caller, body.current_password);
        return leaving.remove(caller, caller.userId, body.hand_to);
      }),
    })),
    route(contract.resetPassword, async ({ body, req, res }) => {
      const user = await hashes.run(null, () => people.reset(body.token, body.password));
      return signedIn(200, user, { req, res });
    }),
    route(contract.changePassword, async ({ caller, body }) => {
      await withPassword(caller, () => people.changePassword(caller, body.current_password, body.password));
      return { status: 204 };
    }),
    route(contract.changeEmail, async ({ caller, body }) => ({
      status: 200,
      json: await withPassword(caller, () => people.changeEmail(caller, body.current_password, body.email)),
    })),
  ];
}

function emailIn(cursor: string): string {
  const [name, email] = decodeCursor(cursor);
  if (name !== 'email') throw new KargahError('validation_failed', {}, { errors: [BAD_CURSOR] });
  return email;
}
