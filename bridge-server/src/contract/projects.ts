import { z } from 'zod';
import { displayName, idOf, page, pageQuery, timestamp, userId } from './common.js';
import { endpoint } from './endpoint.js';
import { mailed } from './mail.js';

const projectId = idOf('prj');
const invitationId = idOf('inv');

export const projectRole = z.enum(['owner', 'editor', 'viewer']).meta({
  id: 'ProjectRole',
  description: 'Owners do everything; editors all but say who may see or use the project; viewers look',
});
export type ProjectRole = z.infer<typeof projectRole>;

export const project = z
  .object({
    project_id: projectId,
    name: z.string(),
    role: projectRole.meta({ description: 'The caller’s own' }),
    permissions: z.array(z.string()).meta({ description: 'What the caller may do in it' }),
    is_default: z.boolean().meta({ description: 'The one that a request means which names none' }),
    members: z.number().int(),
    workspace: z.string().meta({ description: 'What MLflow calls it' }),
    created_at: timestamp,
  })
  .meta({ id: 'Project' });
export type Project = z.infer<typeof project>;

const one = { tag: 'projects', policy: 'user', params: z.object({ project_id: projectId }) } as const;

export const listProjects = endpoint({
  id: 'listProjects',
  method: 'get',
  path: '/api/v1/projects',
  tag: 'projects',
  policy: 'user',
  permission: 'account.read',
  summary: 'Projects that I am a member of, in the order in which I came to them',
  query: pageQuery,
  responses: { 200: page(project) },
  errors: [],
});
export const createProject = endpoint({
  id: 'createProject',
  method: 'post',
  path: '/api/v1/projects',
  tag: 'projects',
  policy: 'user',
  permission: 'project.create',
  summary: 'Make a project; whoever makes it is its owner',
  body: z.object({ name: displayName }).meta({ id: 'CreateProjectRequest' }),
  responses: { 201: project },
  errors: [],
});
export const getProject = endpoint({
  ...one,
  id: 'getProject',
  method: 'get',
  path: '/api/v1/projects/{project_id}',
  permission: 'project.read',
  summary: 'One project',
  responses: { 200: project },
  errors: ['not_found'],
});
export const patchProject = endpoint({
  ...one,
  id: 'patchProject',
  method: 'patch',
  path: '/api/v1/projects/{project_id}',
  permission: 'project.manage',
  summary: 'Give a project another name',
  body: z.object({ name: displayName }).meta({ id: 'PatchProjectRequest' }),
  responses: { 200: project },
  errors: ['not_found', 'forbidden'],
});

export const projectContents = z
  .object({
    datasets: z.number().int(),
    shared_datasets: z.number().int().meta({ description: 'Those among them that people outside the project see' }),
    dataset_bytes: z.number().int(),
    jobs_running: z.number().int().meta({ description: 'Waiting and running ones: they are stopped first' }),
    jobs_ended: z.number().int(),
    models: z.number().int().meta({ description: 'What ended jobs left' }),
    sweeps: z.number().int(),
    connections: z.number().int(),
    members: z.number().int(),
    kept_days: z.number().int().meta({ description: 'For how long a deleted project can be restored' }),
  })
  .meta({ id: 'ProjectContents' });
export type ProjectContents = z.infer<typeof projectContents>;
export const deletedProject = z
  .object({
    project_id: projectId,
    name: z.string(),
    deleted_at: timestamp,
    deleted_by: z.object({ user_id: userId, name: z.string() }).nullable(),
    purged_after: timestamp.meta({ description: 'Until then it can be restored' }),
    jobs_stopping: z.number().int(),
  })
  .meta({ id: 'DeletedProject' });
export type DeletedProject = z.infer<typeof deletedProject>;

export const getProjectContents = endpoint({
  ...one,
  id: 'getProjectContents',
  method: 'get',
  path: '/api/v1/projects/{project_id}/contents',
  permission: 'project.manage',
  summary: 'What goes with a project when it is deleted',
  responses: { 200: projectContents },
  errors: ['not_found', 'forbidden'],
});
export const deleteProject = endpoint({
  ...one,
  id: 'deleteProject',
  method: 'delete',
  path: '/api/v1/projects/{project_id}',
  permission: 'project.manage',
  summary:
    'Delete a project: it is gone for everybody at once, its jobs are stopped, and it can be restored for a while',
  // In the query, since JupyterLab's proxy takes no body of a DELETE.
  query: z.object({
    name: z.string().max(400).meta({ description: 'The project’s name, so that none is hit by mistake' }),
  }),
  responses: { 200: deletedProject },
  errors: ['not_found', 'forbidden', 'conflict', 'project_name_differs', 'project_is_first'],
});
export const listDeletedProjects = endpoint({
  id: 'listDeletedProjects',
  method: 'get',
  path: '/api/v1/deleted-projects',
  tag: 'projects',
  policy: 'user',
  permission: 'account.read',
  summary: 'Deleted projects that I own and may still restore, the latest first',
  query: pageQuery,
  responses: { 200: page(deletedProject) },
  errors: [],
});
export const restoreProject = endpoint({
  ...one,
  id: 'restoreProject',
  method: 'post',
  path: '/api/v1/projects/{project_id}/restore',
  permission: 'project.manage',
  summary: 'Bring a deleted project back, with its members and all that was in it',
  responses: { 200: project },
  errors: ['not_found', 'forbidden'],
});

export const member = z
  .object({
    user_id: userId,
    name: z.string(),
    email: z.string(),
    role: projectRole,
    since: timestamp,
  })
  .meta({ id: 'Member' });
export type Member = z.infer<typeof member>;

export const listMembers = endpoint({
  ...one,
  id: 'listMembers',
  method: 'get',
  path: '/api/v1/projects/{project_id}/members',
  permission: 'project.read',
  summary: 'Who is in a project, in the order in which they came',
  query: pageQuery,
  responses: { 200: page(member) },
  errors: ['not_found'],
});
const oneMember = { ...one, params: z.object({ project_id: projectId, user_id: userId }) } as const;
export const patchMember = endpoint({
  ...oneMember,
  id: 'patchMember',
  method: 'patch',
  path: '/api/v1/projects/{project_id}/members/{user_id}',
  permission: 'project.manage',
  summary: 'Give a member another role; it counts at once',
  body: z.object({ role: projectRole }).meta({ id: 'PatchMemberRequest' }),
  responses: { 200: member },
  errors: ['not_found', 'forbidden', 'last_owner', 'conflict'],
});
export const removeMember = endpoint({
  ...oneMember,
  id: 'removeMember',
  method: 'delete',
  path: '/api/v1/projects/{project_id}/members/{user_id}',
  permission: 'project.manage',
  summary: 'Take a member out of the project; what they made there stays',
  responses: { 204: null },
  errors: ['not_found', 'forbidden', 'last_owner', 'conflict'],
});
export const leaveProject = endpoint({
  ...one,
  id: 'leaveProject',
  method: 'post',
  path: '/api/v1/projects/{project_id}/leave',
  permission: 'project.read',
  summary: 'Leave a project; what one made there stays',
  responses: { 204: null },
  errors: ['not_found', 'last_owner', 'conflict'],
});

const token = z.string().max(200);
export const invitation = z
  .object({
    invitation_id: invitationId,
    role: projectRole,
    state: z.enum(['open', 'used', 'revoked', 'expired']),
    created_by: z.object({ user_id: userId, name: z.string() }),
    created_at: timestamp,
    expires_at: timestamp,
    sent_to: z.string().nullable().meta({ description: 'The address that it was sent to by e-mail' }),
    used_by: z.object({ user_id: userId, name: z.string() }).nullable(),
  })
  .meta({ id: 'Invitation' });
export type Invitation = z.infer<typeof invitation>;

export const createInvitation = endpoint({
  ...one,
  id: 'createInvitation',
  method: 'post',
  path: '/api/v1/projects/{project_id}/invitations',
  permission: 'project.manage',
  summary:
    'Invite one person, for one role; the token is shown once, to be handed over as a link, and sent by e-mail where an address is given',
  body: z
    .object({
      role: projectRole,
      expires_in_days: z.number().int().min(1).max(30).default(7),
      email: z.email().max(254).optional().meta({ description: 'Where the link is sent to, from this server' }),
    })
    .meta({ id: 'CreateInvitationRequest' }),
  responses: { 201: invitation.extend({ token, mailed: mailed.nullable() }).meta({ id: 'NewInvitation' }) },
  errors: ['not_found', 'forbidden', 'too_many_invitations', 'mail_not_set_up', 'rate_limited'],
});
export const listInvitations = endpoint({
  ...one,
  id: 'listInvitations',
  method: 'get',
  path: '/api/v1/projects/{project_id}/invitations',
  permission: 'project.manage',
  summary: 'Invitations of a project, newest first',
  query: pageQuery,
  responses: { 200: page(invitation) },
  errors: ['not_found', 'forbidden'],
});
export const revokeInvitation = endpoint({
  ...one,
  id: 'revokeInvitation',
  method: 'delete',
  path: '/api/v1/projects/{project_id}/invitations/{invitation_id}',
  params: z.object({ project_id: projectId, invitation_id: invitationId }),
  permission: 'project.manage',
  summary: 'Revoke an invitation that nobody has used',
  responses: { 204: null },
  errors: ['not_found', 'forbidden', 'invitation_taken'],
});

const shown = z.object({ token }).meta({ id: 'InvitationToken' });
const REFUSED = ['invitation_unknown', 'invitation_used', 'invitation_expired', 'invitation_revoked'] as const;
export const lookAtInvitation = endpoint({
  id: 'lookAtInvitation',
  method: 'post',
  path: '/api/v1/invitations/look',
  tag: 'projects',
  policy: 'sign_in',
  permission: null,
  summary: 'What an invitation is for, before one signs in',
  body: shown,
  responses: {
    200: z
      .object({ project_name: z.string(), invited_by: z.string(), role: projectRole, expires_at: timestamp })
      .meta({ id: 'InvitationOffer' }),
  },
  errors: [...REFUSED],
});
export const acceptInvitation = endpoint({
  id: 'acceptInvitation',
  method: 'post',
  path: '/api/v1/invitations/accept',
  tag: 'projects',
  policy: 'user',
  permission: 'account.write',
  summary: 'Become a member by an invitation, which is used up by that',
  body: shown,
  responses: { 200: project },
  errors: [...REFUSED, 'already_member'],
});
