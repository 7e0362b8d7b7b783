import * as contract from '../contract/projects.js';
import { route, type Route } from '../http/route.js';
import type { Invitations } from './invitations.js';
import type { Deletion } from './deletion.js';
import type { ProjectService } from './service.js';

export function projectRoutes(projects: ProjectService, invitations: Invitations, deletion: Deletion): Route[] {
  return [
    route(contract.listProjects, async ({ caller, query }) => ({
      status: 200,
      json: await projects.list(caller, query),
    })),
    route(contract.createProject, async ({ caller, body }) => ({
      status: 201,
      json: await projects.create(caller, body.name),
    })),
    route(contract.getProject, async ({ caller, params }) => ({
      status: 200,
      json: await projects.get(caller, params.project_id),
    })),
    route(contract.patchProject, async ({ caller, params, body }) => ({
      status: 200,
      json: await projects.rename(caller, params.project_id, body.name),
    })),
    route(contract.getProjectContents, async ({ caller, params }) => ({
      status: 200,
      json: await deletion.contents(caller, params.project_id),
    })),
    route(contract.deleteProject, async ({ caller, params, query }) => ({
      status: 200,
      json: await deletion.delete(caller, params.project_id, query.name),
    })),
    route(contract.listDeletedProjects, async ({ caller, query }) => ({
      status: 200,
      json: await deletion.list(caller, query),
    })),
    route(contract.restoreProject, async ({ caller, params }) => ({
      status: 200,
      json: await deletion.restore(caller, params.project_id),
    })),
    route(contract.listMembers, async ({ caller, params, query }) => ({
      status: 200,
      json: await projects.members(caller, params.project_id, query),
    })),
    route(contract.patchMember, async ({ caller, params, body }) => ({
      status: 200,
      json: await projects.giveRole(caller, params.project_id, params.user_id, body.role),
    })),
    route(contract.removeMember, async ({ caller, params }) => {
      await projects.remove(caller, params.project_id, params.user_id);
      return { status: 204 };
    }),
    route(contract.leaveProject, async ({ caller, params }) => {
      await projects.leave(caller, params.project_id);
      return { status: 204 };
    }),
    route(contract.createInvitation, async ({ caller, params, body }) => ({
      status: 201,
      json: await invitations.create(caller, params.project_id, body),
    })),
    route(contract.listInvitations, async ({ caller, params, query }) => ({
      status: 200,
      json: await invitations.list(caller, params.project_id, query),
    })),
    route(contract.revokeInvitation, async ({ caller, params }) => {
      await invitations.revoke(caller, params.project_id, params.invitation_id);
      return { status: 204 };
    }),
    route(contract.lookAtInvitation, async ({ body }) => ({ status: 200, json: await invitations.offer(body.token) })),
    route(contract.acceptInvitation, async ({ caller, body }) => ({
      status: 200,
      json: await invitations.accept(caller, body.token),
    })),
  ];
}
