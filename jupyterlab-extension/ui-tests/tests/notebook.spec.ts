import { copyFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '../fixtures.js';
import { enter, pageOf, people } from '../people.js';

const { parisa } = people;

const notebook = join(import.meta.dirname, '../../../docs/notebooks/first-model.ipynb');

test('a notebook of this JupyterLab trains as the person who is signed in, and the panel shows it live', async ({
  browser,
  lab,
}) => {
  const page = await (await browser.newContext({ viewport: { width: 1600, height: 1000 } })).newPage();
  copyFileSync(notebook, join(lab.workspace, 'first-model.ipynb'));
  const tokenKept = page.waitForResponse(
    (response) => response.url().includes('/kargah-lab/session') && response.request().method() === 'PUT',
    { timeout: 240_000 },
  );
  const panel = await enter(page, lab, parisa);
  expect((await tokenKept).status()).toBe(204);

  // Opened as people do, over the menu.
  await page.getByRole('menuitem', { name: 'File', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Open from Path…' }).click();
  await page.getByRole('dialog').getByRole('textbox').fill('first-model.ipynb');
  await page.getByRole('dialog').getByRole('button', { name: 'Open' }).click();
  const cells = page.locator('.jp-Notebook:visible');
  await expect(cells.getByRole('heading', { name: 'اولین مدل شما' })).toBeVisible({ timeout: 240_000 });
  await expect(page.locator('.jp-Notebook-ExecutionIndicator[data-status=idle]')).toBeVisible({ timeout: 240_000 });
  await page.getByRole('menuitem', { name: 'Run', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Run All Cells', exact: true }).click();

  // Opening by path shows the file browser.
  await page.locator('.jp-SideBar .lm-TabBar-tab[data-id="kargah-panel"]').click();
  const row = panel.getByTestId('kargah-job').filter({ hasText: 'digits-notebook' });
  await expect(row).toBeVisible({ timeout: 240_000 });
  await expect(row.getByRole('progressbar')).toBeVisible({ timeout: 240_000 });
  await expect(panel.getByTestId('kargah-dataset')).toHaveAttribute('data-state', 'ready');
  await expect(row).toHaveAttribute('data-state', 'succeeded', { timeout: 240_000 });
  await expect(cells.getByText(/right: (?:1\.0|0\.9\d)/u)).toBeAttached({ timeout: 240_000 });
  expect(readdirSync(lab.workspace).filter((name) => name.endsWith('.pt2'))).toHaveLength(1);
  await row.click();
  await expect(pageOf(page, 'job-page').getByRole('button', { name: 'دانلود مدل' })).toBeEnabled();
  await page.context().close();
});
