import { z } from 'zod';
import { endpoint } from './endpoint.js';

export const signUpMode = z.enum(['first', 'open', 'invitation', 'closed']).meta({
  id: 'SignUpMode',
  description: 'Who may make an account: only the first person, everybody, who holds an invitation, nobody',
});
export type SignUpMode = z.infer<typeof signUpMode>;

const settings = z
  .object({
    signup: signUpMode,
    signup_setting: signUpMode.meta({ description: 'What KARGAH_SIGNUP says, which counts where nobody set another' }),
  })
  .meta({ id: 'ServerSettings' });

const ofTheServer = {
  tag: 'server',
  path: '/api/v1/server/settings',
  policy: 'user',
  permission: 'server.admin',
} as const;

export const getServerSettings = endpoint({
  ...ofTheServer,
  id: 'getServerSettings',
  method: 'get',
  summary: 'What administrators set of the server',
  responses: { 200: settings },
  errors: [],
});
export const patchServerSettings = endpoint({
  ...ofTheServer,
  id: 'patchServerSettings',
  method: 'patch',
  summary: 'Say who may make an account from now on; null: as KARGAH_SIGNUP says',
  body: z.object({ signup: signUpMode.nullable() }).meta({ id: 'ServerSettingsChange' }),
  responses: { 200: settings },
  errors: [],
});
