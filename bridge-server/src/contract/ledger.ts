import { z } from 'zod';
import { pageQuery, page, timestamp } from './common.js';
import { endpoint } from './endpoint.js';

/**
 * Everything that the ledger tells of: by kind of object, what is done with it, and which of its facts are written down. A fact that is
 * not named here is not written, so no password, token or address with a password can be: none of them is a fact of anything.
 */
export const LEDGER = {
  person: {
    acts: [
      'register',
      'sign_in',
      'change_password',
      'change_email',
      'change',
      'sign_out',
      'reset',
      'limit',
      'leave',
      'delete',
    ],
    facts: [
      'name',
      'email',
      'role',
      'disabled',
      'new_device',
      'sessions',
      'tokens',
      'limits',
      'handed_to',
      'expires_at',
    ],
  },
  session: { acts: ['end'], facts: ['user_id'] },
  token: { acts: ['make', 'revoke'], facts: ['name', 'scopes', 'project_id', 'expires_at'] },
  project: {
    acts: ['make', 'change', 'limit', 'delete', 'restore', 'purge'],
    facts: ['name', 'deleted', 'limits', 'datasets', 'jobs', 'sweeps', 'members', 'bytes'],
  },
  member: { acts: ['add', 'change', 'remove', 'leave'], facts: ['user_id', 'role', 'invitation'] },
  invitation: { acts: ['make', 'accept', 'revoke'], facts: ['role', 'email', 'expires_at', 'user_id'] },
  dataset: {
    acts: ['share', 'move', 'copy', 'delete'],
    facts: ['name', 'shared', 'shared_with', 'project_id', 'copied_to'],
  },
  job: {
    acts: ['stop', 'delete', 'restore', 'move', 'copy'],
    facts: ['name', 'state', 'restorable_until', 'project_id', 'copied_to'],
  },
  sweep: { acts: ['stop', 'delete'], facts: ['name', 'state'] },
  connection: { acts: ['make', 'delete'], facts: ['name', 'kind'] },
  model: {
    acts: [
      'promote',
      'demote',
      'roll_back',
      'request',
      'refuse',
      'withdraw',
      'set_rules',
      'fill_card',
      'set_alias',
      'set_stage',
      'rename',
      'delete',
      'delete_version',
    ],
    facts: [
      'alias',
      'version',
      'request_id',
      'requested_by',
      'rules',
      'name',
      'stage',
      'versions',
      'revision',
      'fields',
      'missing',
    ],
  },
  // What is MLflow's alone, and is taken away there by its own clients and its page.
  experiment: { acts: ['delete', 'restore'], facts: [] },
  run: { acts: ['delete', 'restore'], facts: [] },
  artifact: { acts: ['delete'], facts: [] },
  logged_model: { acts: ['delete'], facts: [] },
  trace: { acts: ['delete'], facts: ['experiment_id'] },
  evaluation: { acts: ['delete', 'delete_records'], facts: [] },
  scorer: { acts: ['delete'], facts: ['experiment_id', 'version'] },
  server: { acts: ['signup', 'rotate_keys'], facts: ['signup'] },
} as const;

export type LedgerKind = keyof typeof LEDGER;
const KINDS = Object.keys(LEDGER) as [LedgerKind, ...LedgerKind[]];
const ACTIONS = KINDS.flatMap((kind) => LEDGER[kind].acts.map((act) => `${kind}.${act}`));

/** Somebody who is signed in asked for what they may not do, or for what is not there: the two are one. */
export const REFUSED = 'access.refuse';

export const ledgerFact = z.union([z.string(), z.number().int(), z.boolean(), z.array(z.string()), z.null()]);
const facts = z.record(z.string(), ledgerFact).nullable();

export const ledgerRow = z
  .object({
    seq: z.number().int().meta({ description: 'Rises by one from row to row' }),
    at: timestamp.meta({
      description: 'By the clock of the server, which may have been set back: the order is that of seq',
    }),
    actor: z
      .object({
        kind: z.enum(['user', 'job', 'server']),
        id: z.string(),
        name: z.string(),
        credential: z
          .string()
          .nullable()
          .meta({ description: 'The session (ses_…) or personal token (tok_…) that was shown' }),
      })
      .meta({ id: 'LedgerActor' }),
    on_behalf_of: z.string().nullable().meta({ description: 'Of a job: the person whose job it is' }),
    action: z.string(),
    object: z.object({ kind: z.string(), id: z.string() }).meta({ id: 'LedgerObject' }),
    project_id: z.string().nullable(),
    before: facts,
    after: facts,
    reason: z.string().nullable(),
    count: z.number().int().meta({ description: 'How often it happened within a minute; 1 but for what was refused' }),
    request_id: z.string().nullable(),
    from: z.string().nullable().meta({ description: 'Address of the connection; "socket" through JupyterLab' }),
    previous_hash: z.string().meta({ description: 'Hash of the row before; 64 zeros in the first' }),
    hash: z.string().meta({ description: 'SHA-256 of all other fields as JSON with sorted names and no spaces' }),
  })
  .meta({ id: 'LedgerRow' });
export type LedgerRow = z.infer<typeof ledgerRow>;

const filter = z.object({
  actor: z
    .string()
    .max(64)
    .optional()
    .meta({ description: 'Id of a person or a job; with a person what their jobs did too' }),
  action: z.enum([...ACTIONS, REFUSED]).optional(),
  object: z
    .string()
    .max(300)
    .regex(/^\w+\/.+$/u)
    .optional()
    .meta({ description: '<kind>/<id>' }),
  project_id: z.string().max(64).optional(),
  since: timestamp.optional(),
  until: timestamp.optional(),
});
export type LedgerFilter = z.infer<typeof filter>;

export const listLedger = endpoint({
  id: 'listLedger',
  method: 'get',
  path: '/api/v1/ledger',
  tag: 'ledger',
  policy: 'user',
  permission: 'ledger.read',
  summary: 'What was done with what matters, newest first: admins see all of it, owners that of their project',
  query: pageQuery.extend(filter.shape),
  responses: { 200: page(ledgerRow) },
  errors: [],
});
export const exportLedger = endpoint({
  id: 'exportLedger',
  method: 'get',
  path: '/api/v1/ledger/export',
  tag: 'ledger',
  policy: 'user',
  permission: 'ledger.read',
  summary: 'The same rows as a file, oldest first',
  query: filter.extend({ format: z.enum(['jsonl', 'csv']).default('jsonl') }),
  responses: {
    200: {
      mediaType: 'application/x-ndjson',
      orElse: ['text/csv'],
      description: 'A row on each line; `kargah ledger verify` checks JSON Lines',
    },
  },
  errors: [],
});
export const verifyLedger = endpoint({
  id: 'verifyLedger',
  method: 'get',
  path: '/api/v1/ledger/verify',
  tag: 'ledger',
  policy: 'user',
  permission: 'server.admin',
  summary: 'Whether every row of the ledger follows from the one before',
  responses: {
    200: z
      .object({
        rows: z.number().int(),
        head: z.object({ seq: z.number().int(), hash: z.string() }).nullable(),
        broken: z
          .object({ seq: z.number().int(), why: z.enum(['missing', 'not_linked', 'changed']) })
          .nullable()
          .meta({ description: 'The first row that is not as it was written' }),
      })
      .meta({ id: 'LedgerVerdict' }),
  },
  errors: [],
});
