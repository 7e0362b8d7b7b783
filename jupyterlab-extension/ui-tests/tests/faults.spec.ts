import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Locator, Page } from '@playwright/test';
import { expect, test } from '../fixtures.js';
import { startLab, type Lab } from '../lab.js';
import {
  type Account,
  accountMenu,
  apiOf,
  ask,
  cloudsCsv,
  enter,
  openPanel,
  pageOf,
  panelOf,
  people,
  upload,
} from '../people.js';

const { kian, roya } = people;

/** 600 rows, a fifth for validation, 64 in a batch: an epoch goes over so few rows seven times, to have at least 50 steps. */
const STEPS_PER_EPOCH = 53;
/** The first step logs a point, every seventh, and the last of each epoch. */
const INTERVAL = 7;
const AGAIN = { timeout: 240_000 };

interface Job {
  readonly job_id: string;
  readonly state: string;
}
interface Point {
  readonly key: string;
  readonly step: number;
}

/** Trains for about `epochs` sevenths of a second on a quiet machine. */
async function train(lab: Lab, account: Account, name: string, epochs: number): Promise<string> {
  const api = await apiOf(lab, account);
  const { items } = await api.get<{ items: { dataset_id: string }[] }>('/api/v1/datasets?search=clouds');
  const job = await api.post<Job>('/api/v1/train', {
    name,
    recipe: 'tabular',
    dataset_id: items[0]?.dataset_id,
    params: { epochs, patience: 0, hidden: [1024, 1024], members: 1, batch_size: 64 },
  });
  return job.job_id;
}

async function bringClouds(page: Page, panel: Locator): Promise<void> {
  await upload(page, panel.getByRole('button', { name: 'انتخاب فایل' }), 'clouds.csv', cloudsCsv());
  await expect(panel.getByTestId('kargah-dataset').filter({ hasText: 'clouds.csv' })).toContainText('۶۰۰ ردیف', AGAIN);
}

async function openJob(page: Page, name: string): Promise<Locator> {
  await panelOf(page).getByTestId('kargah-job').filter({ hasText: name }).click();
  const job = pageOf(page, 'job-page');
  await expect(job.getByRole('heading', { name, level: 1 })).toBeVisible();
  return job;
}

/** Waits until the page shows a step beyond the one it shows now. */
async function seesAnotherStep(job: Locator): Promise<void> {
  const steps = job.getByTestId('progress');
  await expect(steps).toContainText(/گام/u, AGAIN);
  const seen = (await steps.textContent()) ?? '';
  await expect(steps).not.toHaveText(seen, AGAIN);
}

/** Every step that tells of itself is in the history once, and in order. */
async function expectWholeHistory(lab: Lab, account: Account, jobId: string, epochs: number): Promise<void> {
  const api = await apiOf(lab, account);
  const { items } = await api.get<{ items: Point[] }>(`/api/v1/train/jobs/${jobId}/metrics`);
  const stepsOf = (key: string): number[] => items.filter((point) => point.key === key).map((point) => point.step);
  const all = Array.from({ length: epochs * STEPS_PER_EPOCH }, (_, i) => i + 1);
  const told = (step: number): boolean => step === 1 || step % INTERVAL === 0 || step % STEPS_PER_EPOCH === 0;
  expect(stepsOf('train_loss')).toEqual(all.filter(told));
  expect(stepsOf('val_loss')).toEqual(all.filter((step) => step % STEPS_PER_EPOCH === 0));
}

function alive(pid: number): boolean {
  return existsSync(`/proc/${String(pid)}/stat`) && !/\) Z /u.test(readFileSync(`/proc/${String(pid)}/stat`, 'latin1'));
}

/** Another bridge than `old` has announced itself. The file is the only sign, and it makes no event. */
async function anotherBridge(lab: Lab, old: number): Promise<void> {
  await expect.poll(() => (existsSync(join(lab.dataDir, 'bridge.json')) ? lab.bridge().pid : old), AGAIN).not.toBe(old);
}

const connection = (panel: Locator): Locator => panel.getByTestId('kargah-connection');

test.describe('what breaks while somebody works', () => {
  let page: Page;
  let panel: Locator;

  test.beforeAll(async ({ browser, lab }) => {
    page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
    panel = await enter(page, lab, kian);
    await bringClouds(page, panel);
  });
  test.afterAll(async () => {
    await page.context().close();
  });

  test('a bridge killed in mid-training is noticed, comes back, and no step is lost', async ({ lab }) => {
    const epochs = 6;
    const jobId = await train(lab, kian, 'پل کشته شد', epochs);
    const job = await openJob(page, 'پل کشته شد');
    await seesAnotherStep(job);
    const { pid } = lab.bridge();
    const { child } = lab.jobPids(jobId);

    process.kill(pid, 'SIGKILL');
    await expect(job.getByText('ارتباط قطع شد؛ آموزش ادامه دارد.')).toBeVisible();
    await expect(panel.getByText('ارتباط با کارگاه قطع شد')).toBeVisible();
    expect(alive(child)).toBe(true);

    await expect(connection(panel)).toHaveAttribute('data-state', 'connected', AGAIN);
    await expect(job.getByText('ارتباط قطع شد؛ آموزش ادامه دارد.')).toBeHidden();
    await anotherBridge(lab, pid);
    await expect(job).toHaveAttribute('data-state', 'succeeded', AGAIN);
    await expectWholeHistory(lab, kian, jobId, epochs);
  });

  test('MLflow killed in mid-training is named as away, and its points arrive later, in order', async ({ lab }) => {
    const epochs = 10;
    const jobId = await train(lab, kian, 'انبار کشته شد', epochs);
    const job = await openJob(page, 'انبار کشته شد');
    await seesAnotherStep(job);

    process.kill(lab.mlflowPid(), 'SIGKILL');
    await expect(panel.getByText('MLflow در دسترس نیست')).toBeVisible();
    await expect(panel.getByText('آموزش ادامه دارد و نقطه‌ها پس از آن می‌رسند')).toBeVisible();

    await expect(panel.getByText('MLflow در دسترس نیست')).toBeHidden(AGAIN);
    await expect(job).toHaveAttribute('data-state', 'succeeded', AGAIN);
    await expectWholeHistory(lab, kian, jobId, epochs);
  });

  test('a bridge killed in mid-upload takes the upload up again where it was', async ({ lab }, testInfo) => {
    const path = testInfo.outputPath('بزرگ.csv');
    const row = `${'0123456789'.repeat(20)},۱\n`;
    writeFileSync(path, `متن,عدد\n${row.repeat(Math.ceil((40 * 2 ** 20) / Buffer.byteLength(row)))}`);
    const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex');
    const network = await page.context().newCDPSession(page);
    await network.send('Network.enable');
    await network.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: 0,
      downloadThroughput: -1,
      uploadThroughput: 8 * 2 ** 20,
    });
    const offsets: number[] = [];
    page.on('request', (request) => {
      if (request.method() === 'PATCH') offsets.push(Number(request.headers()['upload-offset']));
    });
    const secondChunk = page.waitForRequest((request) => Number(request.headers()['upload-offset']) > 0);
    const asked = page.waitForEvent('filechooser');
    await panel.getByRole('button', { name: 'بارگذاری', exact: true }).click();
    await (await asked).setFiles(path);
    const sending = panel.getByTestId('kargah-upload');
    await secondChunk;

    const { pid } = lab.bridge();
    process.kill(pid, 'SIGKILL');
    await expect(sending).toHaveCount(0, AGAIN);
    await anotherBridge(lab, pid);
    await network.detach();

    // What had arrived is not sent again.
    expect(offsets.filter((offset) => offset === 0)).toHaveLength(1);
    await expect(panel.getByTestId('kargah-dataset').filter({ hasText: 'بزرگ.csv' })).toHaveAttribute(
      'data-state',
      'ready',
      AGAIN,
    );
    const api = await apiOf(lab, kian);
    const { items } = await api.get<{ items: { name: string; sha256: string }[] }>('/api/v1/datasets');
    expect(items.find(({ name }) => name === 'بزرگ.csv')?.sha256).toBe(sha256);
  });

  test('two tabs show one job live, and both see it stopped in one of them', async ({ lab }) => {
    await train(lab, kian, 'دو برگه', 5_000);
    const other = await page.context().newPage();
    await openPanel(other, lab);
    await expect(accountMenu(panelOf(other), kian)).toBeVisible(AGAIN);
    const jobs = [await openJob(page, 'دو برگه'), await openJob(other, 'دو برگه')] as const;
    await Promise.all(jobs.map((job) => seesAnotherStep(job)));
    await jobs[0].getByRole('button', { name: 'توقف', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'توقف', exact: true }).click();
    for (const job of jobs) await expect(job).toHaveAttribute('data-state', 'stopped', AGAIN);
    await other.close();
  });

  test('a session that is ended from another browser says so, and asks to sign in', async ({ browser, lab }) => {
    const elsewhere = await (await browser.newContext()).newPage();
    const there = await enter(elsewhere, lab, kian);
    await accountMenu(there, kian).click();
    await elsewhere.getByRole('menuitem', { name: 'نشست‌های باز' }).click();
    const list = elsewhere.getByRole('dialog');
    const ends = list.getByRole('button', { name: 'پایان دادن به نشست' });
    await expect(list.getByText('همین نشست')).toBeVisible();
    // Those of the API calls are among them; all but this one end.
    for (let left = await ends.count(); left > 0; left -= 1) {
      await ends.first().click();
      await expect(ends).toHaveCount(left - 1);
    }
    await expect(panel.getByText('نشست پایان یافت؛ دوباره وارد شوید.')).toBeVisible();
    await expect(panel.getByLabel('ایمیل')).toBeVisible();
    await expect(accountMenu(there, kian)).toBeAttached();
    await elsewhere.context().close();
  });
});

test.describe('a JupyterLab of its own', () => {
  test.describe.configure({ timeout: 900_000 });
  let own: Lab;
  let page: Page;

  async function signedIn(browser: Browser): Promise<Locator> {
    page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
    return enter(page, own, roya);
  }

  test.beforeAll(async ({ browser }) => {
    own = await startLab({ env: { KARGAH_ACCESS_TOKEN_SECONDS: '8' } });
    const panel = await signedIn(browser);
    await bringClouds(page, panel);
  });
  test.afterAll(async () => {
    await page.context().close();
    await own.stop();
  });

  test('an access token that ends in mid-work is renewed unnoticed', async () => {
    const panel = panelOf(page);
    const used = page.waitForResponse((answer) => answer.ok() && 'x-kargah-token' in answer.request().headers());
    await panel.getByTestId('kargah-new-job').click();
    const token = (await used).request().headers()['x-kargah-token'] ?? '';
    const status = async (): Promise<number> => (await ask(own, 'GET', '/api/v1/auth/me', undefined, token)).status;

    // As a laptop that sleeps: nothing can be renewed until the token has ended.
    await page.route('**/kargah/**', (route) => route.abort());
    await expect.poll(status, AGAIN).toBe(401);
    await page.unroute('**/kargah/**');

    await upload(page, panel.getByRole('button', { name: 'بارگذاری', exact: true }), 'later.csv', cloudsCsv(500));
    await expect(panel.getByTestId('kargah-dataset').filter({ hasText: 'later.csv' })).toContainText('ردیف', AGAIN);
    await expect(connection(panel)).toHaveAttribute('data-state', 'connected', AGAIN);
    await expect(panel.getByTestId('kargah-sign-in')).toHaveCount(0);
  });

  test('JupyterLab killed takes the bridge and MLflow along, and leaves the job to be taken up', async () => {
    const epochs = 16;
    const jobId = await train(own, roya, 'ژوپیتر کشته شد', epochs);
    await seesAnotherStep(await openJob(page, 'ژوپیتر کشته شد'));
    const bridge = own.bridge().pid;
    const mlflow = own.mlflowPid();
    const { supervisor, child } = own.jobPids(jobId);

    await own.kill();
    // Processes that are not our children tell nobody that they ended.
    await expect.poll(() => [bridge, mlflow].filter(alive), { timeout: 240_000 }).toEqual([]);
    expect([supervisor, child].filter(alive)).toEqual([supervisor, child]);

    own = await startLab({ home: own.home });
    const panel = await openPanel(page, own);
    await expect(accountMenu(panel, roya)).toBeVisible(AGAIN);
    const job = await openJob(page, 'ژوپیتر کشته شد');
    expect(own.jobPids(jobId).supervisor).toBe(supervisor);
    await expect(job).toHaveAttribute('data-state', 'succeeded', { timeout: 240_000 });
    await expect(job.getByText('تاریخچهٔ معیارها خوانده نشد')).toHaveCount(0, AGAIN);
    await expectWholeHistory(own, roya, jobId, epochs);
  });
});
