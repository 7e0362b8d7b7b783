import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { expect, test } from '../fixtures.js';
import { type Findings, glance } from '../looks.js';
import { accountMenu, type Api, enterWithClouds, pageOf, people } from '../people.js';

const { pari } = people;

const SOON = { timeout: 240_000 };

interface Made {
  readonly job_id: string;
}

/** What is said at the size of a small screen and of the panel as it first opens. */
test.describe.serial('a panel that says nothing false', () => {
  let page: Page;
  let panel: Locator;
  let api: Api;
  let dataset = '';
  const findings: Findings = { layout: [], access: [] };

  test.beforeAll(async ({ browser, lab }) => {
    ({ page, panel, api, dataset } = await enterWithClouds(browser, lab, pari, {
      viewport: { width: 1280, height: 800 },
      file: 'ابر ۱۴۰۴.csv',
    }));
  });
  test.afterAll(async () => {
    await page.context().close();
  });

  const row = (name: string): Locator => panel.getByTestId('kargah-job').filter({ hasText: name });
  const status = (): Locator => page.getByTestId('kargah-status');
  const toast = (name: string): Locator => page.locator('.Toastify__toast').filter({ hasText: name });
  const train = (name: string, more: object = {}): Promise<Made> =>
    api.post<Made>('/api/v1/train', { name, recipe: 'tabular', dataset_id: dataset, ...more });
  const run = (lab: { workspace: string }, name: string, source: string): Promise<Made> => {
    writeFileSync(join(lab.workspace, name), source);
    return api.post<Made>('/api/v1/train', { name, script: { path: name, args: [] } });
  };
  /** Opens a job's page by its id, as a notification does. */
  const open = async (jobId: string): Promise<Locator> => {
    await page.evaluate(async (id) => {
      const { jupyterapp } = window as unknown as {
        jupyterapp: { commands: { execute(command: string, args: object): Promise<void> } };
      };
      await jupyterapp.commands.execute('kargah:open-job', { job_id: id });
    }, jobId);
    return pageOf(page, 'job-page');
  };
  const ended = (job: Locator, state: string): Promise<void> => expect(job).toHaveAttribute('data-state', state, SOON);
  const focused = (): Promise<string> =>
    page.evaluate(() => {
      const at = document.activeElement;
      if (at === null || at === document.body) return 'nothing';
      return `${at.getAttribute('role') ?? at.tagName} ${at.getAttribute('data-name') ?? at.getAttribute('aria-label') ?? at.textContent}`;
    });

  test('a failed script is told of at once, with its exception, and the status bar does not say that all is well', async ({
    lab,
  }) => {
    await run(
      lab,
      'fail.py',
      "print('begin ' * 200, 'https://example.org/run')\nraise ValueError('no such column: 12')\n",
    );
    await expect(toast('fail.py')).toContainText('ValueError: no such column: 12', SOON);
    await expect(status()).toContainText('۱ کار ناموفق بود');
    await expect(row('fail.py')).toContainText('ValueError: no such column: 12');
    await toast('fail.py').getByRole('button', { name: 'دیدن خط در لاگ' }).click();
    const job = pageOf(page, 'job-page');
    await expect(job.getByTestId('exception')).toHaveText('ValueError: no such column: 12', SOON);
    await expect(job.locator('.kg-Log-line.kg-mod-hit')).toContainText('ValueError: no such column: 12', SOON);
    const link = job.locator('.kg-Log a');
    /** How far an address at the end of a long line lies beyond the inline end of the log. */
    const beyond = (): Promise<number> =>
      link.evaluate((one) => one.getBoundingClientRect().right - one.closest('.kg-Log')!.getBoundingClientRect().right);
    expect(await beyond()).toBeGreaterThan(0);
    await job.getByRole('button', { name: 'شکستن خط‌های بلند' }).click();
    await expect.poll(beyond).toBeLessThan(0);
    // At the end of a log whose lines are of different heights.
    await job.getByRole('switch', { name: 'دنبال کردن' }).click();
    await expect(job.locator('.kg-Log-line').last()).toBeInViewport();
    await job.getByRole('button', { name: 'شکستن خط‌های بلند' }).click();
    await status().click();
    await page.keyboard.press('Escape');
    await expect(status()).toContainText('کاری در جریان نیست');
  });

  test('a script that does not say how far it is shows how long it runs, and no share', async ({ lab }) => {
    const go = join(lab.workspace, 'go');
    await run(lab, 'silent.py', `import os, time\nwhile not os.path.exists(${JSON.stringify(go)}): time.sleep(0.05)\n`);
    await expect(row('silent.py')).toHaveAttribute('data-state', 'running', SOON);
    await expect(row('silent.py').locator('.kg-Bar.kg-mod-unknown')).toBeVisible();
    await expect(row('silent.py').locator('.kg-Elapsed')).toHaveText(/[۰-۹]:[۰-۹]{2}/u);
    await expect(row('silent.py')).not.toContainText('٪');
    await expect(status()).toHaveText(/۱ کار.*[۰-۹]:[۰-۹]{2}/u);
    await expect(status()).not.toContainText('٪');
    writeFileSync(go, '');
    await expect(toast('silent.py')).toContainText('تمام شد', SOON);
  });

  test('a job that succeeded is told of with its figure, the same on its page, in its row and in its log', async () => {
    const { job_id } = await train('نخست', { params: { epochs: 12, patience: 0 } });
    await expect(toast('نخست')).toContainText('val_accuracy', SOON);
    const job = await open(job_id);
    await ended(job, 'succeeded');
    const { progress } = await api.get<{ progress: { best: { value: number; epoch: number } } }>(
      `/api/v1/train/jobs/${job_id}`,
    );
    const lines = job.getByTestId('log-card').locator('.kg-Log-lines');
    await expect(lines).toContainText('best epoch', SOON);
    const log = await lines.innerText();
    const [, epoch, value] = /best epoch (\d+): val_accuracy=([\d.]+)/u.exec(log) ?? [];
    expect([progress.best.epoch, progress.best.value.toPrecision(4)]).toEqual([
      Number(epoch),
      Number(value).toPrecision(4),
    ]);
    const headline = job.getByTestId('headline');
    await expect(headline).toContainText(`مدل شما، دورهٔ ${Number(epoch).toLocaleString('fa')}`);
    const figure = (await headline.locator('.kg-Tiles-value').innerText()).replace(/\p{Cf}/gu, '');
    await expect(row('نخست').locator('.kg-Row-end')).toContainText(figure.replace('٪', ''));
  });

  test('a chart has a logarithmic axis, the whole window and files of its own', async () => {
    const job = pageOf(page, 'job-page');
    const card = (): Locator => job.getByTestId('chart-loss');
    const settings = page.getByRole('dialog', { name: /تنظیم نمودار/u });
    const ask = (): Promise<void> =>
      card()
        .getByRole('button', { name: /تنظیم نمودار/u })
        .click();
    const saved = async (name: RegExp): Promise<Buffer> => {
      const [file] = await Promise.all([page.waitForEvent('download'), settings.getByRole('button', { name }).click()]);
      return readFileSync(await file.path());
    };
    await expect(card().locator('canvas')).toBeVisible(SOON);
    await expect(card().getByRole('img')).toHaveAttribute('data-best', /^\d+$/u);
    await ask();
    const linear = await saved(/PNG/u);
    await settings.getByRole('checkbox', { name: 'محور لگاریتمی' }).check();
    await settings.getByLabel('از', { exact: true }).fill('۰٫۰۰۱');
    expect(linear.subarray(1, 4).toString('latin1')).toBe('PNG');
    await expect(card().getByRole('img')).toHaveAttribute('data-scale', 'log');
    expect((await saved(/PNG/u)).equals(linear)).toBe(false);
    const rows = (await saved(/CSV/u)).toString('utf8').trim().split('\r\n');
    expect(rows[0]).toBe('metric,step,timestamp_ms,value');
    expect(rows.some((one) => /^val_loss,\d+,\d+,/u.test(one))).toBe(true);
    expect(rows.length).toBeGreaterThan(12);
    await settings.getByRole('button', { name: 'تمام‌صفحه' }).click();
    const whole = job.getByRole('dialog');
    await expect(whole).toBeVisible();
    const window = page.viewportSize()!;
    await expect
      .poll(async () => (await whole.locator('canvas').boundingBox())?.height)
      .toBeGreaterThan(window.height / 2);
    await glance(page, { language: 'fa', theme: 'light' }, 'chart-whole', findings);
    await page.keyboard.press('Escape');
    await expect(whole).toHaveCount(0);
    await expect(card().locator('canvas')).toBeVisible();
    await ask();
    await glance(page, { language: 'fa', theme: 'light' }, 'chart-settings', findings);
    await settings.getByRole('button', { name: 'مانند نمودارهای دیگر' }).click();
    await expect(card().getByRole('img')).toHaveAttribute('data-scale', 'linear');
    await page.keyboard.press('Escape');
    expect(findings.layout).toEqual([]);
  });

  test('no figure of a legend or a tile is cut: the labels yield', async () => {
    const job = pageOf(page, 'job-page');
    await expect(job.getByTestId('chart-loss')).toBeVisible(SOON);
    for (const width of [1280, 1000, 1100]) {
      await page.setViewportSize({ width, height: 800 });
      const cut = await job.evaluate((root) =>
        [
          ...root.querySelectorAll<HTMLElement>('.kg-Legend b, .kg-Tiles .kg-Tiles-value, .kg-System .kg-Text-nowrap'),
        ].flatMap((figure) => {
          const box = figure.getBoundingClientRect();
          for (let one = figure.parentElement; one !== null && one !== root; one = one.parentElement) {
            const around = one.getBoundingClientRect();
            const beyond = box.left < around.left - 1 || box.right > around.right + 1;
            if (beyond && (getComputedStyle(one).overflowX !== 'visible' || one.matches('.kg-Card, .kg-Tiles > div')))
              return [`${figure.textContent} in ${one.className}`];
          }
          return figure.scrollWidth > figure.clientWidth + 1 && getComputedStyle(figure).overflowX !== 'visible'
            ? [figure.textContent]
            : [];
        }),
      );
      expect(cut, `at ${String(width)}`).toEqual([]);
    }
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  test('while the history is on its way its place is kept, and nothing is said to be missing', async () => {
    const { items } = await api.get<{ items: (Made & { name: string })[] }>('/api/v1/train/jobs');
    const jobId = items.find(({ name }) => name === 'نخست')?.job_id ?? '';
    await page.locator('.lm-TabBar-tab.lm-mod-current .lm-TabBar-tabCloseIcon').first().click();
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    await page.route(`**/jobs/${jobId}/metrics*`, async (route) => {
      await held;
      await route.continue();
    });
    const job = await open(jobId);
    await expect(job.getByTestId('charts-waiting')).toBeVisible();
    await expect(job.getByTestId('headline')).toBeVisible();
    await expect(job).not.toContainText('معیاری ثبت نکرد');
    await expect(job).not.toContainText('هنوز داده‌ای نرسیده');
    release();
    await expect(job.getByTestId('chart-loss')).toBeVisible();
    await page.unroute(`**/jobs/${jobId}/metrics*`);
  });

  test('the actions of a row are reached by the keyboard, and the focus never falls to the page', async () => {
    await row('fail.py').focus();
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('BUTTON رونوشت');
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('BUTTON بیشتر');
    // Towards the inline start, as the arrows point.
    await page.keyboard.press('ArrowRight');
    expect(await focused()).toBe('BUTTON رونوشت');
    await page.keyboard.press('Escape');
    expect(await focused()).toBe('row fail.py');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('menu')).toBeVisible();
    await page.keyboard.press('Escape');
    expect(await focused()).toBe('BUTTON بیشتر');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Delete');
    await expect(row('fail.py')).toHaveCount(0);
    await expect.poll(focused).toMatch(/^row /u);
    // Without a question, since it can be taken back: by the notice, or by a key here.
    await page.getByRole('button', { name: 'برگرداندن', exact: true }).click();
    await expect(row('fail.py')).toBeVisible();
    await row('fail.py').focus();
    await page.keyboard.press('Delete');
    await expect(row('fail.py')).toHaveCount(0);
    await expect.poll(focused).toMatch(/^row /u);
    await page.keyboard.press('Control+z');
    await expect(row('fail.py')).toBeVisible();
    await row('fail.py').focus();
    await page.keyboard.press('Delete');
    await expect(row('fail.py')).toHaveCount(0);
    await expect.poll(focused).toMatch(/^row /u);
  });

  for (const [language, stop, dismiss] of [
    ['fa', 'توقف', 'انصراف'],
    ['en', 'Stop', 'Cancel'],
  ] as const) {
    test(`the question before a stop has one word for it and room between its buttons, ${language}`, async () => {
      const { job_id } = await train(`بلند ${language}`, { params: { epochs: 10_000, patience: 0, batch_size: 16 } });
      const job = await open(job_id);
      await ended(job, 'running');
      if (language === 'en') {
        await accountMenu(panel, pari).click();
        await page.getByRole('menuitem', { name: /زبان/u }).click();
      }
      await job.getByRole('button', { name: stop, exact: true }).click();
      const dialog = page.getByRole('dialog');
      const [yes, no] = [stop, dismiss].map((name) => dialog.getByRole('button', { name, exact: true })) as [
        Locator,
        Locator,
      ];
      await expect(no).toBeFocused();
      const [a, b] = [await yes.boundingBox(), await no.boundingBox()];
      const gap = Math.max(a!.x - (b!.x + b!.width), b!.x - (a!.x + a!.width));
      expect(gap).toBeGreaterThanOrEqual(8);
      // The outline of the button that has the focus lies 4 px outside of it.
      await yes.click();
      await ended(job, 'stopped');
      if (language === 'en') {
        await panel.getByRole('button', { name: /’s account$/u }).click();
        await page.getByRole('menuitem', { name: /Language/u }).click();
      }
    });
  }

  test('the chart of a long job fits what it has, and its plan on request; continued, it shows what came before', async () => {
    /** Which share of the width of the loss chart has something drawn in colour: the first and the last. */
    const drawn = (job: Locator): Promise<[number, number]> =>
      job.getByTestId('chart-loss').evaluate((card) => {
        const canvas = card.querySelector('canvas')!;
        const over = card.querySelector('.u-over')!.getBoundingClientRect();
        const outer = canvas.getBoundingClientRect();
        const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
        const ratio = canvas.width / outer.width;
        const [from, to] = [(over.left - outer.left) * ratio, (over.right - outer.left) * ratio].map(Math.round) as [
          number,
          number,
        ];
        const columns: number[] = [];
        for (let x = from; x < to; x += 1) {
          for (let y = 0; y < canvas.height; y += 1) {
            const at = (y * canvas.width + x) * 4;
            const rgb = [data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0];
            if ((data[at + 3] ?? 0) > 40 && Math.max(...rgb) - Math.min(...rgb) > 60) {
              columns.push((x - from) / (to - from));
              break;
            }
          }
        }
        return [columns[0] ?? 0, columns.at(-1) ?? 0];
      });
    const { job_id } = await train('دراز', { params: { epochs: 10_000, patience: 0, batch_size: 16 } });
    const job = await open(job_id);
    await ended(job, 'running');
    await expect(job.getByTestId('chart-loss').locator('canvas')).toBeVisible(SOON);
    await expect.poll(async () => (await drawn(job))[1], SOON).toBeGreaterThan(0.8);
    await job.getByRole('button', { name: 'کل برنامه' }).click();
    await expect(job.getByRole('button', { name: 'کل برنامه' })).toHaveAttribute('aria-pressed', 'true');
    // Its labels stand beside the last point, which is near the beginning now.
    await expect.poll(async () => (await drawn(job))[1], SOON).toBeLessThan(0.6);
    await job.getByRole('button', { name: 'توقف', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'توقف', exact: true }).click();
    await ended(job, 'stopped');
    const resumed = await api.post<Made>(`/api/v1/train/jobs/${job_id}/resume`, {});
    const next = await open(resumed.job_id);
    await ended(next, 'running');
    await expect(next.getByTestId('continued')).toContainText('دراز');
    await expect.poll(async () => (await drawn(next))[0], SOON).toBeLessThan(0.2);
    await next.getByRole('button', { name: 'توقف', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'توقف', exact: true }).click();
    await ended(next, 'stopped');
  });

  test('a page opened while the network is away is shown when it is back', async () => {
    const { items } = await api.get<{ items: (Made & { name: string })[] }>('/api/v1/train/jobs');
    const jobId = items.find(({ name }) => name === 'silent.py')?.job_id ?? '';
    await page.context().setOffline(true);
    const job = await open(jobId);
    await expect(job.or(page.getByText('کارگاه پاسخ نمی‌دهد.')).first()).toBeVisible();
    await page.evaluate(async (id) => {
      const { jupyterapp } = window as unknown as {
        jupyterapp: { commands: { execute(command: string, args: object): Promise<void> } };
      };
      await jupyterapp.commands.execute('kargah:open-dataset', { dataset_id: id });
    }, dataset);
    await page.context().setOffline(false);
    await expect(pageOf(page, 'kargah-dataset-page').getByText('طول').first()).toBeVisible(SOON);
    await expect((await open(jobId)).getByRole('heading', { level: 1, name: 'silent.py' })).toBeVisible(SOON);
    await expect(pageOf(page, 'job-page').getByText('این کار معیاری ثبت نکرد.')).toBeVisible(SOON);
  });

  test('the parts of a default name keep their order', async () => {
    const { job_id } = await api.post<Made>('/api/v1/train', {
      recipe: 'tabular',
      dataset_id: dataset,
      params: { epochs: 1 },
    });
    const job = await open(job_id);
    await ended(job, 'succeeded');
    const title = job.getByRole('heading', { level: 1 });
    await expect(title).toContainText('ابر ۱۴۰۴.csv');
    // The name begins with Persian, so it is read from the right: its file first, the recipe after it.
    const [file, recipe] = (await title.locator('bdi bdi').all()) as [Locator, Locator];
    await expect(recipe).toHaveText('tabular');
    expect((await file.boundingBox())!.x).toBeGreaterThan((await recipe.boundingBox())!.x);
  });

  test("MLflow's page opens for training, without its assistant, and says whose it is", async () => {
    await pageOf(page, 'job-page').getByRole('button', { name: 'باز کردن در MLflow' }).click();
    const frame = page.frameLocator('.jp-IFrame iframe').last();
    await expect(frame.getByText('Model training').first()).toBeVisible(SOON);
    // What its page for language models has beside the runs.
    await expect(frame.getByText('Observability', { exact: true })).toHaveCount(0);
    await expect(frame.locator('[data-assistant-ui=true]:visible')).toHaveCount(0);
    await expect(frame.getByText('پری').first()).toBeVisible();
    await expect(frame.getByText(/^w-/u)).toHaveCount(0);
  });
});
