import { readFileSync } from 'node:fs';
import type { BrowserContext, Locator, Page } from '@playwright/test';
import { expect, test } from '@playwright/test';
import { startLab, type Lab } from '../lab.js';
import { accountMenu, ask, openPanel, pageOf, panelOf, people, register, signOut } from '../people.js';

const { mina, sima } = people;
const FIRST = { timeout: 240_000 };
const RESET = 'رمزی که پس از کد گذاشت';

test.describe.serial('an administrator and somebody they invite', () => {
  let lab: Lab;
  const contexts: BrowserContext[] = [];
  const admin = {} as { page: Page; panel: Locator };
  const guest = {} as { page: Page; panel: Locator };
  let code = '';

  const administration = (): Locator => pageOf(admin.page, 'administration-page');
  const show = (tab: string): Promise<void> => administration().getByRole('tab', { name: tab }).click();
  const person = (email: string): Locator => administration().getByTestId('person').filter({ hasText: email });
  const act = async (item: string): Promise<void> => {
    await person(sima.email).getByRole('button', { name: /سیما/u }).click();
    await admin.page.getByRole('menuitem', { name: item }).click();
  };

  test.beforeAll(async ({ browser }) => {
    // Nothing here needs MLflow, and the first account must be this story's.
    lab = await startLab({ env: { KARGAH_SIGNUP: '', KARGAH_MLFLOW_URL: 'http://127.0.0.1:1' } });
    for (const one of [admin, guest]) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
      contexts.push(context);
      one.page = await context.newPage();
    }
  });
  test.afterAll(async () => {
    for (const context of contexts) await context.close();
    await lab.stop();
  });

  test('accounts are made by invitation from the moment that the administrator says so', async () => {
    admin.panel = await openPanel(admin.page, { ...lab, url: lab.url.replace('/lab?', '/lab/workspaces/mina?') });
    await register(admin.panel, mina);
    await accountMenu(admin.panel, mina).click();
    await admin.page.getByRole('menuitem', { name: 'مدیریت کارگاه' }).click();
    await show('تنظیم‌ها');
    const mode = administration().getByLabel('چه کسی می‌تواند حساب بسازد');
    await expect(mode).toHaveValue('first');
    await mode.selectOption('invitation');
    await expect(administration().getByText('آنچه این‌جا برگزیده‌اید به جای آن است')).toBeVisible();
    expect((await ask(lab, 'POST', '/api/v1/auth/register', sima)).status).toBe(403);
  });

  test('whoever opens the link signed out sees what it is for, makes an account by it, and is in the project', async () => {
    const { email, password } = mina;
    const { token } = (await (await ask(lab, 'POST', '/api/v1/auth/login', { email, password })).json()) as {
      token: string;
    };
    const made = await ask(lab, 'POST', '/api/v1/projects', { name: 'باغ' }, token);
    const { project_id } = (await made.json()) as { project_id: string };
    const path = `/api/v1/projects/${project_id}/invitations`;
    const invitation = (await (await ask(lab, 'POST', path, { role: 'editor' }, token)).json()) as { token: string };

    guest.panel = panelOf(guest.page);
    await guest.page.goto(`${lab.url}&reset#kargah-invitation=${invitation.token}`);
    const form = guest.panel.getByTestId('kargah-register');
    await expect(form).toContainText('باغ', FIRST);
    await expect(form).toContainText('مینا');
    expect(guest.page.url()).not.toContain('kargah-invitation');
    await register(guest.panel, sima);
    await expect(guest.panel.getByTestId('kargah-project')).toHaveText('باغ');
  });

  test('a limit that the administrator sets is seen by whom it is about, with what they use', async () => {
    await show('افراد');
    await act('سقف‌ها…');
    const editor = administration().getByTestId('limits-editor');
    await editor.getByLabel('کار هم‌زمان').fill('۲');
    await editor.getByRole('button', { name: 'ثبت سقف‌ها' }).click();
    await expect(editor).toHaveCount(0);

    await accountMenu(guest.panel, sima).click();
    await guest.page.getByRole('menuitem', { name: 'سقف‌ها و مصرف' }).click();
    await expect(pageOf(guest.page, 'limits-page')).toContainText(/۰\u2069? از \u2068?۲/u);
  });

  test('a code that is shown once sets a new password', async () => {
    await act('کد بازنشانی رمز');
    const shown = person(sima.email).getByText(/^kgr_/u);
    await expect(shown).toBeVisible();
    code = (await shown.textContent()) ?? '';

    await signOut(guest.page, guest.panel, sima);
    await guest.panel.getByRole('button', { name: 'کد بازنشانی رمز دارم' }).click();
    await guest.panel.getByLabel('کد بازنشانی رمز').fill(code);
    await guest.panel.getByLabel('رمز عبور', { exact: true }).fill(RESET);
    await guest.panel.getByRole('button', { name: 'ثبت رمز جدید' }).click();
    await expect(accountMenu(guest.panel, sima)).toBeVisible();
  });

  test('the ledger shows all of it, by what was done, as a file, and with its chain whole', async () => {
    await show('دفتر تغییرها');
    const rows = administration().getByTestId('ledger-row');
    for (const [action, text] of [
      ['server.signup', 'signup: first → invitation'],
      ['invitation.accept', 'role=editor'],
      ['person.limit', 'jobs=2'],
    ] as const) {
      await administration().getByLabel('چه کاری').selectOption(action);
      await expect(rows).toHaveCount(1);
      await expect(rows).toContainText(text);
    }
    const downloading = admin.page.waitForEvent('download');
    await administration().getByRole('button', { name: /CSV/u }).click();
    const file = readFileSync(await (await downloading).path(), 'utf8');
    expect(file.split('\r\n')[1]).toContain('person.limit');
    expect(file).not.toContain(code);
    await administration().getByRole('button', { name: 'بررسی زنجیر' }).click();
    await expect(administration().getByText(/زنجیر .* ردیف درست است/u)).toBeVisible();
  });

  test('whoever is disabled is shown as such, and cannot sign in any more', async () => {
    await show('افراد');
    await act('غیرفعال کردن');
    await admin.page.getByRole('dialog').getByRole('button', { name: 'غیرفعال کردن' }).click();
    await expect(person(sima.email)).toContainText('غیرفعال');
    const body = { email: sima.email, password: RESET };
    expect((await ask(lab, 'POST', '/api/v1/auth/login', body)).status).toBe(403);
  });

  test('the last administrator is told why they cannot leave, and whoever is removed is gone from the list', async () => {
    await accountMenu(admin.panel, mina).click();
    await admin.page.getByRole('menuitem', { name: 'ترک این کارگاه…' }).click();
    const leaving = admin.page.getByRole('dialog');
    await expect(leaving).toContainText('کس دیگری را مدیر کنید');
    await expect(leaving.getByRole('button', { name: 'حذف حساب من' })).toBeDisabled();
    await leaving.getByRole('button', { name: 'بستن' }).click();

    await act('حذف حساب…');
    const question = admin.page.getByRole('dialog');
    await expect(question.getByTestId('leaving-projects').getByRole('listitem')).toHaveCount(1);
    await question.getByRole('textbox').fill(mina.email);
    await expect(question.getByTestId('leaving-projects')).toContainText(mina.email);
    await question.getByRole('button', { name: 'حذف حساب' }).click();
    await expect(question).toHaveCount(0);
    await expect(person(sima.email)).toHaveCount(0);
  });
});
