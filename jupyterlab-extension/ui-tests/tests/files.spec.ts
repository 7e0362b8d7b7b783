import { execFileSync } from 'node:child_process';
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
import { enter, pageOf, people, upload } from '../people.js';

const { golnar } = people;

const python = join(import.meta.dirname, '../../../.venv/bin/python');
const SOON = { timeout: 240_000 };
const WIDE = { width: 1280, height: 1000 };
/** Leaves about 700 px to the main area, beside the side panel. */
const NARROW = { width: 1010, height: 1000 };

/** Codes in which an old program put a Persian letter between Latin ones: windows-1256, but nothing that looks like it. */
const CODES = Buffer.from('code,price\nK\xc81,5\nM\xca2,7\nR\xd33,9\n', 'latin1');
/** Round and square things of several sizes. */
const SHAPES = `
import io, sys, zipfile
from PIL import Image, ImageDraw
with zipfile.ZipFile(sys.stdout.buffer, "w") as archive:
    for at in range(70):
        kind = "دایره" if at % 3 else "square"
        picture = Image.new("RGB", (24 + at % 4 * 8, 24 + at % 3 * 8), (40, 40 + at * 3, 120))
        draw = ImageDraw.Draw(picture)
        (draw.ellipse if at % 3 else draw.rectangle)((4, 4, 18, 18), fill=(250 - at * 3, 200, 90))
        out = io.BytesIO()
        picture.save(out, "PNG")
        archive.writestr(f"shapes/{kind}/{at}.png", out.getvalue())
`;

/** Reviews in two languages, with the figures that a page draws. */
function reviews(): string {
  const lines = Array.from(
    { length: 400 },
    (_, i) =>
      `${String(20 + ((i * 37) % 61))},${String(((i * 7919) % 1000) / 10)},نظر ${String(i)} دربارهٔ خرید از shop`,
  );
  return `سن,نمره,نظر\n${lines.join('\n')}\n`;
}

/** Files as people have them: in another encoding, among the notebooks, pictures in folders. */
test.describe.serial('someone whose files are as they are', () => {
  let page: Page;
  let panel: Locator;
  const findings: Findings = { layout: [], access: [] };

  test.beforeAll(async ({ browser, lab }) => {
    writeFileSync(join(lab.workspace, 'کشیدنی.csv'), 'a,b\n1,x\n2,y\n');
    const context = await browser.newContext({ viewport: WIDE });
    await context.addInitScript(narrowSidebars);
    page = await context.newPage();
    panel = await enter(page, lab, golnar);
  });
  test.afterAll(async () => {
    // The settings are JupyterLab's and outlive this page.
    await changeTheme(page, 'light');
    await changeLanguage(page, panel, 'fa');
    await page.context().close();
  });

  const shown = (): Locator => pageOf(page, 'kargah-dataset-page');
  const open = (tab: string): Promise<void> => shown().locator(`[data-tab=${tab}]`).click();
  const row = (name: string): Locator => panel.getByTestId('kargah-dataset').filter({ hasText: name });
  const bring = async (name: string, content: string | Buffer): Promise<void> => {
    const first = panel.getByRole('button', { name: 'انتخاب فایل' });
    const later = panel.getByRole('button', { name: 'بارگذاری', exact: true });
    await upload(page, first.or(later).first(), name, content);
  };

  test('she mends a file that could not be read by its encoding, and sees first how it reads', async () => {
    await bring('کدها.csv', CODES);
    await expect(row('کدها.csv')).toHaveAttribute('data-state', 'failed', SOON);
    await row('کدها.csv').click();
    await expect(shown()).toContainText(
      'متن نه UTF-8 است و نه فارسی یا عربی با windows-1256؛ کدگذاری آن را انتخاب کنید',
    );
    await shown().getByRole('button', { name: 'خواندن با تنظیم‌های دیگر' }).click();
    const form = page.getByTestId('kargah-reread');
    await expect(form).toContainText('این‌طور خوانده نمی‌شود');
    const make = form.getByRole('button', { name: 'ساختن نسخه' });
    await expect(make).toBeDisabled();
    await form.getByLabel('کدگذاری').selectOption('windows-1256');
    await expect(form.getByRole('cell', { name: 'Kب1' })).toBeVisible(SOON);
    await make.click();
    await expect(shown()).toHaveAttribute('data-state', 'ready', SOON);
    await expect(row('کدها.csv')).toContainText('۳ ردیف');
    await open('rows');
    await expect(shown().getByTestId('kargah-rows').getByRole('cell', { name: 'Kب1' })).toBeVisible(SOON);
    await open('versions');
    const failed = shown().getByTestId('kargah-versions').locator('[data-version="1"]');
    await expect(failed.getByRole('button', { name: 'خواندن با تنظیم‌های دیگر' })).toBeVisible();
  });

  test('she drags a file from the file browser over the panel’s tab, which opens, and drops it', async () => {
    await page.locator('.jp-SideBar .lm-TabBar-tab[data-id="filebrowser"]').click();
    await expect(panel).toBeHidden();
    const file = page.locator('.jp-DirListing-item', { hasText: 'کشیدنی.csv' });
    await file.hover();
    await page.mouse.down();
    const centre = async (what: Locator): Promise<[number, number]> => {
      const box = await what.boundingBox();
      if (box === null) throw new Error('there is nothing to drag to');
      return [box.x + box.width / 2, box.y + box.height / 2];
    };
    await page.mouse.move(...(await centre(page.locator('.jp-SideBar .lm-TabBar-tab[data-id="kargah-panel"]'))), {
      steps: 10,
    });
    await expect(panel).toBeVisible();
    await page.mouse.move(...(await centre(panel)), { steps: 10 });
    await expect(panel.getByText('برای بارگذاری رها کنید')).toBeVisible();
    await page.mouse.up();
    await expect(row('کشیدنی.csv')).toContainText('۲ ردیف', SOON);
    await expect(panel.getByText('برای بارگذاری رها کنید')).toBeHidden();
    // It stays where it was.
    await page.locator('.jp-SideBar .lm-TabBar-tab[data-id="filebrowser"]').click();
    await expect(file).toBeVisible();
    await page.locator('.jp-SideBar .lm-TabBar-tab[data-id="kargah-panel"]').click();
    await expect(panel).toBeVisible();
  });

  test('she looks through pictures in folders: their classes, sizes and samples', async () => {
    await bring('شکل‌ها.zip', execFileSync(python, ['-c', SHAPES]));
    await expect(row('شکل‌ها.zip')).toContainText('۷۰ تصویر', SOON);
    await row('شکل‌ها.zip').click();
    await expect(shown()).toContainText('۲ کلاس');
    await expect(shown().locator('.kg-ValueBar')).toContainText([/square.*۳۴٫۳/u, /دایره.*۶۵٫۷/u]);
    await expect(shown().getByRole('img', { name: 'پهنا (پیکسل)' })).toBeVisible();
    await open('rows');
    const samples = shown().locator('.kg-Samples img');
    await expect(samples).toHaveCount(60, SOON);
    await expect(samples.first()).toHaveJSProperty('complete', true);
    expect(await samples.first().evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);
    await shown().getByRole('button', { name: 'نمونه‌های بیشتر' }).click();
    await expect(samples).toHaveCount(70, SOON);
  });

  test('their pages are whole in both languages and themes, also in a narrow window', async () => {
    test.slow();
    await bring('نظرها.csv', reviews());
    await expect(row('نظرها.csv')).toContainText('۴۰۰ ردیف', SOON);
    await bring('خراب.csv', CODES.subarray(0, 20));
    await expect(row('خراب.csv')).toHaveAttribute('data-state', 'failed', SOON);
    for (const look of looks) {
      await changeTheme(page, look.theme);
      await changeLanguage(page, panel, look.language);
      await shoot(look);
    }
    expect(findings.layout).toEqual([]);
    expect(findings.access).toEqual([]);
  });

  const shoot = async (look: Look): Promise<void> => {
    await page.setViewportSize(WIDE);
    await widenPanel(page, panel, 240);
    await row('شکل‌ها.zip').click();
    await open('columns');
    await expect(shown().locator('.kg-ValueBar')).toHaveCount(2);
    await portrait(page, look, 'files-classes', findings, shown());
    await open('rows');
    await expect(shown().locator('.kg-Samples img')).not.toHaveCount(0, SOON);
    await glance(page, look, 'files-samples', findings, shown());
    await row('خراب.csv').click();
    await expect(shown()).toHaveAttribute('data-state', 'failed');
    await portrait(page, look, 'files-failed', findings, shown());
    await glance(page, look, 'files-panel-240', findings, panel);
    await shown()
      .getByRole('button', { name: /^(خواندن با تنظیم‌های دیگر|Read with other options)$/u })
      .click();
    const form = page.getByTestId('kargah-reread');
    await expect(form.getByRole('status')).toBeVisible(SOON);
    await portrait(page, look, 'files-reread', findings, page.locator('.jp-Dialog-content'));
    await page.keyboard.press('Escape');
    await expect(form).toBeHidden();
    await row('کدها.csv').click();
    await open('versions');
    await expect(shown().getByTestId('kargah-versions').getByRole('listitem')).toHaveCount(2);
    await glance(page, look, 'files-versions', findings, shown());
    await row('نظرها.csv').click();
    await expect(shown().locator('[data-column="نظر"]')).toBeVisible(SOON);
    await portrait(page, look, 'files-columns', findings, shown());
    await page.setViewportSize(NARROW);
    await glance(page, look, 'files-columns-narrow', findings, shown());
  };
});
