import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { expect, test } from '../fixtures.js';
import {
  changeLanguage,
  changeTheme,
  type Findings,
  glance,
  type Look,
  looks,
  narrowSidebars,
  portrait,
  widenPanel,
} from '../looks.js';
import { type Api, apiOf, enter, pageOf, people, upload } from '../people.js';

const { ladan, omid } = people;

const SOON = { timeout: 240_000 };

/** Sales with Persian digits, Jalali dates and the letters of an old program. */
function sales(rows: number, more = 0): string {
  const lines = ['شهر,روز,مبلغ,نظر,خرید'];
  for (let i = 0; i < rows; i += 1) {
    const day = String((i % 29) + 1).padStart(2, '0');
    const month = String((i % 12) + 1).padStart(2, '0');
    const amount = (1000 + ((i * 7919) % 9000) + more).toLocaleString('fa-IR', { useGrouping: false });
    const city = ['تهران', 'شیراز', 'تبریز', 'رشت'][i % 4] ?? '';
    lines.push(
      `${city},۱۴۰۳/${month}/${day},${amount},نظر ${String(i)} درباره‌ي كالا,${i % 3 === 0 ? 'دوباره' : 'یک‌بار'}`,
    );
  }
  return `${lines.join('\n')}\n`;
}

/** Data as someone looks at it who wants to trust it: its rows, its versions, what learned from it. */
test.describe.serial('someone who knows her data', () => {
  let page: Page;
  let panel: Locator;
  let api: Api;
  const findings: Findings = { layout: [], access: [] };

  test.beforeAll(async ({ browser, lab }) => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 1000 } });
    await context.addInitScript(narrowSidebars);
    page = await context.newPage();
    panel = await enter(page, lab, ladan);
    api = await apiOf(lab, ladan);
    await upload(page, panel.getByRole('button', { name: 'انتخاب فایل' }), 'فروش.csv', sales(1200));
    await expect(panel.locator('[data-testid=kargah-dataset][data-state=ready]')).toHaveCount(1, SOON);
    await panel.getByTestId('kargah-dataset').click();
    await expect(shown()).toBeVisible();
  });
  test.afterAll(async () => {
    // The settings are JupyterLab's and outlive this page.
    await changeTheme(page, 'light');
    await changeLanguage(page, panel, 'fa');
    await page.context().close();
  });

  const shown = (): Locator => pageOf(page, 'kargah-dataset-page');
  const open = (tab: string): Promise<void> => shown().locator(`[data-tab=${tab}]`).click();

  test('she sees every column drawn, its Jalali days and Persian figures understood', async () => {
    const day = shown().locator('[data-column="روز"]');
    await expect(day).toContainText('تاریخ');
    await expect(day).toContainText('هجری شمسی');
    await expect(shown().locator('[data-column="مبلغ"]')).toContainText('عدد');
    await expect(shown().locator('[data-column="مبلغ"] .kg-Histogram-bins > span')).not.toHaveCount(0);
    await expect(shown()).toContainText('عربی دارد');
  });

  test('she scrolls, sorts and filters its rows', async () => {
    await open('rows');
    const rows = shown().getByTestId('kargah-rows');
    await expect(rows.getByRole('row')).not.toHaveCount(1);
    await rows.focus();
    await page.keyboard.press('End');
    await expect(rows.getByRole('cell', { name: '1200', exact: true })).toBeVisible(SOON);
    await rows.getByRole('button', { name: 'مبلغ' }).click();
    await expect(rows.getByRole('columnheader', { name: 'مبلغ' })).toHaveAttribute('aria-sort', 'ascending');
    const first = async (): Promise<number> =>
      Number(await rows.locator('tbody tr:not(.kg-Grid-space)').first().locator('td').nth(3).textContent());
    await expect.poll(first).toBeLessThan(1010);
    await shown().getByLabel('ستون', { exact: true }).selectOption('شهر');
    await shown().getByLabel('مقدار').fill('تهران');
    await shown().getByRole('button', { name: 'افزودن شرط' }).click();
    await expect(shown().getByTestId('kargah-preview').getByRole('status')).toHaveText('۳۰۰ ردیف از ۱٬۲۰۰');
  });

  test('she asks it in SQL, and is told what is wrong with a question', async () => {
    const sql = shown().getByTestId('kargah-sql');
    await sql.getByRole('textbox').fill('SELECT "شهر", count(*) AS n FROM data GROUP BY 1 ORDER BY 1');
    await sql.getByRole('button', { name: 'اجرا' }).click();
    await expect(sql.getByRole('cell', { name: '300' })).toHaveCount(4);
    // In the colours of the language, by JupyterLab's own editor.
    await expect(sql.locator('.cm-line span', { hasText: /^SELECT$/u })).toBeVisible(SOON);
    await sql.getByRole('textbox').fill('SELECT max(');
    await sql.getByRole('group', { name: 'ستون‌ها' }).getByRole('button', { name: 'مبلغ' }).click();
    await page.keyboard.type(') AS n FROM data');
    await page.keyboard.press('Control+Enter');
    await expect(sql.getByRole('columnheader', { name: 'n', exact: true })).toBeVisible();
    await expect(sql.getByRole('row')).toHaveCount(2);
    await sql.getByRole('textbox').fill("SELECT * FROM read_text('/etc/passwd')");
    await page.keyboard.press('Control+Enter');
    await expect(sql.locator('.kg-Note')).toContainText('اجرا نشد');
  });

  test('a second version stands beside the first, and what changed is shown', async () => {
    await open('versions');
    await upload(page, shown().getByRole('button', { name: 'نسخهٔ جدید' }), 'فروش.csv', sales(1300, 4000));
    const versions = shown().getByTestId('kargah-versions');
    await expect(versions.getByRole('listitem')).toHaveCount(2, SOON);
    await expect(shown()).toContainText('نسخهٔ ۲ از ۲', SOON);
    await versions.locator('[data-version="1"]').getByRole('button', { name: 'مقایسه با' }).click();
    const diff = shown().getByTestId('kargah-diff');
    await expect(diff).toContainText('ردیف‌های افزوده', SOON);
    await expect(diff).toContainText('مبلغ');
    await expect(panel.getByTestId('kargah-dataset')).toHaveCount(1);
  });

  test('a file that is here already is asked about, and opened instead of stored again', async () => {
    await upload(page, panel.getByRole('button', { name: 'بارگذاری', exact: true }), 'دوباره.csv', sales(1200));
    const here = page.getByRole('dialog').filter({ has: page.getByTestId('kargah-already-here') });
    await expect(here).toContainText('دوباره.csv');
    for (const name of ['نسخهٔ جدید', 'مجموعه‌دادهٔ دیگری'])
      await expect(here.getByRole('button', { name })).toBeVisible();
    await here.getByRole('button', { name: 'باز کردن' }).click();
    await expect(here).toHaveCount(0);
    await expect(shown()).toBeVisible();
    await expect(panel.getByTestId('kargah-dataset')).toHaveCount(1);
    await expect(panel.getByTestId('kargah-upload')).toHaveCount(0);
  });

  test('she has the file read anew with Persian letters, as a third version', async () => {
    await shown().getByRole('button', { name: 'خواندن دوباره' }).click();
    const form = page.getByTestId('kargah-reread');
    await form.getByLabel(/«ي» و «ك» عربی/u).check();
    await expect(form.locator('details')).toContainText('تغییر');
    await form.getByRole('button', { name: 'ساختن نسخه' }).click();
    await expect(shown()).toContainText('نسخهٔ ۳ از ۳', SOON);
    await expect(shown()).not.toContainText('عربی دارد');
  });

  test('she decides the split once, and a job and the dataset know of each other', async () => {
    await open('splits');
    const form = shown().getByTestId('kargah-split-form');
    await form.getByLabel('روش').selectOption('stratified');
    await form.getByLabel('ستون').selectOption('خرید');
    await form.getByRole('button', { name: 'ساختن تقسیم' }).click();
    await expect(shown().getByTestId('kargah-splits')).toContainText('پیش‌فرض کارها', SOON);
    const { items } = await api.get<{ items: { dataset_id: string }[] }>('/api/v1/datasets');
    const { job_id } = await api.post<{ job_id: string }>('/api/v1/train', {
      name: 'پیش‌بینی خرید',
      recipe: 'tabular',
      dataset_id: items[0]?.dataset_id,
      params: { target: 'خرید', epochs: 2 },
    });
    const state = async (): Promise<string> => (await api.get<{ state: string }>(`/api/v1/train/jobs/${job_id}`)).state;
    await expect.poll(state, { timeout: 240_000 }).toBe('succeeded');
    await open('uses');
    const uses = shown().getByTestId('kargah-uses');
    await expect(uses.getByRole('row')).toContainText([/کار/u, /پیش‌بینی خرید.*نسخهٔ ۳.*دارد/u]);
  });

  test('she has a job learn from the first version by a form that says what there is to choose', async () => {
    await shown().getByRole('button', { name: 'شروع آموزش' }).click();
    const form = pageOf(page, 'new-job-page');
    await expect(form.getByTestId('version').locator('option')).toHaveText([/۳.*تازه‌ترین/u, /۲/u, /۱/u]);
    await expect(form.getByTestId('split').locator('option')).toHaveText([/لایه‌ای.*خرید/u]);
    await form.getByTestId('version').selectOption('1');
    await expect(form.getByTestId('split')).toHaveCount(0);
    await form.getByTestId('target').selectOption('خرید');
    await form.getByLabel(/epochs/u).fill('1');
    await form.getByLabel('نام کار').fill('از نسخهٔ یک');
    await form.getByRole('button', { name: 'شروع آموزش' }).click();
    const job = pageOf(page, 'job-page');
    await expect(job).toContainText('نسخهٔ ۱', SOON);
    await expect(job.getByTestId('facts')).toContainText('sha256:', SOON);
    await expect(panel.getByTestId('kargah-model').filter({ hasText: 'از نسخهٔ یک' })).toContainText('نسخهٔ ۱', {
      timeout: 240_000,
    });
    await expect(panel.getByTestId('kargah-model').filter({ hasText: 'پیش‌بینی خرید' })).toContainText('نسخهٔ ۳');
    await panel.getByTestId('kargah-model').filter({ hasText: 'پیش‌بینی خرید' }).click();
    await expect(job.getByTestId('job-split')).toContainText(/لایه‌ای، .?خرید/u);
    await panel.getByTestId('kargah-dataset').click();
  });

  test('she puts it into a notebook', async () => {
    await shown().getByRole('button', { name: 'باز کردن در دفترچه' }).click();
    await expect(page.locator('.jp-Notebook .cm-content').first()).toContainText('dataset.pandas()', {
      timeout: 240_000,
    });
    await panel.getByTestId('kargah-dataset').click();
  });

  test('she registers a file of the Jupyter server and is refused one outside it', async ({ lab }) => {
    writeFileSync(join(lab.workspace, 'این‌جا.csv'), 'a,b\n1,x\n2,y\n');
    await panel.getByRole('button', { name: 'افزودن داده' }).click();
    const form = page.getByTestId('kargah-intake');
    await form.getByRole('radio', { name: 'فایل Jupyter' }).click();
    await form.getByLabel('مسیر فایل').fill('../etc/x.csv');
    await form.getByRole('button', { name: 'افزودن', exact: true }).click();
    await expect(form.locator('.kg-Note')).toContainText('درون پوشهٔ JupyterLab');
    await form.getByLabel('مسیر فایل').fill('این‌جا.csv');
    await form.getByRole('button', { name: 'افزودن', exact: true }).click();
    await expect(panel.getByTestId('kargah-dataset').filter({ hasText: 'این‌جا.csv' })).toContainText('۲ ردیف', SOON);
  });

  test('what another shares with her says whose it is, and tags find it', async ({ lab }) => {
    const his = await apiOf(lab, omid);
    const { items } = await his.get<{ items: { source_id: string }[] }>('/api/v1/sources');
    const made = await his.post<{ dataset_id: string }>(`/api/v1/sources/${items[0]?.source_id ?? ''}/import`, {});
    const path = `/api/v1/datasets/${made.dataset_id}`;
    await his.put(`${path}/sharing`, { everyone: false, emails: [ladan.email] });
    const hisRow = panel.locator('[data-testid=kargah-dataset][data-state=ready]').filter({ hasText: omid.name });
    await expect(hisRow.getByTestId('shared-with-me')).toHaveText(/امید.*با شما به اشتراک گذاشته/u, SOON);

    const mine = panel.getByTestId('kargah-dataset').filter({ hasText: 'فروش.csv' });
    await mine.click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'برچسب‌ها' }).click();
    await page.locator('.jp-Dialog').getByRole('textbox').fill('فروشگاه، ۱۴۰۳');
    await page.keyboard.press('Enter');
    await mine.getByRole('button', { name: /فروشگاه/u }).click();
    await expect(panel.getByTestId('kargah-dataset')).toHaveCount(1);
    await panel.getByTitle(/برداشتن فیلتر/u).click();
    await panel.getByRole('searchbox').fill('1403');
    await expect(panel.getByTestId('kargah-dataset')).toHaveCount(1);
    await panel.getByRole('searchbox').fill('');

    await hisRow.click({ button: 'right' });
    await expect(page.getByRole('menuitem', { name: 'حذف' })).toHaveAttribute('title', /فقط با .*امید.* است/u);
    await page.keyboard.press('Escape');
    await hisRow.click();
    await open('versions');
    await expect(shown().getByTestId('kargah-versions')).toContainText('تغییر و حذف فقط با اوست');
    await expect(shown().getByRole('button', { name: 'نسخهٔ جدید' })).toHaveCount(0);
  });

  test('a private address is refused before anything is sent', async () => {
    await panel.getByRole('button', { name: 'افزودن داده' }).click();
    const form = page.getByTestId('kargah-intake');
    await form.getByLabel('نشانی https').fill('https://169.254.169.254/latest.csv');
    await form.getByRole('button', { name: 'افزودن', exact: true }).click();
    await expect(form.locator('.kg-Note')).toContainText('شبکهٔ خصوصی');
    await page.keyboard.press('Escape');
  });

  test('its page is whole in both languages and themes', async () => {
    test.slow();
    await panel.getByTestId('kargah-dataset').filter({ hasText: 'فروش.csv' }).click();
    for (const look of looks) {
      await changeTheme(page, look.theme);
      await changeLanguage(page, panel, look.language);
      await shoot(look);
    }
    expect(findings.layout).toEqual([]);
    expect(findings.access).toEqual([]);
  });

  const shoot = async (look: Look): Promise<void> => {
    await widenPanel(page, panel, 240);
    await portrait(page, look, 'data-panel-240', findings, panel);
    await widenPanel(page, panel, 300);
    await open('columns');
    await expect(shown().locator('[data-column="روز"]')).toBeVisible();
    await portrait(page, look, 'data-columns', findings, shown());
    await open('rows');
    await expect(shown().getByTestId('kargah-rows').getByRole('cell', { name: 'تهران' }).first()).toBeVisible(SOON);
    await glance(page, look, 'data-rows', findings, shown());
    await open('versions');
    await expect(shown().getByTestId('kargah-versions').getByRole('listitem')).toHaveCount(3);
    await shown()
      .locator('[data-version="1"]')
      .getByRole('button', { name: /مقایسه با|Compare with/u })
      .click();
    await expect(shown().getByTestId('kargah-diff')).toBeVisible(SOON);
    await portrait(page, look, 'data-versions', findings, shown());
    await open('splits');
    await expect(shown().getByTestId('kargah-split-form')).toBeVisible();
    await glance(page, look, 'data-splits', findings, shown());
    await open('uses');
    await expect(shown().getByTestId('kargah-uses')).toBeVisible();
    await glance(page, look, 'data-uses', findings, shown());
  };
});
