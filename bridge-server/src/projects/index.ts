import type { Kysely } from 'kysely';
import type { Memberships } from '../access/memberships.js';
import type { Route } from '../http/route.js';
import type { LivePort } from '../live/port.js';
import type { Database } from '../storage/schema.js';
import { InvitationStore } from './invitation-store.js';
import { Invitations } from './invitations.js';
import { projectRoutes } from './routes.js';
import { ProjectService } from './service.js';
import { ProjectStore } from './store.js';

export interface ProjectsDeps {
  readonly db: Kysely<Database>;
  readonly memberships: Memberships;
  readonly live: Pick<LivePort, 'membershipsChanged'>;
}

export function createProjects({ db, memberships, live }: ProjectsDeps): { readonly routes: readonly Route[] } {
  const store = new ProjectStore(db);
  const projects = new ProjectService({
    store,
    memberships,
    told: (userIds) => live.membershipsChanged(userIds),
  });
  const invitations = new Invitations(new InvitationStore(db), projects, store);
  return { routes: projectRoutes(projects, invitations) };
}
