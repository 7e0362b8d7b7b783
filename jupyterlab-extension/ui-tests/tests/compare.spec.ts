import type { Locator, Page } from '@playwright/test';
import { expect, test } from '../fixtures.js';
import { type Findings, portrait } from '../looks.js';
import { type Api, enterWithClouds, pageOf, panelOf, people } from '../people.js';

const { yalda } = people;

const SOON = { timeout: 240_000 };

/** Putting jobs beside each other: chosen in the list, compared on a page, live while one runs. */
test.describe.serial('someone who compares jobs', () => {
  let page: Page;
  let panel: Locator;
  let api: Api;
  let dataset = '';
  let long = '';

  test.beforeAll(async ({ browser, lab }) => {
    const own = { ...lab, url: lab.url.replace('/lab?', '/lab/workspaces/yalda?') };
    ({ page, panel, api, dataset } = await enterWithClouds(browser, own, yalda, {
      viewport: { width: 1440, height: 1000 },
      file: 'ابرها.csv',
    }));
    const start = (name: string, params: object): Promise<{ job_id: string }> =>
      api.post('/api/v1/train', { name, recipe: 'tabular', dataset_id: dataset, params: { patience: 0, ...params } });
    await start('تند', { epochs: 3, lr: 0.1 });
    await start('آهسته', { epochs: 3, lr: 0.001 });
    await expect(panel.locator('[data-testid=kargah-job][data-state=succeeded]')).toHaveCount(2, SOON);
    long = (await start('دراز', { epochs: 10_000, batch_size: 16 })).job_id;
    await expect(panel.locator('[data-testid=kargah-job][data-state=running]')).toHaveCount(1, SOON);
  });
  test.afterAll(async () => {
    // The other stories share these processors.
    const { items } = await api.get<{ items: { job_id: string; state: string }[] }>('/api/v1/train/jobs');
    const runs = items.some(({ job_id, state }) => job_id === long && state === 'running');
    if (runs) await api.post(`/api/v1/train/jobs/${long}/stop`);
    await page.context().close();
  });

  const row = (name: string): Locator => panel.getByTestId('kargah-job').filter({ hasText: name });
  const comparison = (): Locator => pageOf(page, 'compare-page');
  const charts = (): Locator => comparison().locator('.kg-Chart-plot');

  test('she chooses them by the mouse and by the keyboard, and opens them beside each other', async () => {
    await row('تند').hover();
    await row('تند').getByRole('checkbox').click();
    await expect(panel.getByTestId('kargah-chosen')).toContainText('۱');
    await row('آهسته').focus();
    await page.keyboard.press('Space');
    await row('دراز').focus();
    await page.keyboard.press('Space');
    await expect(panel.locator('[data-testid=kargah-job][aria-selected=true]')).toHaveCount(3);
    // JupyterLab keeps where one is a while after one went there: what is opened again after a reload.
    const kept = page.waitForResponse(
      (answer) =>
        answer.request().method() === 'PUT' && /kargah:open-comparison/u.test(answer.request().postData() ?? ''),
      SOON,
    );
    await panel.getByRole('button', { name: 'مقایسه', exact: true }).click();
    await expect(comparison().getByTestId('compare-row')).toHaveCount(3, SOON);
    await expect(charts().first()).toHaveAttribute('data-curves', '3', SOON);
    await expect(comparison().locator('canvas').first()).toBeVisible();
    await kept;
  });

  test('the table says what they differ in, and stands in the order of any column', async () => {
    const table = comparison().getByTestId('compare-table');
    await expect(table.getByRole('columnheader', { name: 'batch_size' })).toBeVisible();
    await expect(table.getByRole('columnheader', { name: 'patience' })).toHaveCount(0);
    await table.getByRole('button', { name: 'epochs' }).click();
    await expect(comparison().getByTestId('compare-row').last()).toContainText('دراز');
    await table.getByRole('button', { name: 'epochs' }).click();
    await expect(comparison().getByTestId('compare-row').first()).toContainText('دراز');
  });

  test('what runs goes on, and is said to have ended when it is stopped', async () => {
    const points = async (): Promise<number> => Number(await charts().first().getAttribute('data-points'));
    const before = await points();
    await expect.poll(points, SOON).toBeGreaterThan(before);
    const { items } = await api.get<{ items: { job_id: string }[] }>('/api/v1/train/jobs?state=running');
    await api.post(`/api/v1/train/jobs/${items[0]?.job_id ?? ''}/stop`);
    await expect(comparison().locator('[data-testid=compare-row] [data-state=stopped]')).toHaveCount(1, SOON);
  });

  test('parameters stand against metrics', async () => {
    await comparison().getByRole('button', { name: 'پارامترها در برابر معیارها' }).click();
    const plots = comparison().getByTestId('compare-plots');
    await expect(plots.locator('canvas')).toBeVisible(SOON);
    await plots.getByRole('radio', { name: 'مختصات موازی' }).click();
    await expect(plots.getByRole('img', { name: /کار/u })).toBeVisible();
  });

  test('it is readable to everybody, and narrow', async () => {
    const findings: Findings = { layout: [], access: [] };
    await portrait(page, { language: 'fa', theme: 'light' }, 'compare', findings);
    expect(findings.access).toEqual([]);
    await page.setViewportSize({ width: 700, height: 1000 });
    const beyond = (): Promise<number> => comparison().evaluate((root) => root.scrollWidth - root.clientWidth);
    await expect.poll(beyond, SOON).toBeLessThanOrEqual(0);
    await page.setViewportSize({ width: 1440, height: 1000 });
  });

  test('it is there again after a reload, as she left it', async () => {
    await comparison().getByRole('radio', { name: 'زمان' }).click();
    await comparison().getByRole('region', { name: 'کارها' }).getByRole('checkbox').first().uncheck();
    await expect(charts().first()).toHaveAttribute('data-curves', '2');
    await page.reload();
    await expect(panelOf(page)).toBeVisible(SOON);
    await expect(charts().first()).toHaveAttribute('data-curves', '2', SOON);
    await expect(comparison().getByRole('radio', { name: 'زمان' })).toHaveAttribute('aria-checked', 'true');
  });
});
