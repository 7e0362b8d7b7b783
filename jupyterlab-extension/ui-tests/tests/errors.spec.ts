import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { expect, test } from '../fixtures.js';
import {
  accountMenu,
  type Api,
  apiOf,
  enter,
  openPanel,
  pageOf,
  panelOf,
  people,
  signIn,
  signOut,
  upload,
} from '../people.js';

const { nahid, mani } = people;

const python = join(import.meta.dirname, '../../../.venv/bin/python');

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const tenThousandColumns = [1, 2].map((row) =>
  Array.from({ length: 10_000 }, (_, i) => `c${String(i * row)}`).join(','),
);

/** Each file that is refused, and what is said of it. */
const REFUSED: readonly { name: string; content: () => string | Buffer; fa: RegExp; en: RegExp }[] = [
  {
    name: 'تصویر.csv',
    content: () => png,
    fa: /این فایل .?CSV.? نیست؛ در آن .?PNG.? پیدا شد/u,
    en: /not really .?CSV.?: .?PNG/u,
  },
  {
    name: 'ناهموار.csv',
    content: () => 'الف,ب,پ\n۱,۲,۳\n۴,۵\n۶,۷,۸\n',
    fa: /ردیف .?۳.?، .?۲.? خانه دارد ولی سرستون .?۳.? خانه؛ آن را اصلاح کنید/u,
    en: /Row .?3.? has .?2.? cells but the header has .?3/u,
  },
  {
    name: 'پهن.csv',
    content: () => tenThousandColumns.join('\n'),
    fa: /فایل .?۱۰[٬,]?۰۰۰.? ستون دارد؛ حداکثر .?۲[٬,]?۰۰۰/u,
    en: /has .?10,?000.? columns; at most .?2,?000/u,
  },
  {
    name: 'سرستون.csv',
    content: () => 'الف,ب,پ\n',
    fa: /فایل سرستون دارد ولی ردیفی ندارد/u,
    en: /a header but no rows/u,
  },
  {
    name: 'گریز.zip',
    content: () =>
      execFileSync(python, [
        '-c',
        'import sys, zipfile; z = zipfile.ZipFile(sys.stdout.buffer, "w"); z.writestr("../بیرون.png", b"x"); z.close()',
      ]),
    fa: /بایگانی مسیر ناامنی دارد: .?\.\.\//u,
    en: /holds an unsafe path: .?\.\.\//u,
  },
  {
    name: 'خط‌ها.jsonl',
    content: () => '{"الف": 1}\n{"الف": 2}\nاین خط نیست\n',
    fa: /خط .?۳.? شیء .?JSON.? درستی نیست/u,
    en: /Line .?3.? is not a valid JSON object/u,
  },
];

/** A text column, a column of one value, an empty one, and two that can be learned from. */
function awkwardCsv(): string {
  const rows = Array.from(
    { length: 60 },
    (_, i) => `${String(i % 7)},${i % 2 === 0 ? 'آری' : 'نه'},همان,,نام${String(i)}`,
  );
  return `عدد,پاسخ,ثابت,خالی,نام\n${rows.join('\n')}\n`;
}

test.describe('what a user can do wrong', () => {
  let page: Page;
  let panel: Locator;

  test.beforeAll(async ({ browser, lab }) => {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    page = await context.newPage();
    panel = await enter(page, lab, nahid);
  });
  test.afterAll(async () => {
    await page.context().close();
  });

  const form = (): Locator => pageOf(page, 'new-job-page');
  const row = (name: string): Locator =>
    panel.locator('[data-testid=kargah-dataset], [data-testid=kargah-job]').filter({ hasText: name });

  async function send(name: string, content: string | Buffer): Promise<void> {
    const first = panel.getByRole('button', { name: 'انتخاب فایل' });
    const later = panel.getByRole('button', { name: 'بارگذاری', exact: true });
    await upload(page, first.or(later).first(), name, content);
  }

  test.describe('accounts', () => {
    let stranger: Page;
    let form: Locator;

    test.beforeAll(async ({ browser, lab }) => {
      stranger = await (await browser.newContext()).newPage();
      form = await openPanel(stranger, lab);
      await expect(form.getByTestId('kargah-sign-in')).toBeVisible({ timeout: 240_000 });
    });
    test.afterAll(async () => {
      await stranger.context().close();
    });

    async function tryToRegister(email: string, password: string): Promise<void> {
      const button = form.getByRole('button', { name: 'ساختن حساب' });
      if (await form.getByTestId('kargah-sign-in').isVisible()) await button.click();
      await form.getByLabel('ایمیل').fill(email);
      await form.getByLabel('رمز عبور', { exact: true }).fill(password);
      await button.click();
    }

    test('an e-mail that has an account is named as taken, at its field', async () => {
      await tryToRegister(nahid.email, 'یک جملهٔ بلند دیگر');
      await expect(form.getByText('این ایمیل حساب دارد؛ وارد شوید.')).toBeVisible();
      await expect(form.getByLabel('ایمیل')).toHaveAttribute('aria-invalid', 'true');
    });

    test('a short password is refused with the number of characters that are needed', async () => {
      await tryToRegister('someone@example.com', 'کوتاه');
      await expect(form.getByText('دست‌کم ۱۲ نویسه لازم است')).toBeVisible();
    });

    test('a password that everyone uses is refused', async () => {
      await tryToRegister('someone@example.com', 'password1234');
      await expect(form.getByText('این رمز به‌آسانی حدس زده می‌شود؛ جمله‌ای از خودتان بنویسید.')).toBeVisible();
    });

    test('a wrong password is refused in words that do not tell which of the two is wrong', async () => {
      await form.getByRole('button', { name: 'ورود', exact: true }).click();
      await form.getByLabel('ایمیل').fill(nahid.email);
      await form.getByLabel('رمز عبور', { exact: true }).fill('این رمز او نیست هرگز');
      await form.getByRole('button', { name: 'ورود', exact: true }).click();
      await expect(form.getByText('رمز یا ایمیل درست نیست.')).toBeVisible();
    });
  });

  test('an empty file is not sent, and is named', async () => {
    await send('هیچ.csv', '');
    await expect(page.getByText(/هیچ\.csv.? خالی است؛ فایلی با داده بارگذاری کنید/u)).toBeVisible();
    await expect(row('هیچ')).toHaveCount(0);
  });

  test('a file of another kind is not sent, and what is taken is said', async () => {
    await send('سند.pdf', '%PDF-1.7');
    await expect(
      page.getByText(/سند\.pdf.?: فقط CSV، TSV، Parquet، Arrow، JSON Lines، Excel، npz، متن، zip و tar/u),
    ).toBeVisible();
    await expect(row('سند')).toHaveCount(0);
  });

  test.describe.serial('files that cannot be read', () => {
    for (const { name, content, fa } of REFUSED) {
      test(`of ${name} it says what is wrong`, async () => {
        await send(name, content());
        await expect(row(name)).toContainText(fa, { timeout: 240_000 });
      });
    }

    test('a dataset that could not be read says so on its page, with a way to send it again', async () => {
      await row('ناهموار.csv').click();
      const opened = pageOf(page, 'kargah-dataset-page');
      await expect(opened.getByText('این فایل خوانده نشد')).toBeVisible();
      await expect(opened.getByText(/آن را اصلاح کنید و دوباره بارگذاری کنید/u)).toBeVisible();
      await expect(opened.getByRole('button', { name: 'بارگذاری دوباره' })).toBeVisible();
      await expect(opened.getByRole('button', { name: 'شروع آموزش' })).toBeDisabled();
    });

    test('the same is said in English to those who read English', async () => {
      await accountMenu(panel, nahid).click();
      await page.getByRole('menuitem', { name: /زبان/u }).click();
      await expect(panel.locator('.kg-Root').first()).toHaveAttribute('dir', 'ltr');
      for (const { name, en } of REFUSED) await expect(row(name)).toContainText(en);
      await panel.getByTestId('kargah-account').click();
      await page.getByRole('menuitem', { name: /Language/u }).click();
      await expect(panel.locator('.kg-Root').first()).toHaveAttribute('dir', 'rtl');
    });
  });

  test('a dataset gets a new name, and is deleted only after a question', async () => {
    await send('نام کهنه.csv', 'الف,ب\n۱,۲\n۳,۴\n');
    await expect(row('نام کهنه.csv')).toContainText('۲ ردیف', { timeout: 240_000 });
    await row('نام کهنه.csv').click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'تغییر نام' }).click();
    await page.getByRole('dialog').getByLabel('نام').fill('نام تازه');
    await page.getByRole('dialog').getByRole('button', { name: 'ذخیره' }).click();
    await expect(row('نام تازه')).toBeVisible();
    await expect(row('نام کهنه.csv')).toHaveCount(0);

    await row('نام تازه').click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'حذف' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'انصراف' }).click();
    await expect(row('نام تازه')).toBeVisible();
    await row('نام تازه').click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'حذف' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'حذف مجموعه‌داده' }).click();
    await expect(row('نام تازه')).toHaveCount(0);
    await expect(page.getByText(/نام تازه.? حذف شد/u)).toBeVisible();
  });

  test.describe('starting a job', () => {
    let api: Api;

    test.beforeAll(async ({ lab }) => {
      api = await apiOf(lab, nahid);
      await send('دشوار.csv', awkwardCsv());
      await expect(row('دشوار.csv')).toContainText('۶۰ ردیف', { timeout: 240_000 });
    });

    async function openForm(): Promise<void> {
      await panel.getByTestId('kargah-new-job').click();
      await expect(form().getByRole('heading', { name: 'کار آموزش جدید' })).toBeVisible();
    }
    async function start(): Promise<void> {
      await form().getByRole('button', { name: 'شروع آموزش' }).click();
    }
    async function chooseData(target: string): Promise<void> {
      await openForm();
      const [dataset] = (await api.get<{ items: { dataset_id: string }[] }>('/api/v1/datasets?search=دشوار')).items;
      await form()
        .getByTestId('dataset')
        .selectOption(dataset?.dataset_id ?? '');
      await form().getByTestId('target').selectOption(target);
    }
    const jobs = async (): Promise<number> => (await api.get<{ items: unknown[] }>('/api/v1/train/jobs')).items.length;

    test('epochs beyond the bounds are refused at their field, and no job is made', async () => {
      const before = await jobs();
      await chooseData('پاسخ');
      const epochs = form().locator('[data-param=epochs]');
      for (const value of ['0', '۱۰۰۰۰۰۰۰۰۰']) {
        await epochs.locator('input').fill(value);
        await start();
        await expect(epochs.getByRole('alert')).toHaveText(/مقدار میان .?۱.? و .?۱۰٬?۰۰۰.? باشد/u);
        await expect(epochs.locator('input')).toBeFocused();
      }
      expect(await jobs()).toBe(before);
    });

    test('a target of one value is refused, and no job is made', async () => {
      const before = await jobs();
      await chooseData('ثابت');
      await start();
      await expect(form().getByText(/تنها یک مقدار دارد/u)).toBeVisible();
      await expect(form().getByTestId('target')).toHaveAttribute('aria-invalid', 'true');
      expect(await jobs()).toBe(before);
    });

    test('a target with no value at all is refused, and no job is made', async () => {
      const before = await jobs();
      await chooseData('خالی');
      await start();
      await expect(form().getByText(/همهٔ مقدارهای ستون .?خالی.? خالی است/u)).toBeVisible();
      expect(await jobs()).toBe(before);
    });

    test('text as the target of a regression fails with the column named and the way on', async () => {
      await chooseData('نام');
      await form().getByRole('button', { name: 'تنظیم‌های بیشتر' }).click();
      await form().locator('[data-param=task] select').selectOption({ label: 'رگرسیون' });
      await start();
      const job = pageOf(page, 'job-page');
      await expect(job.getByTestId('failure')).toContainText(/ستون .?نام.? متن دارد؛ رگرسیون عدد می‌خواهد/u, {
        timeout: 240_000,
      });
      await expect(job.getByRole('button', { name: 'رونوشت و تغییر' })).toBeVisible();
    });

    async function runScript(path: string): Promise<Locator> {
      await openForm();
      await form().getByTestId('recipe-script').click();
      await form().getByTestId('script-path').fill(path);
      await start();
      return pageOf(page, 'job-page');
    }

    test('a script that is not there is refused at its field', async () => {
      await runScript('nowhere.py');
      await expect(form().getByText(/اسکریپتی در .?nowhere\.py.? نیست/u)).toBeVisible();
      await expect(form().getByTestId('script-path')).toHaveAttribute('aria-invalid', 'true');
    });

    test('a script with a syntax error fails in words, with the traceback in its log', async ({ lab }) => {
      writeFileSync(join(lab.workspace, 'broken.py'), 'print("سلام")\nfor i in range(3)\n    print(i)\n');
      const job = await runScript('broken.py');
      await expect(job.getByTestId('failure')).toContainText('اسکریپت خطای نحوی دارد؛ ردّ خطا در لاگ است.', {
        timeout: 240_000,
      });
      const log = job.getByRole('log');
      await expect(log).toContainText('for i in range(3)');
      await expect(log).toContainText("SyntaxError: expected ':'");
      await expect(job.getByRole('button', { name: 'باز کردن اسکریپت' })).toBeVisible();
    });

    test('a script that exits with 3 fails with that number, and with what it said last', async ({ lab }) => {
      writeFileSync(join(lab.workspace, 'three.py'), 'import sys\nprint("تا این‌جا")\nsys.exit(3)\n');
      const job = await runScript('three.py');
      await expect(job.getByTestId('failure')).toContainText('تا این‌جا', { timeout: 240_000 });
      await expect(job.getByTestId('failure')).toContainText('exit 3');
      await expect(job.getByRole('log')).toContainText('تا این‌جا');
      await expect(row('three')).toHaveAttribute('data-state', 'failed');
    });
  });

  test('a job of someone else is not found, even in a tab that was open for its owner', async ({ lab }) => {
    const api = await apiOf(lab, nahid);
    writeFileSync(join(lab.workspace, 'hers.py'), 'print("فقط ناهید")\n');
    await api.post('/api/v1/train', { name: 'کار ناهید', script: { path: 'hers.py' } });
    await row('کار ناهید').click();
    const job = pageOf(page, 'job-page');
    await expect(job.getByRole('log')).toContainText('فقط ناهید', { timeout: 240_000 });
    await apiOf(lab, mani);
    await signOut(page, panel, nahid);
    await expect(job).toHaveCount(0);
    await signIn(panel, mani);
    await expect(job.getByText('این کار پیدا نشد یا دسترسی ندارید.')).toBeVisible();
    await expect(panelOf(page).getByTestId('kargah-job')).toHaveCount(0);
  });
});
