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
import { type Api, apiOf, openPanel, people, register, upload } from '../people.js';

const { negar } = people;

const LONG_NAME = 'نظرهای خرید مشتریان فروشگاه Tehran-Karaj، پاییز ۱۴۰۵.csv';
const WIDE = { width: 1440, height: 1200 };
/** Leaves about 700 px to the main area, beside the side panel. */
const NARROW = { width: 1070, height: 1200 };

test.describe.serial('what people see', () => {
  let page: Page;
  let panel: Locator;
  let api: Api;
  const jobs: Record<string, string> = {};
  const findings: Findings = { layout: [], access: [] };

  const eachLook = async (shoot: (look: Look) => Promise<void>): Promise<void> => {
    for (const look of looks) {
      await changeTheme(page, look.theme);
      await changeLanguage(page, panel, look.language);
      await shoot(look);
    }
  };
  const shown = (testId: string): Locator => page.getByTestId(testId).and(page.locator(':visible'));
  const openJob = async (name: string): Promise<Locator> => {
    await panel.getByTestId('kargah-job').filter({ hasText: name }).click();
    const tab = shown('job-page');
    await expect(tab.getByRole('heading', { name })).toBeVisible();
    return tab;
  };

  test.beforeAll(async ({ browser, lab }) => {
    const context = await browser.newContext({ viewport: WIDE });
    await context.addInitScript(narrowSidebars);
    page = await context.newPage();
    // A workspace of its own: its tabs and widths are not left to the next story.
    panel = await openPanel(page, { ...lab, url: lab.url.replace('/lab?', '/lab/workspaces/looks?') });
    await register(panel, negar);
    api = await apiOf(lab, negar);
  });
  test.afterAll(async ({ lab }) => {
    if (jobs['running'] !== undefined) process.kill(lab.jobPids(jobs['running']).child, 'SIGCONT');
    for (const id of ['running', 'queued']) {
      if (jobs[id] !== undefined) await api.post(`/api/v1/train/jobs/${jobs[id]}/stop`);
    }
    // The settings are JupyterLab's and outlive this page.
    await changeTheme(page, 'light');
    if (await panel.getByTestId('kargah-account').isVisible()) await changeLanguage(page, panel, 'fa');
    await page.context().close();
  });

  test('the first steps and the catalogue are whole in both languages and themes', async () => {
    await eachLook(async (look) => {
      await expect(page.getByTestId('kargah-first-run')).toBeVisible();
      await widenPanel(page, panel, 320);
      await glance(page, look, 'first-run-320', findings, panel);
      await widenPanel(page, panel, 240);
      await portrait(page, look, 'first-run-240', findings, panel);
      await panel.getByRole('button', { name: /^(دادهٔ آماده|Ready data)$/u }).click();
      const catalogue = page.getByTestId('kargah-catalogue');
      await expect(catalogue.getByRole('listitem')).toHaveCount(7);
      await portrait(page, look, 'catalogue', findings, page.locator('.jp-Dialog-content'));
      await page.keyboard.press('Escape');
      await expect(catalogue).toBeHidden();
    });
  });

  test('she has data and jobs in every state', async ({ lab }) => {
    await changeLanguage(page, panel, 'fa');
    await panel.getByRole('button', { name: 'دادهٔ آماده' }).click();
    await page.getByRole('button', { name: /رقم‌های دست‌نویس/u }).click();
    await page.keyboard.press('Escape');
    await upload(page, panel.getByRole('button', { name: 'بارگذاری' }), LONG_NAME, reviewsCsv());
    const rows = panel.getByTestId('kargah-dataset');
    await expect(rows.and(page.locator('[data-state=ready]'))).toHaveCount(2, { timeout: 240_000 });

    const { items } = await api.get<{ items: { dataset_id: string; source_id: string | null }[] }>('/api/v1/datasets');
    const digits = items.find((one) => one.source_id !== null)?.dataset_id ?? '';
    const reviews = items.find((one) => one.source_id === null)?.dataset_id ?? '';
    writeFileSync(join(lab.workspace, 'exits_three.py'), 'print("reading", flush=True)\nraise SystemExit(3)\n');
    const start = async (name: string, body: object): Promise<string> =>
      (await api.post<{ job_id: string }>('/api/v1/train', { name, ...body })).job_id;
    const states = (state: string): Locator => panel.locator(`[data-testid=kargah-job][data-state=${state}]`);
    const recipe = 'tabular';
    jobs['succeeded'] = await start('mlp-digits-06', { recipe, dataset_id: digits, params: { epochs: 8 } });
    await start('cnn-flowers-01_with_a_name_that_is_longer_than_any_panel', {
      script: { path: 'exits_three.py', args: [] },
    });
    await expect(states('succeeded')).toHaveCount(1, { timeout: 240_000 });
    await expect(states('failed')).toHaveCount(1, { timeout: 240_000 });
    await api.post('/api/v1/train/sweeps', {
      name: 'نرخ و اندازهٔ دستهٔ رقم‌ها',
      recipe,
      dataset_id: digits,
      params: { epochs: 2 },
      space: { lr: { kind: 'choice', values: [0.01, 0.001] }, batch_size: { kind: 'choice', values: [64] } },
      method: 'grid',
    });
    await expect(panel.locator('[data-testid=kargah-sweep][data-state=succeeded]')).toHaveCount(1, {
      timeout: 240_000,
    });
    jobs['running'] = await start('رقم‌ها با MLP', {
      recipe,
      dataset_id: digits,
      params: { epochs: 100, batch_size: 16, patience: 0 },
    });
    // All cores, of which the running one has some.
    const { cpus } = await api.get<{ cpus: number }>('/api/v1/system');
    jobs['queued'] = await start('دسته‌بندی نظرهای خرید با شبکهٔ بزرگ‌تر', {
      recipe,
      dataset_id: reviews,
      resources: { cpus },
    });
    const share = states('running').getByRole('progressbar').last();
    const percent = async (): Promise<number> => Number(await share.getAttribute('aria-valuenow'));
    await expect.poll(percent, { timeout: 240_000 }).toBeGreaterThanOrEqual(30);
    // Held still: the pictures are of one moment, and training does not take the processor from those who look.
    process.kill(lab.jobPids(jobs['running']).child, 'SIGSTOP');
    await expect(states('queued')).toHaveCount(1);
  });

  test('the side panel is whole at 240, 320 and its usual width', async () => {
    await eachLook(async (look) => {
      await expect(panel.getByTestId('kargah-model')).toHaveCount(2);
      await widenPanel(page, panel, 240);
      await portrait(page, look, 'panel-240', findings, panel);
      for (const width of [320, 300]) {
        await widenPanel(page, panel, width);
        await glance(page, look, `panel-${String(width)}`, findings, panel);
      }
      await panel.getByTestId('kargah-account').click();
      await expect(page.getByRole('menu')).toBeVisible();
      await portrait(page, look, 'account-menu', findings, page.getByRole('menu'));
      await page.keyboard.press('Escape');
    });
  });

  test('the page of a dataset is whole', async () => {
    await panel.getByRole('row', { name: LONG_NAME }).click();
    await expect(page.getByTestId('kargah-dataset-page').locator('[data-column]').first()).toBeVisible();
    await eachLook(async (look) => {
      await portrait(page, look, 'dataset', findings);
    });
  });

  test('the form of a new job is whole, also where it refuses', async () => {
    await page
      .getByTestId('kargah-dataset-page')
      .getByRole('button', { name: /^(شروع آموزش|Train)$/u })
      .click();
    const form = shown('new-job-page');
    await expect(form.getByTestId('dataset')).toHaveValue(/./u);
    await eachLook(async (look) => {
      await portrait(page, look, 'new-job', findings);
    });
    await form.getByTestId('resources').getByRole('button').click();
    await form.getByTestId('dry-run').getByRole('button').first().click();
    await expect(form.getByTestId('plan')).toBeVisible();
    await eachLook(async (look) => {
      await glance(page, look, 'new-job-dry-run', findings, form);
    });
    await form.getByRole('radio', { name: /^(جست‌وجوی پارامترها|Try several settings)$/u }).click();
    await eachLook(async (look) => {
      await portrait(page, look, 'new-job-sweep', findings);
    });
    await page.setViewportSize(NARROW);
    await glance(page, { language: 'en', theme: 'dark' }, 'new-job-sweep-700', findings);
    await page.setViewportSize(WIDE);
    await form.getByRole('radio', { name: /^(یک اجرا|One run)$/u }).click();
    await form.getByTestId('dataset').selectOption('');
    await form.locator('[type=submit]').click();
    await expect(form.getByRole('alert').first()).toBeVisible();
    await portrait(page, { language: 'en', theme: 'dark' }, 'new-job-refused', findings);
  });

  test('the page of a running job is whole, wide and narrow', async () => {
    await openJob('رقم‌ها با MLP');
    await eachLook(async (look) => {
      await expect(shown('job-page').locator('.uplot canvas').first()).toBeVisible({ timeout: 240_000 });
      await portrait(page, look, 'job-running-1440', findings);
      await page.setViewportSize(NARROW);
      await glance(page, look, 'job-running-700', findings);
      await page.setViewportSize(WIDE);
    });
  });

  test('the page of a job that succeeded is whole, wide and narrow', async () => {
    await openJob('mlp-digits-06');
    await eachLook(async (look) => {
      await expect(shown('job-page').locator('.uplot canvas').first()).toBeVisible();
      await expect(shown('job-page').getByTestId('report').getByRole('table').first()).toBeVisible();
      await glance(page, look, 'job-succeeded-1440', findings);
      await page.setViewportSize(NARROW);
      await portrait(page, look, 'job-succeeded-700', findings);
      await page.setViewportSize(WIDE);
    });
  });

  test('the page of a sweep is whole, wide and narrow', async () => {
    await panel.getByTestId('kargah-sweep').click();
    await expect(shown('sweep-page').getByTestId('trial')).toHaveCount(2);
    await eachLook(async (look) => {
      await portrait(page, look, 'sweep-1440', findings);
    });
    await page.setViewportSize(NARROW);
    await glance(page, { language: 'en', theme: 'dark' }, 'sweep-700', findings);
    await page.setViewportSize(WIDE);
  });

  test('the pages of a failed and of a queued job are whole', async () => {
    for (const [picture, name] of [
      ['job-failed', 'cnn-flowers-01'],
      ['job-queued', 'دسته‌بندی نظرهای'],
    ] as const) {
      await expect((await openJob(name)).locator('.kg-Note').first()).toBeVisible();
      await eachLook(async (look) => {
        await portrait(page, look, picture, findings);
      });
    }
  });

  test('the panel of someone signed out is whole', async () => {
    await eachLook(async (look) => {
      await panel.getByTestId('kargah-account').click();
      await page.getByRole('menuitem', { name: /^(خروج|Sign out)/u }).click();
      await expect(panel.getByTestId('kargah-sign-in')).toBeVisible();
      await widenPanel(page, panel, 320);
      await glance(page, look, 'signed-out-320', findings, panel);
      await panel.locator('[type=submit]').click();
      await expect(panel.getByRole('alert').first()).toBeVisible();
      await widenPanel(page, panel, 240);
      await portrait(page, look, 'signed-out-240', findings, panel);
      await panel.locator('input[name=email]').fill(negar.email);
      await panel.locator('input[name=password]').fill(negar.password);
      await panel.locator('[type=submit]').click();
      await expect(panel.getByTestId('kargah-account')).toBeVisible();
    });
  });

  test('nothing was cut, beyond its panel or turned the wrong way in any of the pictures', () => {
    expect(findings.layout).toEqual([]);
  });

  test('axe has no serious finding in any of the pictures', () => {
    expect(findings.access).toEqual([]);
  });
});

/** What Persian shops really have: mixed scripts, Arabic letters, dates of two calendars, holes. */
function reviewsCsv(): string {
  const texts = [
    'خیلی راضی‌ام، همان چیزی بود که می‌خواستم.',
    'بسته‌بندی خوب نبود ولی خودِ کالا سالم رسید',
    'Not worth it. پشتیبانی هم جواب نمی‌دهد!',
    'عالی؛ ارسال ۲۴ ساعته بود (تهران).',
    '',
    'بعد از ۲ هفته خراب شد، v2 را نخرید.',
    'كيفيت خوبي دارد ولي گران است',
  ];
  const goods = [
    'هدفون Sony WH-1000XM5',
    'Galaxy A55، ۲۵۶ گیگ',
    'کابل USB-C به HDMI',
    'کتاب «کلیدر»، ۱۰ جلد',
    'ماوس Logitech M185',
  ];
  const labels = ['مثبت', 'مثبت', 'منفی', 'خنثی', 'مثبت'];
  const lines = ['متن نظر,کالا,امتیاز,قیمت (تومان),تاریخ,sku,برچسب'];
  for (let i = 0; i < 420; i += 1) {
    const day = String((i % 28) + 1).padStart(2, '0');
    lines.push(
      [
        texts[i % 7],
        goods[i % 5],
        (i % 5) + 1,
        890_000 + ((i * 37) % 97) * 215_000,
        `2026-${String((i % 9) + 1).padStart(2, '0')}-${day}`,
        `KG-${String(10_000 + i)}`,
        labels[i % 5],
      ]
        .map((cell) => `"${String(cell)}"`)
        .join(','),
    );
  }
  return `${lines.join('\n')}\n`;
}
