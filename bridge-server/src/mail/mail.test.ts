import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  projectsApp,
  refusal,
  type NewInvitation,
  type ProjectsApp,
  type Signed,
} from '../../test/support/projects.js';
import { partsOf, testSmtp, type TestSmtp } from '../../test/support/smtp.js';
import { removeFolder } from '../../test/folders.js';
import { HandClock } from '../../test/clock.js';
import type { Invitation } from '../contract/projects.js';
import { loadConfig } from '../config.js';
import { createMail } from './index.js';

let smtp: TestSmtp;
let app: ProjectsApp;
let mina: Signed;
let team: string;

async function open(settings: Parameters<typeof projectsApp>[0]): Promise<void> {
  app = await projectsApp(settings);
  mina = await app.register('mina');
  team = await app.made(mina, '<b>تیم</b> & "دوستان"');
}
const invite = (email?: string) =>
  app.ask<NewInvitation>(mina, 'POST', `projects/${team}/invitations`, { role: 'editor', ...(email && { email }) });
const invitations = async () =>
  (await app.ask<{ items: Invitation[] }>(mina, 'GET', `projects/${team}/invitations`)).body.items;

beforeEach(async () => {
  smtp = await testSmtp();
});
afterEach(async () => {
  await app.close();
  await smtp.close();
});

describe('a letter', () => {
  it('of an invitation leads by the configured address, in both languages, and is accepted by its link', async () => {
    await open(smtp.settings);
    const { status, body } = await invite('reza@elsewhere.example');
    expect([status, body.mailed]).toEqual([201, { address: 'reza@elsewhere.example', outcome: 'sent' }]);
    expect(smtp.taken.map(({ to }) => to)).toEqual([['reza@elsewhere.example']]);
    const { 'text/plain': text = '', 'text/html': html = '' } = partsOf(smtp.taken[0]!);
    const link = `https://lab.example.org/lab#kargah-invitation=${body.token}`;
    expect(text.split(link)).toHaveLength(3);
    expect(text).toContain('mina\u2069 invites you to the project “\u2068<b>تیم</b> & "دوستان"\u2069” as editor.');
    expect(text).toContain('شما را با نقش ویرایشگر');
    expect(html).toContain('<div lang="fa" dir="rtl">');
    expect(html).toContain('&lt;b&gt;تیم&lt;/b&gt; &amp; &quot;دوستان&quot;');
    expect(html).not.toContain('<b>');
    const reza = await app.register('reza');
    expect((await app.accept(reza, body.token)).status).toBe(200);
  });

  it('is named in the list of invitations and in the ledger by its address, and its token nowhere', async () => {
    await open(smtp.settings);
    const { body } = await invite('reza@elsewhere.example');
    expect(await invitations()).toMatchObject([{ sent_to: 'reza@elsewhere.example', state: 'open' }]);
    const row = (await app.ledger()).find(({ action }) => action === 'invitation.make');
    expect(row?.after).toMatchObject({ email: 'reza@elsewhere.example', role: 'editor' });
    expect(JSON.stringify(await app.ledger())).not.toContain(body.token);
  });

  it('with a code for a new password goes to the account’s own address, and its link sets one', async () => {
    await open(smtp.settings);
    const reza = await app.register('reza');
    const path = `people/${reza.user.user_id}/reset-link`;
    const { status, body } = await app.ask<Pick<NewInvitation, 'token' | 'mailed'>>(mina, 'POST', path, { mail: true });
    expect([status, body.mailed]).toEqual([201, { address: 'reza@example.org', outcome: 'sent' }]);
    expect(partsOf(smtp.taken[0]!)['text/plain']).toContain(`https://lab.example.org/lab#kargah-reset=${body.token}`);
    const set = { token: body.token, password: 'another quiet lamp' };
    expect((await app.ask(null, 'POST', 'auth/reset', set)).status).toBe(200);
    expect((await app.ask<{ mailed: null }>(mina, 'POST', path)).body.mailed).toBeNull();
    expect(smtp.taken).toHaveLength(1);
  });

  it('to an address that the mail server does not take is said, and the link stays good', async () => {
    await open(smtp.settings);
    const { status, body } = await invite('reza@nowhere.example');
    expect([status, body.mailed?.outcome]).toEqual([201, 'address_refused']);
    expect((await app.accept(await app.register('reza'), body.token)).status).toBe(200);
  });

  it('is said to have failed where the mail server is away, and the link stays good', async () => {
    await open(smtp.settings);
    await smtp.close();
    const { status, body } = await invite('reza@elsewhere.example');
    expect([status, body.mailed?.outcome]).toEqual([201, 'failed']);
    expect((await app.accept(await app.register('reza'), body.token)).status).toBe(200);
  });

  it('to several addresses or with a line break in one is refused before anything is made', async () => {
    await open(smtp.settings);
    for (const address of ['a@x.example,b@x.example', 'a@x.example\r\nBcc: b@x.example', 'somebody'])
      expect(refusal(await invite(address))).toEqual([422, 'validation_failed']);
    expect([await invitations(), smtp.taken]).toEqual([[], []]);
  });

  it('is refused to whoever sends very many, and is asked for nothing where nobody set a mail server', async () => {
    await open(null);
    expect(refusal(await invite('reza@elsewhere.example'))).toEqual([409, 'mail_not_set_up']);
    expect(await invitations()).toEqual([]);
    expect((await invite()).body).toMatchObject({ mailed: null, sent_to: null });
    const mail = createMail(smtp.settings, pino({ level: 'silent' }), new HandClock());
    for (let n = 0; n < 20; n += 1) mail.admit('usr_a');
    expect(() => mail.admit('usr_a')).toThrow('rate_limited');
    mail.admit('usr_b');
  });
});

describe('the mail server', () => {
  const letter = { kind: 'reset', token: 'kgr_secret', from: 'mina', expires_at: '2026-11-29T10:00:00.000Z' } as const;
  const lines: string[] = [];
  const log = pino({}, { write: (line: string) => void lines.push(line) });
  beforeEach(() => open(null));

  it('is shown the name and password that are set, and neither they nor a token come into the log', async () => {
    const shown: unknown[] = [];
    const strict = await testSmtp({
      authOptional: false,
      allowInsecureAuth: true,
      onAuth({ username, password }, _session, done) {
        shown.push([username, password]);
        if (password === 'right') done(null, { user: username });
        else done(new Error('wrong'));
      },
    });
    const as = (password: string) =>
      createMail({ ...strict.settings, user: 'kargah', password }, log, new HandClock()).send('a@x.example', letter);
    expect((await as('right')).outcome).toBe('sent');
    expect((await as('hidden word')).outcome).toBe('failed');
    await strict.close();
    expect(shown).toContainEqual(['kargah', 'right']);
    expect(lines.join('')).toContain('EAUTH');
    expect(lines.join('')).not.toMatch(/hidden word|kgr_secret|a@x\.example/u);
  });

  it('that takes no letters of this sender is not told as one that refuses the address', async () => {
    const refusing = await testSmtp({
      onMailFrom(_address, _session, done) {
        done(Object.assign(new Error('not from here'), { responseCode: 553 }));
      },
    });
    const sent = await createMail(refusing.settings, log, new HandClock()).send('a@x.example', letter);
    await refusing.close();
    expect(sent.outcome).toBe('failed');
  });

  it('is named with a sender and the address of JupyterLab, or the bridge does not start', () => {
    const folder = mkdtempSync(join(tmpdir(), 'kargah-mail-'));
    const read = (env: Record<string, string>) => loadConfig({ KARGAH_DATA_DIR: folder, ...env }, []).mail;
    const [KARGAH_SMTP_URL, KARGAH_SMTP_FROM] = ['smtps://kar%40gah:a%2Fb@mail.example.org', 'کارگاه <k@example.org>'];
    const KARGAH_LAB_URL = 'https://lab.example.org/lab';
    expect(read({ KARGAH_SMTP_FROM, KARGAH_LAB_URL })).toBeNull();
    expect(() => read({ KARGAH_SMTP_URL, KARGAH_LAB_URL })).toThrow('KARGAH_SMTP_FROM must be');
    expect(() => read({ KARGAH_SMTP_URL, KARGAH_SMTP_FROM })).toThrow('KARGAH_LAB_URL must be');
    for (const wrong of ['http://mail.example.org', 'smtp://mail.example.org/?tls.rejectUnauthorized=false', 'smtp://'])
      expect(() => read({ KARGAH_SMTP_URL: wrong, KARGAH_SMTP_FROM, KARGAH_LAB_URL })).toThrow('KARGAH_SMTP_URL must');
    expect(read({ KARGAH_SMTP_URL, KARGAH_SMTP_FROM, KARGAH_LAB_URL })).toEqual({
      host: 'mail.example.org',
      port: 465,
      secure: true,
      user: 'kar@gah',
      password: 'a/b',
      from: KARGAH_SMTP_FROM,
      labUrl: KARGAH_LAB_URL,
    });
    removeFolder(folder);
  });
});
