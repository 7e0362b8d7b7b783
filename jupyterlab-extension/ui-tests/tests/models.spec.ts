import type { BrowserContext, Locator, Page } from '@playwright/test';
import { expect, test } from '../fixtures.js';
import { changeLanguage, changeTheme, type Findings, looks, portrait } from '../looks.js';
import { apiOf, cloudsCsv, openPanel, pageOf, people, signIn, upload } from '../people.js';

const { taraneh, behrang } = people;

const SOON = { timeout: 240_000 };

/** A model of a project of two people: registered by one, approved by the other, and rolled back. */
test.describe.serial('a model that two people promote', () => {
  const contexts: BrowserContext[] = [];
  const owner = {} as { page: Page; panel: Locator };
  const other = {} as { page: Page; panel: Locator };
  const findings: Findings = { layout: [], access: [] };
  const model = ({ page }: typeof owner): Locator => pageOf(page, 'model-page');
  const champion = (who: typeof owner): Locator =>
    model(who).getByTestId('model-stage').filter({ hasText: 'champion' });

  test.beforeAll(async ({ browser, lab }) => {
    const mine = await apiOf(lab, taraneh);
    const theirs = await apiOf(lab, behrang);
    const { project_id: project } = await mine.post<{ project_id: string }>('/api/v1/projects', { name: 'ستاره‌ها' });
    const invitation = { role: 'editor', expires_in_days: 7 };
    const { token } = await mine.post<{ token: string }>(`/api/v1/projects/${project}/invitations`, invitation);
    await theirs.post('/api/v1/invitations/accept', { token });
    await mine.put(`/api/v1/projects/${project}/model-rules`, {
      aliases: { champion: { report: true, approval: 'another' } },
      revision: 0,
    });
    for (const [who, account, workspace] of [
      [owner, taraneh, 'taraneh'],
      [other, behrang, 'behrang'],
    ] as const) {
      const context = await browser.newContext({ viewport: { width: 1440, height: 1100 } });
      contexts.push(context);
      who.page = await context.newPage();
      who.panel = await openPanel(who.page, { ...lab, url: lab.url.replace('/lab?', `/lab/workspaces/${workspace}?`) });
      await signIn(who.panel, account);
      await who.panel.getByTestId('kargah-project').click();
      await who.page.getByRole('menu').getByText('ستاره‌ها', { exact: true }).click();
    }
    await upload(owner.page, owner.panel.getByRole('button', { name: 'انتخاب فایل' }), 'ابرها.csv', cloudsCsv(120));
    await expect(owner.panel.locator('[data-testid=kargah-dataset][data-state=ready]')).toHaveCount(1, SOON);
    const here = `?project_id=${project}`;
    const { items } = await mine.get<{ items: { dataset_id: string }[] }>(`/api/v1/datasets${here}`);
    for (const name of ['روشن-1', 'روشن-2'])
      await mine.post(`/api/v1/train${here}`, {
        name,
        recipe: 'tabular',
        dataset_id: items[0]?.dataset_id,
        params: { epochs: 2 },
      });
    await expect(owner.panel.getByTestId('kargah-model')).toHaveCount(2, SOON);
  });
  test.afterAll(async () => {
    for (const context of contexts) await context.close();
  });

  test('jobs of one kind are registered as versions of one model by a button each', async () => {
    for (const name of ['روشن-1', 'روشن-2']) {
      const row = owner.panel.getByTestId('kargah-model').filter({ hasText: name });
      await row.hover();
      await row.getByRole('button', { name: 'ثبت مدل' }).click();
      const dialog = owner.page.getByRole('dialog');
      await expect(dialog.getByRole('textbox')).toHaveValue('روشن');
      await dialog.getByRole('button', { name: 'ثبت مدل' }).click();
      await expect(dialog).toHaveCount(0);
      await expect(model(owner).getByTestId('model-version')).toHaveCount(name === 'روشن-1' ? 1 : 2, SOON);
    }
    await expect(owner.panel.getByTestId('kargah-registered')).toContainText('۲ نسخه');
  });

  test('a request waits for the other one, who sees it live and approves it; who asked cannot', async () => {
    for (const version of [1, 2]) {
      await model(owner)
        .getByTestId('model-version')
        .nth(2 - version)
        .getByRole('button', { name: /درخواست برای/u })
        .click();
      const form = model(owner).getByTestId('ask-form');
      await form.getByLabel('چرا').fill('خطای کمتر در آسمان ابری');
      await form.getByRole('button', { name: 'درخواست', exact: true }).click();
      const request = model(owner).getByTestId('model-request').first();
      await expect(request).toHaveAttribute('data-state', 'waiting', SOON);
      await expect(request.getByRole('button', { name: 'تأیید' })).toHaveCount(0);
      const waiting = other.panel.getByTestId('kargah-approval');
      await expect(waiting).toContainText('ترانه', SOON);
      await waiting.click();
      await model(other).getByTestId('model-request').first().getByRole('button', { name: 'تأیید' }).click();
      await expect(waiting).toHaveCount(0, SOON);
      await expect(request).toHaveAttribute('data-state', 'done', SOON);
      await expect(champion(owner)).toContainText(version === 1 ? 'نسخهٔ ۱' : 'نسخهٔ ۲', SOON);
    }
  });

  test('the page is whole in both languages and themes, wide and narrow', async () => {
    for (const look of looks) {
      await changeTheme(owner.page, look.theme);
      await changeLanguage(owner.page, owner.panel, look.language);
      await portrait(owner.page, look, 'model-1440', findings);
    }
    await owner.page.setViewportSize({ width: 800, height: 1100 });
    await portrait(owner.page, { language: 'en', theme: 'dark' }, 'model-narrow', findings);
    await changeTheme(owner.page, 'light');
    await changeLanguage(owner.page, owner.panel, 'fa');
    await owner.page.setViewportSize({ width: 1440, height: 1100 });
    expect(findings).toEqual({ layout: [], access: [] });
  });

  test('it is rolled back after it was said to what, and both see it', async () => {
    await expect(champion(owner).locator('.kg-Text-nowrap')).toContainText('نسخهٔ ۲', SOON);
    const back = champion(owner).getByRole('button', { name: /بازگرداندن به نسخهٔ/u });
    await expect(back).toContainText('۱');
    await back.click();
    const dialog = owner.page.getByRole('dialog');
    await expect(dialog).toContainText('champion');
    await dialog.getByRole('button', { name: /بازگرداندن به نسخهٔ/u }).click();
    for (const who of [owner, other]) {
      // Where it points now stands beside its name; what it may go back to is the button's alone, and is nothing now.
      await expect(champion(who).locator('.kg-Text-nowrap')).toContainText('نسخهٔ ۱', SOON);
      await expect(champion(who).getByRole('button', { name: /بازگرداندن به نسخهٔ/u })).toHaveCount(0);
    }
    await expect(model(other).getByTestId('model-move')).toHaveCount(3, SOON);
  });
});
