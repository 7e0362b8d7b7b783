import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test, type Page } from '@playwright/test';
import { startLab, type Lab } from '../lab.js';
import { accountMenu, ask, openPanel, people, register, signOut } from '../people.js';

const { sara, omid } = people;

const root = join(import.meta.dirname, '../../..');

test.describe('the first account', () => {
  let lab: Lab;
  let page: Page;

  test.beforeEach(async ({ browser }) => {
    page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
  });
  test.afterEach(async () => {
    await page.context().close();
    await lab.stop();
  });

  test('of a new JupyterLab is offered at once, without a code; then no other one is', async () => {
    lab = await startLab({ env: { KARGAH_SIGNUP: '' } });
    const panel = await openPanel(page, lab);
    await expect(panel.getByRole('heading', { name: 'ساختن نخستین حساب' })).toBeVisible({ timeout: 240_000 });
    await expect(panel.getByLabel('کد نخستین حساب')).toHaveCount(0);
    await expect(panel.getByRole('button', { name: 'ورود', exact: true })).toHaveCount(0);
    await register(panel, sara);

    await signOut(page, panel, sara);
    await expect(panel.getByRole('heading', { name: 'ورود به کارگاه' })).toBeVisible();
    await expect(panel.getByRole('button', { name: 'ساختن حساب' })).toHaveCount(0);
    await expect(panel.getByText('ساختن حساب این‌جا بسته است')).toBeVisible();
    expect((await ask(lab, 'POST', '/api/v1/auth/register', omid)).status).toBe(403);
    // Another account of this machine reaches the port, and there no password counts.
    const { url } = lab.bridge();
    const asked = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(sara) };
    expect((await fetch(`${url}/api/v1/auth/login`, asked)).status).toBe(403);
  });

  test('of a shared bridge takes the code that the bridge printed, and says where it is when it is wrong', async () => {
    lab = await startLab();
    const shared = await startShared(new URL(lab.url).origin);
    try {
      const settings = join(lab.home, 'config/settings/@kargah/jupyterlab-extension');
      mkdirSync(settings, { recursive: true });
      writeFileSync(join(settings, 'plugin.jupyterlab-settings'), JSON.stringify({ bridgeUrl: shared.url }));
      const panel = await openPanel(page, lab);
      const code = panel.getByLabel('کد نخستین حساب');
      await expect(code).toBeVisible({ timeout: 240_000 });
      await code.fill('aaaa-bbbb-cccc-dddd-eeee');
      await panel.getByLabel('نام', { exact: true }).fill(sara.name);
      await panel.getByLabel('ایمیل').fill(sara.email);
      await panel.getByLabel('رمز عبور', { exact: true }).fill(sara.password);
      await panel.getByRole('button', { name: 'ساختن حساب' }).click();
      await expect(panel.getByRole('alert')).toContainText('code for the first account');
      await expect(code).toBeFocused();
      await code.fill(shared.code);
      await panel.getByRole('button', { name: 'ساختن حساب' }).click();
      await expect(accountMenu(panel, sara)).toBeVisible();
    } finally {
      await shared.stop();
    }
  });
});

interface Shared {
  readonly url: string;
  readonly code: string;
  stop(): Promise<void>;
}

/** A bridge started by itself, as a team's is, whose pages come from `origin`. */
async function startShared(origin: string): Promise<Shared> {
  const dataDir = mkdtempSync(join(tmpdir(), 'kargah-shared-'));
  const child = spawn(
    join(root, 'node_modules/node/bin/node'),
    ['--disable-warning=ExperimentalWarning', join(root, 'bridge-server/dist/main.js')],
    {
      env: {
        PATH: process.env['PATH'],
        KARGAH_DATA_DIR: dataDir,
        KARGAH_PYTHON: join(root, '.venv/bin/python'),
        KARGAH_ALLOWED_ORIGINS: origin,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let url = '';
  for await (const line of createInterface({ input: child.stdout })) {
    url = /^listening on (\S+)$/u.exec(line)?.[1] ?? url;
    const code = /^code for the first account: (\S+)$/u.exec(line)?.[1];
    if (code !== undefined) return { url, code, stop: () => stop(child, dataDir) };
  }
  throw new Error('the bridge ended before it said its code');
}

async function stop(child: ChildProcess, dataDir: string): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
  rmSync(dataDir, { recursive: true, force: true });
}
