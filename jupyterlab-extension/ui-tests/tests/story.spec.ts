import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures.js';
import {
  accountMenu,
  apiOf,
  cloudsCsv,
  openPanel,
  openRegister,
  panelOf,
  people,
  signIn,
  signOut,
  upload,
} from '../people.js';

const { sara } = people;

const python = join(import.meta.dirname, '../../../.venv/bin/python');

/** The ten things that must always work, told as one person's first day. */
test.describe.serial('a first day with Kargah', () => {
  let page: Page;

  test.beforeAll(async ({ browser, lab }) => {
    const context = await browser.newContext({ acceptDownloads: true, viewport: { width: 1440, height: 900 } });
    page = await context.newPage();
    await openPanel(page, lab);
  });
  test.afterAll(async () => {
    await page.context().close();
  });

  test('she registers from the panel and is told in Persian when the password is short', async () => {
    const panel = panelOf(page);
    await openRegister(panel);
    await panel.getByLabel('نام', { exact: true }).fill(sara.name);
    await panel.getByLabel('ایمیل').fill(sara.email);
    await panel.getByLabel('رمز عبور', { exact: true }).fill('کوتاه');
    await panel.getByRole('button', { name: 'ساختن حساب' }).click();
    await expect(panel.getByText('دست‌کم ۱۲ نویسه لازم است')).toBeVisible();
    await panel.getByLabel('رمز عبور', { exact: true }).fill(sara.password);
    await panel.getByRole('button', { name: 'ساختن حساب' }).click();
    await expect(accountMenu(panel, sara)).toBeVisible();
    await expect(panel.getByText('سه گام تا اولین مدل')).toBeVisible();
  });

  test('she signs out, is told that a wrong password is wrong, signs in, and stays signed in across a reload', async () => {
    const panel = panelOf(page);
    await signOut(page, panel, sara);
    await panel.getByLabel('ایمیل').fill(sara.email);
    await panel.getByLabel('رمز عبور', { exact: true }).fill('این رمز او نیست هرگز');
    await panel.getByRole('button', { name: 'ورود', exact: true }).click();
    await expect(panel.getByText('رمز یا ایمیل درست نیست.')).toBeVisible();
    await signIn(panel, sara);
    await page.reload();
    await expect(accountMenu(panelOf(page), sara)).toBeVisible({ timeout: 240_000 });
  });

  test('she uploads a dataset and sees its columns', async () => {
    const panel = panelOf(page);
    await upload(page, panel.getByRole('button', { name: 'انتخاب فایل' }), 'ابرها.csv', cloudsCsv());
    const row = panel.getByRole('row', { name: /ابرها\.csv/u });
    await expect(row).toContainText('۶۰۰ ردیف', { timeout: 240_000 });
    await row.dblclick();
    const tab = page.getByTestId('kargah-dataset-page').and(page.locator(':visible'));
    await expect(tab.getByRole('heading', { name: /ابرها/u })).toBeVisible();
    await expect(tab.getByText('برچسب').first()).toBeVisible();
    await expect(tab.getByText('آری').first()).toBeVisible();
  });

  test('she drops a file from an old Windows program on the panel, and its Persian text is read', async () => {
    const script = "import sys; sys.stdout.buffer.write('شهر,قيمت\\nتهران,12\\nكرمان,9\\nيزد,7\\n'.encode('cp1256'))";
    const bytes = [...execFileSync(python, ['-c', script])];
    const dropped = await page.evaluateHandle((content) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([new Uint8Array(content)], 'شهرها.csv'));
      return transfer;
    }, bytes);
    const panel = panelOf(page);
    for (const event of ['dragenter', 'dragover', 'drop']) {
      await panel.getByTestId('kargah-datasets').dispatchEvent(event, { dataTransfer: dropped });
    }
    const row = panel.locator('[data-testid="kargah-dataset"][data-name="شهرها.csv"]');
    await expect(row).toHaveAttribute('data-state', 'ready', { timeout: 240_000 });
    await row.dblclick();
    const tab = page.getByTestId('kargah-dataset-page').and(page.locator(':visible'));
    await tab.locator('[data-tab=rows]').click();
    await expect(tab.getByText('کرمان').first()).toBeVisible();
  });

  test('she starts a job by choosing the dataset and pressing start', async () => {
    await panelOf(page)
      .getByRole('row', { name: /ابرها\.csv/u })
      .dblclick();
    await page
      .getByTestId('kargah-dataset-page')
      .and(page.locator(':visible'))
      .getByRole('button', { name: 'شروع آموزش' })
      .first()
      .click();
    const form = page.getByTestId('new-job-page');
    await expect(form.getByRole('heading', { name: 'کار آموزش جدید' })).toBeVisible();
    await form.getByRole('button', { name: 'شروع آموزش' }).click();
    await expect(page.getByTestId('job-page')).toBeVisible();
  });

  test('she sees its progress live, point by point, without touching the page', async () => {
    const job = page.getByTestId('job-page');
    await expect(job.locator('.uplot canvas').first()).toBeVisible({ timeout: 240_000 });
    await expect(job).toHaveAttribute('data-state', 'succeeded', { timeout: 240_000 });
    await expect(job.getByText('موفق', { exact: true }).first()).toBeVisible();
    await expect(job.getByRole('log')).toContainText(/epoch \d+\/\d+ .*val_acc=/u);
    await expect(job.getByTestId('report').getByRole('cell', { name: 'درستی', exact: true })).toBeVisible();
  });

  test('she stops a second job in the middle and it says so only when nothing is left', async ({ lab }) => {
    const api = await apiOf(lab, sara);
    const { items } = await api.get<{ items: { dataset_id: string; name: string }[] }>('/api/v1/datasets');
    const dataset = items.find(({ name }) => name.startsWith('ابرها'));
    const created = await api.post<{ job_id: string }>('/api/v1/train', {
      name: 'کار بلند',
      recipe: 'tabular',
      dataset_id: dataset?.dataset_id,
      params: { epochs: 10_000, patience: 0 },
    });

    const row = panelOf(page).getByRole('row', { name: /کار بلند/u });
    await expect(row).toBeVisible();
    await row.dblclick();
    const job = page.getByTestId('job-page').and(page.locator(':visible'));
    await expect(job.getByText('در حال آموزش').first()).toBeVisible({ timeout: 240_000 });
    await expect(job.locator('.uplot canvas').first()).toBeVisible({ timeout: 240_000 });
    const moving = job.getByTestId('progress');
    const seen = await moving.textContent();
    await expect(moving).not.toHaveText(seen ?? '');
    await job.getByRole('button', { name: 'توقف', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'توقف', exact: true }).click();
    await expect(job.getByText('متوقف').first()).toBeVisible({ timeout: 240_000 });
    expect(processesOf(created.job_id)).toEqual([]);
  });

  test('she sees all her jobs with their states', async () => {
    const panel = panelOf(page);
    await expect(panel.getByRole('row', { name: /کار بلند/u })).toContainText('متوقف');
    await expect(panel.getByTestId('kargah-job')).toHaveCount(2);
  });

  test('she downloads the trained model and PyTorch opens it', async () => {
    const succeeded = panelOf(page).getByTestId('kargah-job').and(page.locator('[data-state="succeeded"]'));
    await succeeded.dblclick();
    const download = page.waitForEvent('download');
    await page
      .getByTestId('job-page')
      .and(page.locator(':visible'))
      .getByRole('button', { name: 'دانلود مدل' })
      .click();
    const file = await (await download).path();
    const answer = execFileSync(
      python,
      ['-c', 'import sys, torch; print(type(torch.export.load(sys.argv[1]).module()).__mro__[-2].__name__)', file],
      { encoding: 'utf8' },
    );
    expect(answer.trim()).toBe('Module');
  });

  test('she opens MLflow inside JupyterLab, signed in as herself', async () => {
    await page
      .getByTestId('job-page')
      .and(page.locator(':visible'))
      .getByRole('button', { name: 'باز کردن در MLflow' })
      .click();
    const frame = page.frameLocator('iframe[src*="/kargah/mlflow/"]');
    await expect(frame.getByText('val_loss').first()).toBeVisible({ timeout: 240_000 });
  });

  test('nothing on the bridge is open without a token', async ({ lab }) => {
    const base = lab.bridge().url;
    const description = (await (await fetch(`${base}/api/v1/openapi.json`)).json()) as {
      paths: Record<string, Record<string, unknown>>;
    };
    const open: string[] = [];
    for (const [path, methods] of Object.entries(description.paths)) {
      for (const method of Object.keys(methods).filter((name) =>
        ['get', 'post', 'put', 'patch', 'delete', 'head'].includes(name),
      )) {
        const address = path.replaceAll(
          /\{(\w+)_id\}/gu,
          (_all, kind: string) => `${{ dataset: 'ds', job: 'job', upload: 'up' }[kind] ?? kind}_abcdefgh12345678`,
        );
        const { status } = await fetch(base + address, {
          method: method.toUpperCase(),
          headers: { 'content-type': 'application/json' },
          ...(method === 'post' ? { body: '{}' } : {}),
        });
        if (status !== 401) open.push(`${method} ${path} ${String(status)}`);
      }
    }
    // The public few, and those that take a password or a cookie: at this port they answer that people sign in through Jupyter.
    expect(open.map((line) => line.replace(/ \d+$/u, '')).sort()).toEqual(
      [
        'get /',
        'get /api/v1/auth/signup',
        'get /api/v1/openapi.json',
        'get /docs',
        'get /healthz',
        'get /readyz',
        'post /api/auth/login',
        'post /api/auth/register',
        'post /api/v1/auth/login',
        'post /api/v1/auth/logout',
        'post /api/v1/auth/refresh',
        'post /api/v1/auth/register',
        'post /api/v1/auth/reset',
        'post /api/v1/invitations/look',
      ].sort(),
    );
    const { status } = await fetch(`${base}/mlflow/api/2.0/mlflow/experiments/search`, { method: 'POST', body: '{}' });
    expect(status).toBe(401);
  });
});

/** Processes on this machine that carry the job's mark in their environment. */
function processesOf(jobId: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/u.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/environ`).includes(`KARGAH_JOB_ID=${jobId}`);
    } catch {
      return false; // It ended while we looked.
    }
  });
}
