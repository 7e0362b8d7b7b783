import { z } from 'zod';
import { page, pageQuery, userId } from '../common.js';
import { endpoint } from '../endpoint.js';

const most = z.number().int().min(0).max(1_000_000).nullable();
export const limits = z
  .object({
    jobs: most.meta({ description: 'Jobs that run at once' }),
    cpus: most.meta({ description: 'Cores that they take together' }),
    gpus: most.meta({ description: 'GPUs that they take together' }),
    bytes: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).nullable().meta({ description: 'Of datasets' }),
  })
  .meta({ id: 'Limits', description: 'Null: no limit of its own' });
export type Limits = z.infer<typeof limits>;

const use = z
  .object({ jobs: z.number().int(), cpus: z.number().int(), gpus: z.number().int(), bytes: z.number().int() })
  .meta({ id: 'LimitUse', description: 'What runs and is kept now' });

export const limitsInUse = z
  .object({
    limits: limits.meta({ description: 'What counts' }),
    own: limits.meta({ description: 'What an administrator set; null: as for everybody' }),
    use,
  })
  .meta({ id: 'LimitsInUse' });
export type LimitsInUse = z.infer<typeof limitsInUse>;

export const getLimits = endpoint({
  id: 'getLimits',
  method: 'get',
  path: '/api/v1/limits',
  tag: 'limits',
  policy: 'user',
  permission: 'project.read',
  summary: 'How much I, and the project, may use, and use now',
  responses: { 200: z.object({ person: limitsInUse, project: limitsInUse }).meta({ id: 'MyLimits' }) },
  errors: [],
});

const ofPerson = {
  tag: 'limits',
  policy: 'user',
  permission: 'server.admin',
  params: z.object({ user_id: userId }),
} as const;
export const getPersonLimits = endpoint({
  ...ofPerson,
  id: 'getPersonLimits',
  method: 'get',
  path: '/api/v1/people/{user_id}/limits',
  summary: 'How much somebody may use, and uses now',
  responses: { 200: limitsInUse },
  errors: ['not_found'],
});
export const putPersonLimits = endpoint({
  ...ofPerson,
  id: 'putPersonLimits',
  method: 'put',
  path: '/api/v1/people/{user_id}/limits',
  summary: 'Say how much somebody may use; what runs goes on',
  body: limits,
  responses: { 200: limitsInUse },
  errors: ['not_found'],
});

const ofProject = {
  tag: 'limits',
  policy: 'user',
  permission: 'server.admin',
  params: z.object({ project_id: z.string().max(64) }),
} as const;
export const listServerProjects = endpoint({
  id: 'listServerProjects',
  method: 'get',
  path: '/api/v1/server/projects',
  tag: 'limits',
  policy: 'user',
  permission: 'server.admin',
  summary: 'Every project of the server by its name and owners, newest first; what is in it is its members’ to see',
  query: pageQuery,
  responses: {
    200: page(
      z
        .object({ project_id: z.string(), name: z.string(), owners: z.array(z.string()), members: z.number().int() })
        .meta({ id: 'ServerProject' }),
    ),
  },
  errors: [],
});
export const getProjectLimits = endpoint({
  ...ofProject,
  id: 'getProjectLimits',
  method: 'get',
  path: '/api/v1/server/projects/{project_id}/limits',
  summary: 'How much a project may use, and uses now',
  responses: { 200: limitsInUse },
  errors: ['not_found'],
});
export const putProjectLimits = endpoint({
  ...ofProject,
  id: 'putProjectLimits',
  method: 'put',
  path: '/api/v1/server/projects/{project_id}/limits',
  summary: 'Say how much a project may use; what runs goes on',
  body: limits,
  responses: { 200: limitsInUse },
  errors: ['not_found'],
});
