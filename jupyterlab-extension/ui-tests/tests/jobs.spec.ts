import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { expect, test } from '../fixtures.js';
import { type Api, enterWithClouds, pageOf, people } from '../people.js';

const { mahsa } = people;

const SOON = { timeout: 240_000 };

interface Made {
  readonly job_id: string;
}

/** Starting warm, waiting, going on and trying several settings, as someone with many jobs does. */
test.describe.serial('someone with many jobs', () => {
  let page: Page;
  let panel: Locator;
  let api: Api;
  let dataset = '';

  test.beforeAll(async ({ browser, lab }) => {
    ({ page, panel, api, dataset } = await enterWithClouds(browser, lab, mahsa, {
      viewport: { width: 1440, height: 1000 },
      file: 'ابرها.csv',
    }));
  });
  test.afterAll(async () => {
    await page.context().close();
  });

  const row = (name: string): Locator => panel.getByTestId('kargah-job').filter({ hasText: name });
  const start = (name: string, more: object): Promise<Made> =>
    api.post<Made>('/api/v1/train', { name, recipe: 'tabular', dataset_id: dataset, ...more });
  const long = { params: { epochs: 10_000, patience: 0, batch_size: 16 } };

  test('she sees what would run before anything does, and what it would be refused for', async () => {
    await panel.getByRole('button', { name: 'کار جدید' }).first().click();
    const form = pageOf(page, 'new-job-page');
    await form.getByRole('button', { name: /پیش‌نمایش اجرا/u }).click();
    const plan = form.getByTestId('plan');
    await expect(plan).toContainText('epochs=30', SOON);
    await expect(plan).toContainText('دستور');
    await form.getByRole('button', { name: /منابع و اولویت/u }).click();
    await form.getByLabel('هسته').fill('۲۰۰');
    await expect(form.getByTestId('resources').getByRole('alert')).toContainText('این دستگاه');
    await form.getByLabel('هسته').fill('');
    await expect(plan).toBeVisible();
    await form.getByRole('button', { name: 'انصراف' }).click();
  });

  test('her job says that it started warm', async ({ lab }) => {
    // The Python that jobs are forked from may still be loading: a job that cannot wait for it says that it started cold.
    writeFileSync(join(lab.workspace, 'short.py'), '');
    const launched = async (): Promise<string> => {
      const { job_id } = await api.post<Made>('/api/v1/train', {
        name: 'کوتاه',
        script: { path: 'short.py', args: [] },
      });
      let launch: string | null = null;
      const known = async (): Promise<string | null> => {
        const job = await api.get<{ launch: string | null }>(`/api/v1/train/jobs/${job_id}`);
        launch = job.launch;
        return launch;
      };
      await expect.poll(known, SOON).not.toBeNull();
      return String(launch);
    };
    await expect.poll(launched, { timeout: 240_000 }).toBe('warm');
    await start('کار بلند', long);
    await row('کار بلند').click();
    const job = pageOf(page, 'job-page');
    await expect(job.getByTestId('launch')).toHaveText('گرم', SOON);
    await expect(job).toHaveAttribute('data-state', 'running', SOON);
  });

  test('another waits and says for what, and is cancelled at once', async () => {
    const { cpus } = await api.get<{ cpus: number }>('/api/v1/system');
    await start('کار پهن', { ...long, resources: { cpus } });
    await expect(row('کار پهن')).toContainText(/هستهٔ آزاد می‌خواهد|کار جلوتر از آن است/u, SOON);
    await row('کار پهن').click();
    const job = pageOf(page, 'job-page');
    await expect(job.getByText(/هستهٔ آزاد می‌خواهد|کار جلوتر از آن است/u).first()).toBeVisible();
    await job.getByRole('button', { name: 'لغو کار', exact: true }).click();
    await expect(job).toHaveAttribute('data-state', 'stopped');
  });

  test('she stops the first and goes on from where it was', async () => {
    await row('کار بلند').click();
    const stopped = pageOf(page, 'job-page');
    await stopped.getByRole('button', { name: 'توقف', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'توقف', exact: true }).click();
    await expect(stopped).toHaveAttribute('data-state', 'stopped', SOON);
    const { items } = await api.get<{ items: (Made & { name: string; progress: { step: number } })[] }>(
      '/api/v1/train/jobs?state=stopped',
    );
    const before = items.find(({ name }) => name === 'کار بلند')?.progress.step ?? 0;
    expect(before).toBeGreaterThan(0);
    await stopped.getByRole('button', { name: 'ادامه', exact: true }).first().click();
    await page.getByRole('dialog').getByRole('button', { name: 'ادامه', exact: true }).click();
    const resumed = pageOf(page, 'job-page');
    await expect(resumed.getByTestId('resumed-from')).toHaveText('کار بلند', SOON);
    await expect(resumed).toHaveAttribute('data-state', 'running', SOON);
    const id = /job_\w+/u.exec((await resumed.locator('.kg-Meta').textContent()) ?? '')?.[0] ?? '';
    const firstStep = async (): Promise<number> => {
      const { items } = await api.get<{ items: { key: string; step: number }[] }>(`/api/v1/train/jobs/${id}/metrics`);
      const steps = items.filter(({ key }) => key === 'train_loss').map(({ step }) => step);
      return steps.length === 0 ? 0 : Math.min(...steps);
    };
    // Its first own point comes after the last step of the job that it goes on from.
    await expect.poll(firstStep, SOON).toBeGreaterThan(before);
    await resumed.getByRole('button', { name: 'توقف', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'توقف', exact: true }).click();
    await expect(resumed).toHaveAttribute('data-state', 'stopped', SOON);
  });

  test('she tries four settings and finds the best one marked', async () => {
    await panel.getByRole('button', { name: 'کار جدید' }).first().click();
    const form = pageOf(page, 'new-job-page');
    await form.getByLabel(/epochs/u).fill('2');
    await form.getByRole('radio', { name: 'جست‌وجوی پارامترها' }).click();
    const fields = form.getByTestId('sweep-fields');
    await fields.getByTestId('sweep-method').selectOption('grid');
    await fields.getByTestId('sweep-pruner').selectOption('none');
    for (const [name, values] of [
      ['lr', '0.01, 0.0001'],
      ['batch_size', '32, 64'],
    ] as const) {
      const vary = fields.locator(`[data-param=${name}]`);
      if ((await vary.getAttribute('data-on')) === 'false') await vary.getByRole('switch').click();
      await vary.getByRole('radio', { name: 'چند مقدار' }).click();
      await vary.getByRole('textbox').fill(values);
    }
    await expect(fields).toContainText('۴ ترکیب');
    await form.getByRole('button', { name: 'شروع جست‌وجو' }).click();
    const sweep = pageOf(page, 'sweep-page');
    await expect(sweep).toHaveAttribute('data-state', 'succeeded', { timeout: 240_000 });
    await expect(sweep.getByTestId('trial')).toHaveCount(4);
    await expect(sweep.getByTestId('trial').first()).toContainText('بهترین');
    await expect(sweep.locator('[data-count=succeeded]')).toContainText('۴');
    await expect(sweep.getByTestId('trial-chart').locator('circle')).toHaveCount(4);
    // In the list one row stands for the four.
    await expect(panel.getByTestId('kargah-sweep')).toHaveCount(1);
    await expect(row('ابرها.csv')).toHaveCount(0);
  });

  test('she stops a search that would take all day', async () => {
    await api.post('/api/v1/train/sweeps', {
      name: 'جست‌وجوی بلند',
      recipe: 'tabular',
      dataset_id: dataset,
      params: { epochs: 10_000, patience: 0 },
      space: { lr: { kind: 'float', low: 0.0001, high: 0.01, log: true } },
      trials: 50,
    });
    const listed = panel.getByTestId('kargah-sweep').filter({ hasText: 'جست‌وجوی بلند' });
    await listed.click();
    const sweep = pageOf(page, 'sweep-page');
    await expect(sweep.locator('[data-count=running]')).toContainText(/[۱۲]/u, SOON);
    await sweep.getByRole('button', { name: 'توقف', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'توقف', exact: true }).click();
    await expect(sweep).toHaveAttribute('data-state', 'stopped', SOON);
    await expect(listed).toHaveAttribute('data-state', 'stopped');
  });
});
