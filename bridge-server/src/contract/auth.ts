import { z } from 'zod';
import { displayName, timestamp, userId } from './common.js';
import { endpoint } from './endpoint.js';
import { tokenScope } from './scopes.js';

export const user = z
  .object({
    user_id: userId,
    email: z.email(),
    name: z.string(),
    role: z.enum(['admin', 'user']),
    created_at: timestamp,
  })
  .meta({ id: 'User' });
export type User = z.infer<typeof user>;

export const session = z.object({ token: z.string(), expires_at: timestamp, user }).meta({
  id: 'Session',
  description: 'A short-lived access token; the refresh session travels in an HttpOnly cookie.',
});

export const MIN_PASSWORD = 12;
export const MAX_PASSWORD = 1024;
/** A short one is refused by the service, as `weak_password`. */
const password = z.string().max(MAX_PASSWORD);

export const signup = endpoint({
  id: 'signup',
  method: 'get',
  path: '/api/v1/auth/signup',
  tag: 'auth',
  policy: 'public',
  permission: null,
  summary: 'Whether an account can be made here',
  responses: {
    200: z
      .object({
        open: z.boolean().meta({ description: 'An account can be made' }),
        first: z.boolean().meta({ description: 'There is none yet: it would be the first, and the administrator’s' }),
        code_required: z.boolean().meta({ description: 'It needs the code that the bridge printed when it started' }),
        invited: z.boolean().meta({ description: 'Whoever holds an invitation into a project can make an account' }),
      })
      .meta({ id: 'SignUp' }),
  },
  errors: [],
});
export const register = endpoint({
  id: 'register',
  method: 'post',
  path: '/api/v1/auth/register',
  tag: 'auth',
  policy: 'sign_in',
  permission: null,
  summary: 'Make an account; the first one becomes admin',
  body: z
    .object({
      email: z.email().max(254),
      password,
      name: displayName.optional(),
      signup_code: z.string().max(100).optional(),
      invitation: z
        .string()
        .max(200)
        .optional()
        .meta({ description: 'The token of an invitation, which is used up: one is a member of its project then' }),
    })
    .meta({ id: 'RegisterRequest' }),
  responses: {
    201: session
      .extend({ project_id: z.string().optional().meta({ description: 'Of the invitation, where one was shown' }) })
      .meta({ id: 'NewSession' }),
  },
  errors: [
    'signup_closed',
    'signup_by_invitation',
    'invitation_unknown',
    'invitation_used',
    'invitation_expired',
    'invitation_revoked',
    'conflict',
    'signup_code_required',
    'signup_code_wrong',
    'email_taken',
    'weak_password',
    'password_too_long',
    'common_password',
    'rate_limited',
  ],
});
export const login = endpoint({
  id: 'login',
  method: 'post',
  path: '/api/v1/auth/login',
  tag: 'auth',
  policy: 'sign_in',
  permission: null,
  summary: 'Sign in',
  body: z.object({ email: z.string().max(254), password }).meta({ id: 'LoginRequest' }),
  responses: { 200: session },
  errors: ['bad_credentials', 'account_disabled', 'rate_limited'],
});
export const refresh = endpoint({
  id: 'refresh',
  method: 'post',
  path: '/api/v1/auth/refresh',
  tag: 'auth',
  policy: 'session',
  permission: null,
  summary: 'A fresh access token from the refresh cookie',
  responses: { 200: session },
  errors: ['session_expired', 'client_header_missing'],
});
export const logout = endpoint({
  id: 'logout',
  method: 'post',
  path: '/api/v1/auth/logout',
  tag: 'auth',
  policy: 'session',
  permission: null,
  summary: 'End the session',
  responses: { 204: null },
  errors: ['client_header_missing'],
});
export const me = endpoint({
  id: 'me',
  method: 'get',
  path: '/api/v1/auth/me',
  tag: 'auth',
  policy: 'user',
  permission: 'account.read',
  summary: 'Who am I',
  responses: { 200: user },
  errors: [],
});

const sessionInfo = z
  .object({
    session_id: z.string(),
    created_at: timestamp,
    expires_at: timestamp,
    user_agent: z.string().nullable(),
    current: z.boolean(),
  })
  .meta({ id: 'SessionInfo' });
export const listSessions = endpoint({
  id: 'listSessions',
  method: 'get',
  path: '/api/v1/auth/sessions',
  tag: 'auth',
  policy: 'user',
  permission: 'account.read',
  summary: 'Own open sessions',
  responses: { 200: z.object({ items: z.array(sessionInfo), next_cursor: z.null() }) },
  errors: [],
});
export const deleteSession = endpoint({
  id: 'deleteSession',
  method: 'delete',
  path: '/api/v1/auth/sessions/{session_id}',
  tag: 'auth',
  policy: 'account',
  permission: 'account.write',
  summary: 'End one of the own sessions',
  params: z.object({ session_id: z.string().max(64) }),
  responses: { 204: null },
  errors: ['not_found'],
});

const apiToken = z
  .object({
    token_id: z.string(),
    name: z.string(),
    created_at: timestamp,
    expires_at: timestamp.nullable(),
    last_used_at: timestamp.nullable(),
    last_used_from: z
      .string()
      .nullable()
      .meta({ description: 'The address that it was last used from; "socket" through JupyterLab' }),
    scopes: z.array(tokenScope).nullable().meta({ description: 'Null: all that its person may' }),
    project_id: z
      .string()
      .nullable()
      .meta({ description: 'The only project that it reaches; null: all of its person’s' }),
  })
  .meta({ id: 'ApiToken' });
export const listTokens = endpoint({
  id: 'listTokens',
  method: 'get',
  path: '/api/v1/auth/tokens',
  tag: 'auth',
  policy: 'user',
  permission: 'account.read',
  summary: 'Own personal API tokens',
  responses: { 200: z.object({ items: z.array(apiToken), next_cursor: z.null() }) },
  errors: [],
});
export const createToken = endpoint({
  id: 'createToken',
  method: 'post',
  path: '/api/v1/auth/tokens',
  tag: 'auth',
  policy: 'account',
  permission: 'account.write',
  summary: 'Make a personal API token; its value is shown once',
  body: z
    .object({
      name: displayName,
      expires_in_days: z.number().int().min(1).max(366).default(90),
      scopes: z
        .array(tokenScope)
        .min(1)
        .transform((scopes) => [...new Set(scopes)])
        .optional()
        .meta({ description: 'What it is limited to; left out: to nothing' }),
      project_id: z
        .string()
        .max(64)
        .optional()
        .meta({ description: 'The only project that it is to reach; such a token does not administer the server' }),
    })
    .meta({ id: 'CreateTokenRequest' }),
  responses: { 201: apiToken.extend({ token: z.string() }).meta({ id: 'NewApiToken' }) },
  errors: ['not_found'],
});
export const deleteToken = endpoint({
  id: 'deleteToken',
  method: 'delete',
  path: '/api/v1/auth/tokens/{token_id}',
  tag: 'auth',
  policy: 'account',
  permission: 'account.write',
  summary: 'Revoke a personal API token',
  params: z.object({ token_id: z.string().max(64) }),
  responses: { 204: null },
  errors: ['not_found'],
});
/** The MLflow page in an iframe cannot send a header, so it gets a cookie of 15 minutes, limited to `/mlflow/`. */
export const openMlflow = endpoint({
  id: 'openMlflow',
  method: 'post',
  path: '/api/v1/auth/mlflow-session',
  tag: 'auth',
  policy: 'user',
  permission: 'project.read',
  summary: 'Sign this browser in to the MLflow page',
  responses: {
    200: z.object({ expires_at: timestamp, path: z.string(), workspace: z.string() }).meta({ id: 'MlflowSession' }),
  },
  errors: ['mlflow_unavailable'],
});
