import { z } from 'zod';
import { MAX_PASSWORD, session, user } from './auth.js';
import { page, pageQuery, timestamp, userId } from './common.js';
import { endpoint } from './endpoint.js';
import { mailed } from './mail.js';

const params = z.object({ user_id: userId });
const password = z.string().max(MAX_PASSWORD);

export const personEntry = user
  .extend({
    disabled_at: timestamp.nullable().meta({ description: 'Since when they may not sign in; null: they may' }),
    last_used_at: timestamp
      .nullable()
      .meta({ description: 'When one of their sessions, browsers or tokens was last used' }),
    sessions: z.number().int().meta({ description: 'Open ones' }),
    tokens: z.number().int().meta({ description: 'Personal tokens that are still good' }),
  })
  .meta({ id: 'PersonEntry' });

export const listPeople = endpoint({
  id: 'listPeople',
  method: 'get',
  path: '/api/v1/people',
  tag: 'people',
  policy: 'user',
  permission: 'server.admin',
  summary: 'Everybody who has an account here, by e-mail',
  query: pageQuery.extend({ search: z.string().max(200).optional() }),
  responses: { 200: page(personEntry) },
  errors: [],
});
export const changePerson = endpoint({
  id: 'changePerson',
  method: 'patch',
  path: '/api/v1/people/{user_id}',
  tag: 'people',
  policy: 'account',
  permission: 'server.admin',
  summary: 'Make somebody admin or member, disable or enable them; whoever is disabled is cut off at once, jobs go on',
  params,
  body: z
    .object({ role: z.enum(['admin', 'user']).optional(), disabled: z.boolean().optional() })
    .meta({ id: 'PersonChange' }),
  responses: { 200: personEntry },
  errors: ['not_found', 'last_admin'],
});
export const signOutPerson = endpoint({
  id: 'signOutPerson',
  method: 'post',
  path: '/api/v1/people/{user_id}/sign-out',
  tag: 'people',
  policy: 'account',
  permission: 'server.admin',
  summary: 'End all sessions of somebody, and their personal tokens where that is asked',
  params,
  body: z
    .object({ tokens: z.boolean().default(false).meta({ description: 'Revoke their personal tokens too' }) })
    .meta({ id: 'SignOutRequest' }),
  bodyOptional: true,
  responses: { 200: z.object({ sessions: z.number().int(), tokens: z.number().int() }).meta({ id: 'SignedOut' }) },
  errors: ['not_found'],
});
export const makeResetLink = endpoint({
  id: 'makeResetLink',
  method: 'post',
  path: '/api/v1/people/{user_id}/reset-link',
  tag: 'people',
  policy: 'account',
  permission: 'server.admin',
  summary: 'A token with which somebody sets a new password: shown once, good once, for a day; an older one ends',
  params,
  body: z
    .object({ mail: z.boolean().default(false).meta({ description: 'Send it to the address of the account too' }) })
    .meta({ id: 'ResetLinkRequest' }),
  bodyOptional: true,
  responses: {
    201: z.object({ token: z.string(), expires_at: timestamp, mailed: mailed.nullable() }).meta({ id: 'ResetLink' }),
  },
  errors: ['not_found', 'mail_not_set_up', 'rate_limited'],
});
export const resetPassword = endpoint({
  id: 'resetPassword',
  method: 'post',
  path: '/api/v1/auth/reset',
  tag: 'auth',
  policy: 'sign_in',
  permission: null,
  summary: 'Set a new password by the token of an administrator; all sessions end, and one begins',
  body: z.object({ token: z.string().max(100), password }).meta({ id: 'ResetRequest' }),
  responses: { 200: session },
  errors: [
    'reset_link_over',
    'account_disabled',
    'weak_password',
    'password_too_long',
    'common_password',
    'rate_limited',
  ],
});
export const changePassword = endpoint({
  id: 'changePassword',
  method: 'post',
  path: '/api/v1/auth/password',
  tag: 'auth',
  policy: 'account',
  permission: 'account.write',
  summary: 'Change the own password; the other sessions end',
  body: z.object({ current_password: password, password }).meta({ id: 'PasswordChange' }),
  responses: { 204: null },
  errors: ['wrong_password', 'weak_password', 'password_too_long', 'common_password', 'rate_limited'],
});
export const changeEmail = endpoint({
  id: 'changeEmail',
  method: 'post',
  path: '/api/v1/auth/email',
  tag: 'auth',
  policy: 'account',
  permission: 'account.write',
  summary: 'Change the own e-mail; the other sessions end',
  body: z.object({ current_password: password, email: z.email().max(254) }).meta({ id: 'EmailChange' }),
  responses: { 200: user },
  errors: ['wrong_password', 'email_taken', 'rate_limited'],
});

const left = z
  .object({ projects: z.number().int().meta({ description: 'Those that were handed over' }) })
  .meta({ id: 'Left' });
/** So many projects are named; of the others it is said how many they are. */
export const MOST_TOLD = 100;
const leaving = z
  .object({
    last_admin: z
      .boolean()
      .meta({ description: 'Nobody else could administer this server: another admin comes first' }),
    sweeps: z
      .array(z.string())
      .meta({ description: 'Names of those that still begin jobs as this person: they are stopped first' }),
    hand_over: z
      .object({
        count: z.number().int(),
        items: z
          .array(
            z
              .object({
                project_id: z.string(),
                name: z.string(),
                members: z.number().int().meta({ description: 'The others, who stay in it' }),
                deleted_at: timestamp
                  .nullable()
                  .meta({ description: 'Since when it waits to be purged; its owner may restore it' }),
              })
              .meta({ id: 'ProjectToHandOver' }),
          )
          .meta({ description: `The first ${String(MOST_TOLD)}, by name` }),
      })
      .meta({ id: 'ProjectsToHandOver', description: 'Those that nobody else owns: somebody has to get them' }),
    stays: z.number().int().meta({ description: 'Projects that stay with their other owners' }),
  })
  .meta({ id: 'Leaving' });
export const whatLeaves = endpoint({
  id: 'whatLeaves',
  method: 'get',
  path: '/api/v1/people/{user_id}/leaving',
  tag: 'people',
  policy: 'user',
  permission: 'server.admin',
  summary:
    'What is to be settled before somebody’s account is removed: which projects somebody else gets, and what stands in the way',
  params,
  responses: { 200: leaving },
  errors: ['not_found'],
});
export const whatILeave = endpoint({
  id: 'whatILeave',
  method: 'get',
  path: '/api/v1/auth/leaving',
  tag: 'auth',
  policy: 'account',
  permission: 'account.read',
  summary: 'What is to be settled before one gives up one’s own account',
  responses: { 200: leaving },
  errors: [],
});
export type WhatLeaves = z.infer<typeof leaving>;
const handTo = z
  .string()
  .max(254)
  .optional()
  .meta({ description: 'E-mail of whoever is to own the projects that nobody else owns' });
export const removePerson = endpoint({
  id: 'removePerson',
  method: 'delete',
  path: '/api/v1/people/{user_id}',
  tag: 'people',
  policy: 'account',
  permission: 'server.admin',
  summary: 'Remove somebody’s account for good; what they made stays in its projects, and jobs go on',
  params,
  // Jupyter's proxy passes no body on with a DELETE.
  query: z.object({ hand_to: handTo }),
  responses: { 200: left },
  errors: ['not_found', 'last_admin', 'projects_to_hand_over', 'heir_unknown', 'sweeps_to_stop'],
});
export const leaveServer = endpoint({
  id: 'leaveServer',
  method: 'post',
  path: '/api/v1/auth/leave',
  tag: 'auth',
  policy: 'account',
  permission: 'account.write',
  summary: 'Give up the own account for good; what one made stays in its projects, and jobs go on',
  body: z.object({ current_password: password, hand_to: handTo }).meta({ id: 'LeaveRequest' }),
  responses: { 200: left },
  errors: ['wrong_password', 'last_admin', 'projects_to_hand_over', 'heir_unknown', 'sweeps_to_stop', 'rate_limited'],
});
