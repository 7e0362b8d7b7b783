import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures.js';
import { apiOf, cloudsCsv, pageOf, panelOf, people, signIn } from '../people.js';

const { ava } = people;

interface App {
  readonly jupyterapp: { restored: Promise<void>; commands: { execute(id: string, args?: object): Promise<unknown> } };
}
const execute = (page: Page, id: string): Promise<void> =>
  page.evaluate(async (command) => {
    await (window as unknown as App).jupyterapp.commands.execute(command);
  }, id);

/** JupyterLab is there, with the windows that it had. */
async function restored(page: Page): Promise<void> {
  await page.waitForFunction(() => 'jupyterapp' in window);
  await page.evaluate(() => (window as unknown as App).jupyterapp.restored);
}

/** A file is read by a process that has to start first. */
const READ = { timeout: 240_000 };

test.describe.serial('Kargah within JupyterLab', () => {
  let page: Page;

  test.beforeAll(async ({ browser, lab }) => {
    await apiOf(lab, ava);
    writeFileSync(join(lab.workspace, 'clouds-of-ava.csv'), cloudsCsv(90));
    writeFileSync(join(lab.workspace, 'of_ava.py'), 'print("run")\n');
    page = await (await browser.newContext({ viewport: { width: 1280, height: 900 } })).newPage();
    await page.goto(`${lab.url.replace('/lab?', '/lab/workspaces/commands?')}&reset`);
    await restored(page);
  });
  test.afterAll(async () => {
    await page.context().close();
  });

  test('its panel opens by itself at the first start, and never again', async () => {
    await expect(panelOf(page)).toBeVisible();
    // JupyterLab keeps where one was a while after one went there.
    const kept = page.waitForResponse(
      (answer) =>
        answer.request().method() === 'PUT' && /"current":"filebrowser"/u.test(answer.request().postData() ?? ''),
    );
    await execute(page, 'filebrowser:activate');
    await expect(panelOf(page)).toBeHidden();
    await kept;
    await page.reload();
    await restored(page);
    await expect(page.locator('.jp-DirListing').first()).toBeVisible();
    await expect(panelOf(page)).toBeHidden();
  });

  test('its card in the launcher brings the panel, whose form to sign in can be had in the other language', async () => {
    await execute(page, 'launcher:create');
    await page.locator('.jp-LauncherCard', { hasText: 'کارگاه' }).click();
    const panel = panelOf(page);
    await expect(panel.getByTestId('kargah-sign-in')).toBeVisible();
    await panel.getByTestId('kargah-language').click();
    await expect(panel.getByRole('heading', { name: 'Sign in to Kargah' })).toBeVisible();
    await panel.getByTestId('kargah-language').click();
    await signIn(panel, ava);
  });

  test('an empty panel begins with ready data: one press brings it in and opens the form on it, ready to start', async () => {
    await panelOf(page).getByRole('button', { name: 'شروع با رقم‌ها' }).click();
    const form = pageOf(page, 'new-job-page');
    await expect(form.getByRole('heading', { name: 'کار آموزش جدید' })).toBeVisible(READ);
    await expect(form.getByRole('combobox', { name: 'مجموعه‌داده' }).locator('option:checked')).toHaveText(
      /digits|رقم/iu,
    );
    await expect(form.getByRole('button', { name: 'شروع آموزش' })).toBeEnabled();
  });

  test('the help menu lists its commands with their keys, and the keys do what they say', async () => {
    await page.locator('.lm-MenuBar-item', { hasText: 'Help' }).click();
    await page.locator('.lm-Menu-item', { hasText: 'راهنما و میانبرهای کارگاه' }).click();
    const help = page.getByTestId('help-page');
    const line = help.getByTestId('help-command').filter({ hasText: 'کار جدید' });
    await expect(line.locator('kbd')).toHaveText('Alt+K, N');
    await page.keyboard.press('Alt+KeyK');
    await page.keyboard.press('KeyN');
    await expect(pageOf(page, 'new-job-page').getByRole('heading', { level: 1 })).toBeVisible();
  });

  test("the file browser's menu trains with a script, and makes a dataset of a file", async () => {
    await execute(page, 'filebrowser:activate');
    const entry = (name: string) => page.locator('.jp-DirListing-item', { hasText: name });
    const inMenu = (name: string) => page.locator('.lm-Menu-item', { hasText: name });
    await entry('of_ava.py').click({ button: 'right' });
    await expect(inMenu('آموزش با کارگاه')).toBeVisible();
    await expect(inMenu('افزودن به کارگاه')).toBeHidden();
    await inMenu('آموزش با کارگاه').click();
    const path = page.getByTestId('script-path').and(page.locator(':visible'));
    await expect(path).toHaveValue('of_ava.py');

    // The form's own way to a script: JupyterLab's dialog, which shows scripts only.
    await path.fill('');
    await page.getByRole('button', { name: 'انتخاب اسکریپت' }).click();
    const dialog = page.locator('.jp-Dialog');
    await expect(dialog.locator('.jp-DirListing-item', { hasText: 'clouds-of-ava.csv' })).toHaveCount(0);
    await dialog.locator('.jp-DirListing-item', { hasText: 'of_ava.py' }).click();
    await dialog.locator('.jp-mod-accept').click();
    await expect(path).toHaveValue('of_ava.py');

    await execute(page, 'filebrowser:activate');
    await entry('clouds-of-ava.csv').click({ button: 'right' });
    await inMenu('افزودن به کارگاه').click();
    await expect(panelOf(page).getByRole('row', { name: 'clouds-of-ava.csv' })).toHaveAttribute('data-state', 'ready');
    await page.keyboard.press('Alt+KeyK');
    await page.keyboard.press('KeyS');
    await expect(panelOf(page).getByRole('searchbox')).toBeFocused();
  });
});
