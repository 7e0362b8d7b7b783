import type { Kysely } from 'kysely';
import type { Memberships } from '../access/memberships.js';
import type { Route } from '../http/route.js';
import type { Ledger } from '../ledger/index.js';
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
  readonly ledger: Ledger;
  readonly live: Pick<LivePort, 'membershipsChanged'>;
}

export function createProjects({ db, memberships, ledger, live }: ProjectsDeps): { readonly routes: readonly Route[] } {
  const store = new ProjectStore(db, ledger);
  const projects = new ProjectService({
    store,
    memberships,
    told: (userIds) => live.membershipsChanged(userIds),
  });
  const invitations = new Invitations(new InvitationStore(db), projects, store, ledger);
  return { routes: projectRoutes(projects, invitations) };
}
