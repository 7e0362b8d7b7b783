import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testBridge, type TestBridge } from '../../../test/bridge.js';
import type { LedgerRow } from '../../contract/ledger.js';
import type { Project } from '../../contract/projects.js';
import type { SignUpMode } from '../../contract/server/server.js';

const WITHOUT_MLFLOW = { KARGAH_MLFLOW_URL: 'http://127.0.0.1:1', KARGAH_LAUNCHER: 'local-cold' };
const password = 'a quiet blue lamp';

let bridge: TestBridge;
let admin: string;
let team: string;
beforeAll(async () => {
  bridge = await testBridge({ ...WITHOUT_MLFLOW, KARGAH_SIGNUP: 'invitation' });
  admin = await bridge.register('mina@example.org');
  team = (await json<Project>('POST', '/api/v1/projects', { name: 'تیم' })).project_id;
});
afterAll(() => bridge.close());

async function json<T>(method: string, path: string, body?: unknown, token = admin): Promise<T> {
  const answer = await bridge.call(method, path, { token, ...(body === undefined ? {} : { body }) });
  return (await answer.json()) as T;
}
const invitation = async (role = 'editor'): Promise<{ token: string; invitation_id: string }> =>
  json('POST', `/api/v1/projects/${team}/invitations`, { role });
const register = (name: string, more: object = {}): Promise<Response> =>
  bridge.call('POST', '/api/v1/auth/register', { body: { email: `${name}@example.org`, name, password, ...more } });
async function refusal(answer: Promise<Response>): Promise<[number, string]> {
  const { status, body } = await answer.then(async (got) => ({ status: got.status, body: await got.json() }));
  return [status, (body as { code: string }).code];
}
const mode = (signup: SignUpMode | null): Promise<unknown> => json('PATCH', '/api/v1/server/settings', { signup });
const told = async (query = ''): Promise<LedgerRow[]> =>
  (await json<{ items: LedgerRow[] }>('GET', `/api/v1/ledger?limit=200${query}`)).items;

describe('an account by invitation', () => {
  it('is made with the token of a link, once, for its role and project, besides a project of one’s own', async () => {
    const { token, invitation_id } = await invitation('viewer');
    const before = (await told())[0]!.seq;
    const made = await register('reza', { invitation: ` ${token}\n` });
    expect(made.status).toBe(201);
    const reza = (await made.json()) as { token: string; project_id: string; user: { user_id: string; role: string } };
    expect([reza.project_id, reza.user.role]).toEqual([team, 'user']);
    const { items } = await json<{ items: Project[] }>('GET', '/api/v1/projects', undefined, reza.token);
    expect(items.map(({ name, role, is_default }) => [name, role, is_default]).sort()).toEqual([
      ['reza', 'owner', true],
      ['تیم', 'viewer', false],
    ]);
    const rows = (await told()).filter(({ seq }) => seq > before).reverse();
    expect(rows.map(({ action, actor, object, after }) => [action, actor.name, object.id, after])).toEqual([
      ['person.register', 'reza', reza.user.user_id, { name: 'reza', email: 'reza@example.org', role: 'user' }],
      ['invitation.accept', 'reza', invitation_id, { role: 'viewer', user_id: reza.user.user_id }],
      ['member.add', 'reza', reza.user.user_id, { role: 'viewer', invitation: invitation_id }],
      ['person.sign_in', 'reza', reza.user.user_id, { new_device: true }],
    ]);
    expect(await refusal(register('omid', { invitation: token }))).toEqual([410, 'invitation_used']);
    expect(
      await refusal(bridge.call('POST', '/api/v1/auth/login', { body: { email: 'omid@example.org', password } })),
    ).toEqual([401, 'bad_credentials']);
  });

  it('is not made without one, or with one that is unknown or revoked', async () => {
    expect(await refusal(register('omid'))).toEqual([403, 'signup_by_invitation']);
    expect(await refusal(register('omid', { invitation: 'kgi_nothing' }))).toEqual([404, 'invitation_unknown']);
    const { token, invitation_id } = await invitation();
    await bridge.call('DELETE', `/api/v1/projects/${team}/invitations/${invitation_id}`, { token: admin });
    expect(await refusal(register('omid', { invitation: token }))).toEqual([410, 'invitation_revoked']);
  });

  it('leaves the invitation as it was where the address has an account or the password is no good', async () => {
    const { token } = await invitation();
    expect(await refusal(register('mina', { invitation: token }))).toEqual([409, 'email_taken']);
    expect(await refusal(register('kian', { invitation: token, password: 'short' }))).toEqual([422, 'weak_password']);
    expect((await bridge.call('POST', '/api/v1/invitations/look', { body: { token } })).status).toBe(200);
    expect((await register('kian', { invitation: token })).status).toBe(201);
  });

  it('is made for one of two people who show the same token at once', async () => {
    const { token } = await invitation();
    const both = await Promise.all(['ava', 'roya'].map((name) => register(name, { invitation: token })));
    expect(both.map(({ status }) => status).sort()).toEqual([201, 410]);
  });
});

describe('who may make an account', () => {
  it('is changed by an administrator while the bridge runs, which the ledger tells, and by nobody else', async () => {
    const { token } = await invitation();
    const reza = ((await (await register('sina', { invitation: token })).json()) as { token: string }).token;
    for (const [method, body] of [['GET'], ['PATCH', { signup: 'open' }]] as const)
      expect(await refusal(bridge.call(method, '/api/v1/server/settings', { token: reza, body }))).toEqual([
        403,
        'forbidden',
      ]);
    expect(await mode('closed')).toEqual({ signup: 'closed', signup_setting: 'invitation' });
    const unused = await invitation();
    expect(await refusal(register('nima', { invitation: unused.token }))).toEqual([403, 'signup_closed']);
    expect(await json('GET', '/api/v1/auth/signup')).toMatchObject({ open: false, invited: false });

    await mode('open');
    expect((await register('nima')).status).toBe(201);
    // An invitation counts where everybody may come, too.
    expect(((await (await register('sima', { invitation: unused.token })).json()) as Project).project_id).toBe(team);

    expect(await mode(null)).toEqual({ signup: 'invitation', signup_setting: 'invitation' });
    await mode(null);
    expect((await told('&action=server.signup')).reverse().map(({ before, after }) => [before, after])).toEqual([
      [{ signup: 'invitation' }, { signup: 'closed' }],
      [{ signup: 'closed' }, { signup: 'open' }],
      [{ signup: 'open' }, { signup: 'invitation' }],
    ]);
  });
});
