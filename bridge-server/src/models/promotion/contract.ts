import { z } from 'zod';
import { idOf, lines, owner, page, pageQuery, shownText, timestamp, userId } from '../../contract/common.js';
import { endpoint } from '../../contract/endpoint.js';
import { failure } from '../../contract/errors.js';
import { pairedFigures } from '../../contract/training/paired.js';

const modelName = z.string().min(1).max(1_000);
const aliasName = z.string().min(1).max(255);
const versionNumber = z.number().int().min(1).max(2_147_483_647);
const requestId = idOf('mrq');
/** Why somebody does it: what the history and the ledger say. */
const why = lines(400).trim().default('');
const reason = shownText(400);

const gateMetric = z
  .strictObject({
    metric: z.string().min(1).max(100),
    at_least: z.number().optional(),
    at_most: z.number().optional(),
    interval: z.boolean().default(true).meta({ description: 'The worse end of the interval counts, not the value' }),
  })
  .refine((gate) => gate.at_least !== undefined || gate.at_most !== undefined, {
    error: 'say at_least or at_most',
    params: { fa: 'at_least یا at_most را بنویسید.' },
  })
  .meta({ id: 'GateMetric' });
export const aliasRules = z
  .strictObject({
    report: z.boolean().default(false).meta({ description: 'There is a report on the version' }),
    test_rows: z
      .boolean()
      .default(false)
      .meta({ description: 'The report is on test rows, by which the best epoch was not chosen' }),
    metrics: z.array(gateMetric).max(20).default([]),
    not_worse: z
      .strictObject({
        metric: z.string().min(1).max(100),
        margin: z
          .number()
          .min(0)
          .default(0)
          .meta({ description: 'By how much it may be worse, in the unit of the metric' }),
        interval: z.boolean().default(true).meta({
          description:
            'The worse end of the paired interval of 95 % counts, so that it is known not to be worse by more; false: the difference itself',
        }),
      })
      .nullable()
      .default(null)
      .meta({ description: 'Not worse, on the same rows, than what has the alias now' }),
    card: z.boolean().default(false).meta({ description: 'The model card is filled' }),
    approval: z.enum(['another', 'if_there_is_another', 'none']).default('none').meta({
      description: 'Somebody who is not the requester approves: always, or where the project has such a person',
    }),
  })
  .meta({ id: 'AliasRules' });
export type AliasRules = z.output<typeof aliasRules>;
/** By the names of the aliases that are protected. */
export const rules = z
  .record(aliasName, aliasRules)
  .refine((all) => Object.keys(all).length <= 20, { message: 'at most 20 protected aliases' });
export type Rules = z.output<typeof rules>;

export const modelRules = z
  .object({
    aliases: rules,
    yaml: z.string().meta({ description: 'The same, as one file' }),
    revision: z
      .number()
      .int()
      .meta({ description: 'Rises with every change; 0: the rules that hold where nobody set any' }),
    changed_by: z.object({ user_id: userId, name: z.string() }).nullable(),
    changed_at: timestamp.nullable(),
  })
  .meta({ id: 'ModelRules' });
export type ModelRules = z.infer<typeof modelRules>;

const inProject = {
  tag: 'models',
  policy: 'user',
  path: '/api/v1/projects/{project_id}/model-rules',
  params: z.object({ project_id: idOf('prj') }),
} as const;
export const getModelRules = endpoint({
  ...inProject,
  id: 'getModelRules',
  method: 'get',
  permission: 'model.read',
  summary: 'Which aliases of registered models are protected, and what is asked before one moves',
  responses: { 200: modelRules },
  errors: ['not_found'],
});
export const putModelRules = endpoint({
  ...inProject,
  id: 'putModelRules',
  method: 'put',
  permission: 'project.manage',
  summary: 'Set the protected aliases and what is asked, as fields or as one YAML',
  body: z
    .object({
      aliases: rules.optional(),
      yaml: z.string().max(20_000).optional(),
      revision: z.number().int().meta({ description: 'Of the rules that were looked at' }),
    })
    .refine((body) => (body.aliases === undefined) !== (body.yaml === undefined), {
      message: 'give either aliases or yaml',
    })
    .meta({ id: 'PutModelRulesRequest' }),
  responses: { 200: modelRules },
  errors: ['not_found', 'forbidden', 'rules_unreadable', 'rules_moved', 'alias_refused'],
});

const GATES = ['version', 'report', 'test_rows', 'metric', 'not_worse', 'card', 'approval'] as const;
export const modelCheck = z
  .object({
    gate: z.enum(GATES),
    state: z.enum(['passed', 'failed', 'waiting']),
    metric: z.string().optional(),
    value: z.number().optional().meta({ description: 'What counted' }),
    limit: z.number().optional().meta({ description: 'What it was held against' }),
    paired: pairedFigures.optional().meta({ description: 'The version against what has the alias, row by row' }),
    why: failure.nullable().meta({ description: 'Of one that failed' }),
  })
  .meta({ id: 'ModelCheck' });
export type ModelCheck = z.infer<typeof modelCheck>;

const REQUEST_STATES = ['checking', 'failed', 'waiting', 'done', 'refused', 'withdrawn', 'overtaken'] as const;
export const requestState = z.enum(REQUEST_STATES).meta({
  id: 'ModelRequestState',
  description: 'waiting: for somebody’s approval; overtaken: the alias moved meanwhile',
});
export type RequestState = z.infer<typeof requestState>;
export const modelRequest = z
  .object({
    request_id: requestId,
    name: z.string(),
    version: z.number().int(),
    alias: z.string(),
    state: requestState,
    why: z.string(),
    checks: z.array(modelCheck),
    from_version: z.number().int().nullable().meta({ description: 'Where the alias pointed when it was asked for' }),
    requested_by: owner,
    requested_at: timestamp,
    decided_by: owner.nullable(),
    decided_at: timestamp.nullable(),
    reason: z.string().nullable(),
  })
  .meta({ id: 'ModelRequest' });
export type ModelRequest = z.infer<typeof modelRequest>;

const models = { tag: 'models', policy: 'user' } as const;
export const requestPromotion = endpoint({
  ...models,
  id: 'requestPromotion',
  method: 'post',
  path: '/api/v1/models/{name}/requests',
  params: z.object({ name: modelName }),
  permission: 'model.promote',
  summary:
    'Ask that a protected alias points to a version; it moves at once where all is well and nobody has to approve',
  body: z.object({ version: versionNumber, alias: aliasName, why }).meta({ id: 'PromotionRequest' }),
  responses: { 201: modelRequest },
  errors: [
    'not_found',
    'forbidden',
    'alias_not_protected',
    'already_there',
    'request_open',
    // Where nobody has to approve, the alias moves at once, or is not let.
    'request_not_open',
    'requester_may_not',
    'alias_moved',
    'mlflow_unavailable',
  ],
});
export const listRequests = endpoint({
  ...models,
  id: 'listModelRequests',
  method: 'get',
  path: '/api/v1/model-requests',
  permission: 'model.read',
  summary: 'Requests for protected aliases, newest first',
  query: pageQuery.extend({
    name: modelName.optional(),
    state: requestState.optional(),
    waiting_for_me: z.enum(['true', 'false']).default('false').meta({ description: 'Those that I may approve' }),
  }),
  responses: { 200: page(modelRequest).meta({ id: 'ModelRequestPage' }) },
  errors: [],
});
const oneRequest = { ...models, params: z.object({ request_id: requestId }) } as const;
export const getRequest = endpoint({
  ...oneRequest,
  id: 'getModelRequest',
  method: 'get',
  path: '/api/v1/model-requests/{request_id}',
  permission: 'model.read',
  summary: 'A request, with its checks',
  responses: { 200: modelRequest },
  errors: ['not_found'],
});
export const approveRequest = endpoint({
  ...oneRequest,
  id: 'approveModelRequest',
  method: 'post',
  path: '/api/v1/model-requests/{request_id}/approve',
  permission: 'model.promote',
  summary: 'Approve a request of somebody else’s: what is asked is looked at once more, and the alias moves',
  body: z.object({ reason: reason.optional() }).meta({ id: 'ApproveRequest' }),
  bodyOptional: true,
  responses: { 200: modelRequest },
  errors: [
    'not_found',
    'forbidden',
    'own_request',
    'request_not_open',
    'requester_may_not',
    'gates_failed',
    'alias_moved',
    'mlflow_unavailable',
  ],
});
export const refuseRequest = endpoint({
  ...oneRequest,
  id: 'refuseModelRequest',
  method: 'post',
  path: '/api/v1/model-requests/{request_id}/refuse',
  permission: 'model.promote',
  summary: 'Refuse a request, with the reason',
  body: z.object({ reason }).meta({ id: 'RefuseRequest' }),
  responses: { 200: modelRequest },
  errors: ['not_found', 'forbidden', 'own_request', 'request_not_open'],
});
export const withdrawRequest = endpoint({
  ...oneRequest,
  id: 'withdrawModelRequest',
  method: 'post',
  path: '/api/v1/model-requests/{request_id}/withdraw',
  permission: 'model.promote',
  summary: 'Take a request of one’s own back',
  responses: { 200: modelRequest },
  errors: ['not_found', 'forbidden', 'request_not_open'],
});

export const modelMove = z
  .object({
    move_id: z.string(),
    name: z.string(),
    alias: z.string(),
    kind: z.enum(['promote', 'roll_back', 'demote', 'adopt', 'lost']).meta({
      description: 'adopt: MLflow had it when it became protected; lost: the version was deleted behind the bridge',
    }),
    from_version: z.number().int().nullable(),
    to_version: z.number().int().nullable().meta({ description: 'Null: it points nowhere from then on' }),
    request_id: z.string().nullable(),
    why: z.string(),
    by: owner,
    at: timestamp,
  })
  .meta({ id: 'ModelMove' });
export type ModelMove = z.infer<typeof modelMove>;

const oneAlias = { ...models, params: z.object({ name: modelName, alias: aliasName }) } as const;
export const rollBack = endpoint({
  ...oneAlias,
  id: 'rollBackModelAlias',
  method: 'post',
  path: '/api/v1/models/{name}/aliases/{alias}/rollback',
  permission: 'model.promote',
  summary: 'Let a protected alias point again to what it pointed to before',
  body: z
    .object({
      why,
      from_version: versionNumber.optional().meta({ description: 'Where it points as the caller sees it' }),
    })
    .meta({ id: 'RollBackRequest' }),
  bodyOptional: true,
  responses: { 200: modelMove },
  errors: ['not_found', 'forbidden', 'alias_not_protected', 'nothing_before', 'alias_moved'],
});
export const modelHistory = endpoint({
  ...models,
  id: 'modelHistory',
  method: 'get',
  path: '/api/v1/models/{name}/history',
  params: z.object({ name: modelName }),
  permission: 'model.read',
  summary: 'Where protected aliases pointed when, newest first; with `at`, the move of each that held at that moment',
  query: pageQuery.extend({ alias: aliasName.optional(), at: timestamp.optional() }),
  responses: { 200: page(modelMove).meta({ id: 'ModelMovePage' }) },
  errors: ['not_found'],
});

/** A request was made, checked or decided: whoever has to act is told by it. */
export const modelRequestChanged = z.object({ request: modelRequest }).meta({ id: 'ModelRequestChanged' });
declare module '../../contract/live.js' {
  interface FeatureEvents {
    model_request_changed: z.infer<typeof modelRequestChanged>;
  }
}
