import { z } from 'zod';
import { timestamp } from '../common.js';
import { endpoint } from '../endpoint.js';

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
export const rotateKeys = endpoint({
  id: 'rotateKeys',
  method: 'post',
  path: '/api/v1/server/keys/rotate',
  tag: 'server',
  policy: 'user',
  permission: 'server.admin',
  summary: 'Sign access tokens with a new key from now on; those of the old one are good until they end',
  responses: { 200: z.object({ since: timestamp }).meta({ id: 'KeysRotated' }) },
  errors: [],
});
