import type { BrowserContext, Locator, Page } from '@playwright/test';
import { expect, test } from '../fixtures.js';
import { accountMenu, apiOf, cloudsCsv, openPanel, pageOf, panelOf, people, signIn, upload } from '../people.js';

const { dara, shirin } = people;

const READ = { timeout: 240_000 };

test.describe.serial('a project of two people', () => {
  const contexts: BrowserContext[] = [];
  let link = '';
  const owner = {} as { page: Page; panel: Locator };
  const guest = {} as { page: Page; panel: Locator };

  const switcher = (panel: Locator): Locator => panel.getByTestId('kargah-project');
  const choose = async ({ page, panel }: typeof owner, item: string): Promise<void> => {
    await switcher(panel).click();
    await page.getByRole('menu').getByText(item, { exact: true }).click();
  };

  test.beforeAll(async ({ browser, lab }) => {
    for (const account of [dara, shirin]) await apiOf(lab, account);
    for (const _ of [dara, shirin]) contexts.push(await browser.newContext({ viewport: { width: 1280, height: 900 } }));
    owner.page = await contexts[0]!.newPage();
    owner.panel = await openPanel(owner.page, { ...lab, url: lab.url.replace('/lab?', '/lab/workspaces/dara?') });
    await signIn(owner.panel, dara);
  });
  test.afterAll(async () => {
    for (const context of contexts) await context.close();
  });

  test('is made in the head of the panel, and its owner makes a link that is shown once', async () => {
    await choose(owner, 'پروژهٔ جدید…');
    await owner.page.getByRole('dialog').getByRole('textbox').fill('گل‌ها');
    await owner.page.getByRole('dialog').getByRole('button', { name: 'ساختن', exact: true }).click();
    await expect(switcher(owner.panel)).toHaveText('گل‌ها');
    await upload(owner.page, owner.panel.getByRole('button', { name: 'انتخاب فایل' }), 'گلبرگ.csv', cloudsCsv(90));
    await expect(owner.panel.getByRole('row', { name: 'گلبرگ.csv' })).toHaveAttribute('data-state', 'ready', READ);

    await choose(owner, 'اعضا و دعوت‌ها…');
    const project = pageOf(owner.page, 'project-page');
    await expect(project.getByRole('heading', { level: 1, name: 'گل‌ها' })).toBeVisible();
    await project.getByRole('button', { name: 'ساختن پیوند دعوت' }).click();
    link = (await project.getByTestId('invitation-link').textContent())?.trim() ?? '';
    expect(link).toContain('#kargah-invitation=');
  });

  test('the link leads the other one in as a viewer, who sees it live and has nothing to change it with', async ({
    lab,
  }) => {
    guest.page = await contexts[1]!.newPage();
    guest.panel = panelOf(guest.page);
    await guest.page.goto(`${lab.url}&reset#${new URL(link).hash.slice(1)}`);
    // Whoever opens a link is offered an account first; she has one.
    const form = guest.panel.getByTestId('kargah-register');
    await expect(form).toBeVisible(READ);
    await form.getByRole('button', { name: 'ورود', exact: true }).click();
    await expect(guest.panel.getByTestId('kargah-sign-in')).toBeVisible();
    await signIn(guest.panel, shirin);
    const offer = guest.page.getByRole('dialog');
    await expect(offer).toContainText('دارا');
    await expect(offer).toContainText('بیننده');
    expect(guest.page.url()).not.toContain('kargah-invitation');
    await offer.getByRole('button', { name: 'عضو می‌شوم' }).click();
    await expect(switcher(guest.panel)).toHaveText('گل‌ها');
    await expect(guest.panel.getByTestId('kargah-viewer')).toBeVisible();
    const row = guest.panel.getByRole('row', { name: 'گلبرگ.csv' });
    await expect(row).toBeVisible();
    for (const name of ['کار جدید', 'بارگذاری', 'دادهٔ آماده'])
      await expect(guest.panel.getByRole('button', { name, exact: true })).toHaveCount(0);
    await row.click();
    const dataset = pageOf(guest.page, 'kargah-dataset-page');
    await expect(dataset.getByRole('button', { name: 'دانلود', exact: true })).toBeVisible();
    await expect(dataset.getByRole('button', { name: 'شروع آموزش' })).toHaveCount(0);

    await upload(
      owner.page,
      owner.panel.getByRole('button', { name: 'بارگذاری', exact: true }),
      'ساقه.csv',
      cloudsCsv(60),
    );
    await expect(guest.panel.getByRole('row', { name: 'ساقه.csv' })).toBeVisible(READ);
  });

  test('made an editor, the other one may, at once and without signing in again', async () => {
    const project = pageOf(owner.page, 'project-page');
    await project.getByRole('button', { name: 'خواندن دوباره' }).click();
    await project.getByLabel(/نقش .*شیرین/u).selectOption('editor');
    await expect(guest.panel.getByTestId('kargah-viewer')).toHaveCount(0);
    await expect(guest.panel.getByTestId('kargah-new-job')).toBeVisible();
    await expect(pageOf(guest.page, 'kargah-dataset-page').getByRole('button', { name: 'شروع آموزش' })).toBeVisible();
    await upload(
      guest.page,
      guest.panel.getByRole('button', { name: 'بارگذاری', exact: true }),
      'برگ.csv',
      cloudsCsv(72),
    );
    await expect(owner.panel.getByRole('row', { name: 'برگ.csv' })).toBeVisible(READ);
  });

  test('each browser keeps its own choice, and who is taken out sees their own project and why', async () => {
    await guest.page.reload();
    await expect(accountMenu(guest.panel, shirin)).toBeVisible(READ);
    await expect(switcher(guest.panel)).toHaveText('گل‌ها');
    const project = pageOf(owner.page, 'project-page');
    await project.getByRole('button', { name: /بیرون بردن .*شیرین/u }).click();
    await owner.page
      .getByRole('dialog')
      .getByRole('button', { name: /بیرون بردن .*شیرین/u })
      .click();
    await expect(switcher(guest.panel)).not.toHaveText('گل‌ها');
    await expect(guest.page.getByText('دیگر عضو آن پروژه نیستید').first()).toBeVisible();
    await expect(guest.panel.getByRole('row', { name: 'گلبرگ.csv' })).toHaveCount(0);
  });

  test('deleted by its name it is gone and said to be kept, and its owner brings it back with all in it', async () => {
    const project = pageOf(owner.page, 'project-page');
    await project.getByRole('button', { name: 'حذف پروژه…' }).click();
    await expect(project.getByRole('listitem').filter({ hasText: /^داده: .?۳/u })).toBeVisible();
    await project.getByRole('button', { name: 'نوشتن نام و حذف…' }).click();
    const dialog = owner.page.getByRole('dialog');
    await dialog.getByRole('textbox').fill('گل');
    await dialog.getByRole('button', { name: 'حذف پروژه', exact: true }).click();
    await expect(dialog).toContainText('این نام پروژه نیست.');
    await dialog.getByRole('textbox').fill('گل‌ها');
    await dialog.getByRole('button', { name: 'حذف پروژه', exact: true }).click();
    await expect(switcher(owner.panel)).not.toHaveText('گل‌ها');

    await choose(owner, 'پروژه‌های حذف‌شده…');
    await owner.page
      .getByTestId('deleted-projects')
      .getByRole('button', { name: /بازگرداندن .*گل‌ها/u })
      .click();
    await expect(switcher(owner.panel)).toHaveText('گل‌ها');
    await expect(owner.panel.getByRole('row', { name: 'گلبرگ.csv' })).toBeVisible(READ);
  });
});
