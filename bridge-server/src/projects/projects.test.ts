import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { projectsApp, refusal, type ProjectsApp, type Signed } from '../../test/support/projects.js';
import { Memberships } from '../access/memberships.js';
import type { Invitation, Member, Project } from '../contract/projects.js';

let app: ProjectsApp;
let told: string[];
let ask: ProjectsApp['ask'];
let register: ProjectsApp['register'];
let made: ProjectsApp['made'];
let invited: ProjectsApp['invited'];
let accept: ProjectsApp['accept'];
let joined: ProjectsApp['joined'];
beforeEach(async () => {
  app = await projectsApp();
  ({ told, ask, register, made, invited, accept, joined } = app);
});
afterEach(() => app.close());

const listed = async (who: Signed): Promise<Project[]> =>
  (await ask<{ items: Project[] }>(who, 'GET', 'projects')).body.items;
const membersOf = async (who: Signed, project: string): Promise<[string, string][]> =>
  (await ask<{ items: Member[] }>(who, 'GET', `projects/${project}/members`)).body.items.map(({ name, role }) => [
    name,
    role,
  ]);

describe('projects', () => {
  it('begin with one of everyone’s own, which is meant where none is named', async () => {
    const sara = await register('sara');
    expect(await listed(sara)).toMatchObject([{ name: 'sara', role: 'owner', is_default: true, members: 1 }]);
    await made(sara, 'دومی');
    expect(await listed(sara)).toMatchObject([
      { name: 'sara', is_default: true },
      { name: 'دومی', role: 'owner', is_default: false },
    ]);
  });

  it('keep a name of 200 characters with its non-joiners, and take none that is longer', async () => {
    const sara = await register('sara');
    const name = 'می\u200cرود '.repeat(40).trim().padEnd(200, 'ه').slice(0, 200);
    const project = await made(sara, name);
    expect((await ask<Project>(sara, 'GET', `projects/${project}`)).body.name).toBe(name);
    expect(refusal(await ask(sara, 'POST', 'projects', { name: `${name}ه` }))).toEqual([422, 'validation_failed']);
    const renamed = await ask<Project>(sara, 'PATCH', `projects/${project}`, { name: 'کوتاه' });
    expect(renamed.body).toMatchObject({ name: 'کوتاه', role: 'owner' });
  });

  it('say what their members may do, and are there for nobody else', async () => {
    const [sara, mina] = [await register('sara'), await register('mina')];
    const project = await made(sara, 'team');
    const reza = await joined('reza', sara, project, 'viewer');
    const seen = (await ask<Project>(reza, 'GET', `projects/${project}`)).body;
    expect([seen.role, seen.members]).toEqual(['viewer', 2]);
    expect(seen.permissions).toContain('job.read');
    expect(seen.permissions).not.toContain('job.write');
    const nowhere = 'projects/prj_0000000000000000';
    expect({ ...(await ask<object>(mina, 'GET', `projects/${project}`)).body, request_id: 0 }).toEqual({
      ...(await ask<object>(mina, 'GET', nowhere)).body,
      request_id: 0,
    });
  });

  it('are listed page by page, and so are members', async () => {
    const sara = await register('sara');
    for (const name of ['b', 'c', 'd']) await made(sara, name);
    const names: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const query: string = `limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`;
      type Page = { items: Project[]; next_cursor: string | null };
      const page: Page = (await ask<Page>(sara, 'GET', `projects?${query}`)).body;
      names.push(...page.items.map(({ name }) => name));
      cursor = page.next_cursor;
    }
    expect(names).toEqual(['sara', 'b', 'c', 'd']);
    const project = await made(sara, 'team');
    await joined('reza', sara, project, 'editor');
    type Members = { items: Member[]; next_cursor: string | null };
    const first = (await ask<Members>(sara, 'GET', `projects/${project}/members?limit=1`)).body;
    const path = `projects/${project}/members?limit=1&cursor=${first.next_cursor!}`;
    const second = (await ask<Members>(sara, 'GET', path)).body;
    expect([first.items[0]!.name, second.items[0]!.name, second.next_cursor]).toEqual(['sara', 'reza', null]);
  });
});

describe('an invitation', () => {
  let sara: Signed;
  let reza: Signed;
  let project: string;
  beforeEach(async () => {
    [sara, reza] = [await register('sara'), await register('reza')];
    project = await made(sara, 'team');
  });

  it('lets one person in, in its role, and is told of before they sign in', async () => {
    const { token, mailed, ...shown } = await invited(sara, project, 'editor');
    expect(mailed).toBeNull();
    expect((await ask(null, 'POST', 'invitations/look', { token })).body).toMatchObject({
      project_name: 'team',
      invited_by: 'sara',
      role: 'editor',
    });
    told.length = 0;
    expect(await accept(reza, token)).toMatchObject({ status: 200, body: { project_id: project, role: 'editor' } });
    expect(told).toEqual([reza.user.user_id]);
    expect(await membersOf(reza, project)).toEqual([
      ['sara', 'owner'],
      ['reza', 'editor'],
    ]);
    const [kept] = (await ask<{ items: Invitation[] }>(sara, 'GET', `projects/${project}/invitations`)).body.items;
    expect(kept).toEqual({ ...shown, state: 'used', used_by: { user_id: reza.user.user_id, name: 'reza' } });
  });

  it('is kept nowhere as it was shown', async () => {
    const { token } = await invited(sara, project, 'viewer');
    const rows = await app.storage.db.selectFrom('invitations').selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain(token.slice(4));
  });

  it('that was used, revoked or has expired is refused and says so; one that never was, too', async () => {
    const [used, revoked, expired] = [
      await invited(sara, project, 'viewer'),
      await invited(sara, project, 'viewer'),
      await invited(sara, project, 'viewer'),
    ];
    await accept(reza, used.token);
    const path = `projects/${project}/invitations`;
    expect((await ask(sara, 'DELETE', `${path}/${revoked.invitation_id}`)).status).toBe(204);
    await app.storage.db
      .updateTable('invitations')
      .set({ expires_at: new Date(0).toISOString() })
      .where('invitation_id', '=', expired.invitation_id)
      .execute();
    const mina = await register('mina');
    expect(refusal(await accept(mina, used.token))).toEqual([410, 'invitation_used']);
    expect(refusal(await accept(mina, revoked.token))).toEqual([410, 'invitation_revoked']);
    expect(refusal(await accept(mina, expired.token))).toEqual([410, 'invitation_expired']);
    expect(refusal(await accept(mina, 'kgi_nothing'))).toEqual([404, 'invitation_unknown']);
    expect(refusal(await ask(null, 'POST', 'invitations/look', { token: used.token }))).toEqual([
      410,
      'invitation_used',
    ]);
    expect(refusal(await ask(sara, 'DELETE', `${path}/${used.invitation_id}`))).toEqual([409, 'invitation_taken']);
    expect((await listed(mina)).map(({ name }) => name)).toEqual(['mina']);
  });

  it('is not used up by who is a member already', async () => {
    const { token } = await invited(sara, project, 'viewer');
    expect(refusal(await accept(sara, token))).toEqual([409, 'already_member']);
    expect((await accept(reza, token)).status).toBe(200);
  });

  it('lets in one of two who bring it at once', async () => {
    const { token } = await invited(sara, project, 'viewer');
    const mina = await register('mina');
    const answers = await Promise.all([accept(reza, token), accept(mina, token)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 410]);
    expect(await membersOf(sara, project)).toHaveLength(2);
  });

  it('is made, seen and revoked by owners alone', async () => {
    const editor = await joined('ali', sara, project, 'editor');
    const path = `projects/${project}/invitations`;
    expect(refusal(await ask(editor, 'POST', path, { role: 'viewer' }))).toEqual([403, 'forbidden']);
    expect(refusal(await ask(editor, 'GET', path))).toEqual([403, 'forbidden']);
    expect(refusal(await ask(reza, 'POST', path, { role: 'viewer' }))).toEqual([404, 'not_found']);
  });

  it('is one of a hundred open ones at most', async () => {
    const made_at = new Date().toISOString();
    const row = { project_id: project, role: 'viewer', created_by: sara.user.user_id, created_at: made_at } as const;
    const open = Array.from({ length: 100 }, (_, n) => ({
      ...row,
      invitation_id: `inv_many${String(n).padStart(4, '0')}`,
      sha256: String(n),
      expires_at: '9999-01-01T00:00:00.000Z',
    }));
    await app.storage.db.insertInto('invitations').values(open).execute();
    const path = `projects/${project}/invitations`;
    expect(refusal(await ask(sara, 'POST', path, { role: 'viewer' }))).toEqual([409, 'too_many_invitations']);
  });
});

describe('a member', () => {
  let sara: Signed;
  let project: string;
  beforeEach(async () => {
    sara = await register('sara');
    project = await made(sara, 'team');
  });
  const at = (who: Signed): string => `projects/${project}/members/${who.user.user_id}`;

  it('is given another role, which counts with their next request', async () => {
    const reza = await joined('reza', sara, project, 'viewer');
    expect(refusal(await ask(reza, 'PATCH', `projects/${project}`, { name: 'x' }))).toEqual([403, 'forbidden']);
    told.length = 0;
    expect((await ask(sara, 'PATCH', at(reza), { role: 'owner' })).body).toMatchObject({ role: 'owner' });
    expect(told).toEqual([reza.user.user_id]);
    expect((await ask(reza, 'PATCH', `projects/${project}`, { name: 'x' })).status).toBe(200);
    await ask(sara, 'PATCH', at(reza), { role: 'editor' });
    expect(refusal(await ask(reza, 'PATCH', `projects/${project}`, { name: 'y' }))).toEqual([403, 'forbidden']);
  });

  it('who is taken out, or leaves, is a stranger at once', async () => {
    const [reza, mina] = [await joined('reza', sara, project, 'editor'), await joined('mina', sara, project, 'viewer')];
    expect((await ask(sara, 'DELETE', at(reza))).status).toBe(204);
    expect(refusal(await ask(reza, 'GET', `projects/${project}`))).toEqual([404, 'not_found']);
    expect((await ask(mina, 'POST', `projects/${project}/leave`)).status).toBe(204);
    expect(refusal(await ask(mina, 'GET', `projects/${project}/members`))).toEqual([404, 'not_found']);
    expect(await membersOf(sara, project)).toEqual([['sara', 'owner']]);
    expect(refusal(await ask(sara, 'DELETE', at(reza)))).toEqual([404, 'not_found']);
  });

  it('is not the last owner to leave, to be taken out or to be made less', async () => {
    await joined('reza', sara, project, 'editor');
    for (const attempt of [
      ask(sara, 'POST', `projects/${project}/leave`),
      ask(sara, 'DELETE', at(sara)),
      ask(sara, 'PATCH', at(sara), { role: 'editor' }),
    ])
      expect(refusal(await attempt)).toEqual([409, 'last_owner']);
    expect((await membersOf(sara, project))[0]).toEqual(['sara', 'owner']);
  });

  it('who is an owner and takes out another, who takes them out at the same time: one does, the other is told', async () => {
    const reza = await joined('reza', sara, project, 'owner');
    const answers = await Promise.all([ask(sara, 'DELETE', at(reza)), ask(reza, 'DELETE', at(sara))]);
    const [done, late] = answers.sort((a, b) => a.status - b.status);
    expect(done.status).toBe(204);
    // The later one comes to the door after it was shut, or finds it shut.
    expect(['conflict', 'not_found']).toContain(late.body.code);
    const owners = await app.storage.db
      .selectFrom('project_members')
      .select('role')
      .where('project_id', '=', project)
      .execute();
    expect(owners).toEqual([{ role: 'owner' }]);
  });

  it('manages nobody unless they own the project', async () => {
    const editor = await joined('reza', sara, project, 'editor');
    expect(refusal(await ask(editor, 'PATCH', at(editor), { role: 'owner' }))).toEqual([403, 'forbidden']);
    expect(refusal(await ask(editor, 'DELETE', at(sara)))).toEqual([403, 'forbidden']);
    expect(await membersOf(editor, project)).toHaveLength(2);
  });
});

it('what owners do with members and invitations is in the ledger, by those who did it, and what is refused is not', async () => {
  const [sara, reza] = [await register('sara'), await register('reza')];
  const project = await made(sara, 'team');
  await ask(sara, 'PATCH', `projects/${project}`, { name: 'تیم' });
  const used = await invited(sara, project, 'viewer');
  const revoked = await invited(sara, project, 'owner');
  await ask(sara, 'DELETE', `projects/${project}/invitations/${revoked.invitation_id}`);
  await accept(reza, used.token);
  await accept(reza, revoked.token);
  const of = `projects/${project}/members/${reza.user.user_id}`;
  await ask(reza, 'PATCH', of, { role: 'owner' });
  await ask(sara, 'PATCH', of, { role: 'editor' });
  await ask(sara, 'POST', `projects/${project}/leave`);
  await ask(reza, 'POST', `projects/${project}/leave`);
  const rows = await app.storage.db
    .selectFrom('ledger')
    .selectAll()
    .where('project_id', '=', project)
    .orderBy('seq')
    .execute();
  const names = { [sara.user.user_id]: 'sara', [reza.user.user_id]: 'reza' };
  expect(rows.map((row) => [row.action, names[row.actor_id]])).toEqual([
    ['project.make', 'sara'],
    ['project.change', 'sara'],
    ['invitation.make', 'sara'],
    ['invitation.make', 'sara'],
    ['invitation.revoke', 'sara'],
    ['invitation.accept', 'reza'],
    ['member.add', 'reza'],
    ['member.change', 'sara'],
    ['member.leave', 'reza'],
  ]);
  const text = JSON.stringify(rows);
  for (const { token } of [used, revoked]) expect(text).not.toContain(token.slice(4));
});

it('what a person is a member of is read once, and again when it may be another', async () => {
  const sara = await register('sara');
  const memberships = new Memberships(app.storage.db);
  const who = { id: sara.user.user_id, name: 'sara' };
  const first = await memberships.of(who);
  await app.storage.db.updateTable('project_members').set({ role: 'viewer' }).execute();
  expect(await memberships.of(who)).toBe(first);
  memberships.forget([who.id]);
  expect([...(await memberships.of(who)).memberships.values()]).toMatchObject([{ role: 'viewer' }]);
  // What was being read while it changed is not kept.
  memberships.forget([who.id]);
  const reading = memberships.of(who);
  await app.storage.db.updateTable('project_members').set({ role: 'owner' }).execute();
  memberships.forget([who.id]);
  await reading;
  expect([...(await memberships.of(who)).memberships.values()]).toMatchObject([{ role: 'owner' }]);
});
