import { type Browser, expect, type Locator, type Page } from '@playwright/test';
import type { Lab } from './lab.js';

export interface Account {
  readonly name: string;
  readonly email: string;
  readonly password: string;
}

/** Everybody of every story. They share one bridge: two of one name would be one account with two passwords. */
const NAMED = {
  sara: ['سارا', 'یک جملهٔ بلند برای ورود'],
  omid: ['امید', 'جملهٔ دیگری که کسی نمی‌داند'],
  ava: ['آوا', 'فرمان‌ها را از صفحه‌کلید می‌دهد'],
  ladan: ['لادن', 'داده را پیش از آموزش می‌شناسد'],
  nahid: ['ناهید', 'جمله‌ای که ناهید می‌داند'],
  mani: ['مانی', 'جمله‌ای که مانی می‌داند'],
  kian: ['کیان', 'جمله‌ای که کیان می‌داند'],
  roya: ['رویا', 'جمله‌ای که رویا می‌داند'],
  golnar: ['گلنار', 'هر فایلی که دارد همین‌طور می‌آورد'],
  mahsa: ['مهسا', 'کارهایش را نیمه‌کاره نمی‌گذارد'],
  negar: ['نگار', 'رنگ‌ها و فاصله‌ها را خوب می‌بیند'],
  parisa: ['پریسا', 'جمله‌ای که پریسا می‌داند'],
  pari: ['پری', 'جمله‌ای که پری می‌داند'],
  dara: ['دارا', 'پروژه‌ها را با دیگران پیش می‌برد'],
  shirin: ['شیرین', 'با پیوندی که گرفت عضو شد'],
  mina: ['مینا', 'سقف‌ها را خودش می‌گذارد'],
  sima: ['سیما', 'با دعوت مینا حساب ساخت'],
  yalda: ['یلدا', 'چند کار را کنار هم می‌گذارد'],
  taraneh: ['ترانه', 'مدل‌هایش را ثبت می‌کند'],
  behrang: ['بهرنگ', 'پیش از تأیید بررسی‌ها را می‌خواند'],
} satisfies Record<string, [name: string, password: string]>;

export const people = Object.fromEntries(
  Object.entries(NAMED).map(([key, [name, password]]) => [key, { name, email: `${key}@example.com`, password }]),
) as Record<keyof typeof NAMED, Account>;

/** Opens JupyterLab with the side panel in sight. */
export async function openPanel(page: Page, lab: Lab): Promise<Locator> {
  // Without the tabs that somebody else left open in this JupyterLab.
  await page.goto(`${lab.url}&reset`);
  await expect(page.locator('#jp-main-dock-panel')).toBeVisible({ timeout: 240_000 });
  // The launcher takes the focus when it opens, also from somebody who is typing in the panel by then.
  await expect(page.locator('.jp-Launcher')).toBeVisible({ timeout: 240_000 });
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  const panel = panelOf(page);
  // A click on the tab would close the panel where the restored layout already shows it.
  await page.evaluate(async (id) => {
    const { jupyterapp } = window as unknown as {
      jupyterapp: { restored: Promise<void>; shell: { activateById(id: string): void } };
    };
    await jupyterapp.restored;
    jupyterapp.shell.activateById(id);
  }, 'kargah-panel');
  await expect(panel).toBeVisible({ timeout: 240_000 });
  return panel;
}

export function panelOf(page: Page): Locator {
  return page.locator('#kargah-panel');
}

/** Brings the form of a new account: where there is none yet, it is there by itself. */
export async function openRegister(panel: Locator): Promise<void> {
  const form = panel.getByTestId('kargah-register');
  // The form comes once the bridge has answered.
  await expect(form.or(panel.getByTestId('kargah-sign-in'))).toBeVisible({ timeout: 240_000 });
  if (!(await form.isVisible())) await panel.getByRole('button', { name: 'ساختن حساب' }).click();
  await expect(form).toBeVisible();
}

export async function register(panel: Locator, account: Account): Promise<void> {
  await openRegister(panel);
  await panel.getByLabel('نام', { exact: true }).fill(account.name);
  await panel.getByLabel('ایمیل').fill(account.email);
  await panel.getByLabel('رمز عبور', { exact: true }).fill(account.password);
  await panel.getByRole('button', { name: 'ساختن حساب' }).click();
  await expect(accountMenu(panel, account)).toBeVisible();
}

export async function signIn(panel: Locator, account: Account): Promise<void> {
  await panel.getByLabel('ایمیل').fill(account.email);
  await panel.getByLabel('رمز عبور', { exact: true }).fill(account.password);
  await panel.getByRole('button', { name: 'ورود', exact: true }).click();
  await expect(accountMenu(panel, account)).toBeVisible();
}

export function accountMenu(panel: Locator, account: Account): Locator {
  return panel.getByRole('button', { name: new RegExp(`حساب .*${account.name}`, 'u') });
}

export async function signOut(page: Page, panel: Locator, account: Account): Promise<void> {
  await accountMenu(panel, account).click();
  await page.getByRole('menuitem', { name: 'خروج' }).click();
  await expect(panel.getByLabel('ایمیل')).toBeVisible();
}

/** Two well separated clouds: any working classifier learns them within a few epochs. */
export function cloudsCsv(rows = 600): string {
  const lines = ['طول,عرض,رنگ,برچسب'];
  for (let i = 0; i < rows; i += 1) {
    const positive = i % 2 === 0;
    const wobble = Math.sin(i * 12.9898) * 0.8;
    lines.push(
      `${(positive ? 2 + wobble : -2 + wobble).toFixed(4)},${(positive ? -1 - wobble : 1 - wobble).toFixed(4)},${i % 3 === 0 ? 'سرخ' : 'آبی'},${positive ? 'آری' : 'نه'}`,
    );
  }
  return `${lines.join('\n')}\n`;
}

/** Presses a button that asks for a file, and hands it one. */
export async function upload(page: Page, button: Locator, name: string, content: string | Buffer): Promise<void> {
  const asked = page.waitForEvent('filechooser');
  await button.click();
  await (await asked).setFiles({ name, mimeType: 'application/octet-stream', buffer: Buffer.from(content) });
}

/** Asks the bridge through JupyterLab, which is where people sign in. */
export function ask(lab: Lab, method: string, path: string, body?: object, token?: string): Promise<Response> {
  return fetch(lab.bridgeUrl + path, {
    method,
    headers: {
      authorization: `token ${lab.jupyterToken}`,
      'content-type': 'application/json',
      ...(token === undefined ? {} : { 'x-kargah-token': token }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

/** Calls the bridge as this person without a browser; the account is made where it is not there yet. */
export async function apiOf(lab: Lab, account: Account): Promise<Api> {
  const api = new Api(lab, account);
  await api.enter();
  return api;
}

export class Api {
  token = '';

  constructor(
    private readonly lab: Lab,
    private readonly account: Account,
  ) {}

  async enter(): Promise<void> {
    const post = (path: string, body: object): Promise<Response> => ask(this.lab, 'POST', path, body);
    const { email, password } = this.account;
    const made = await post('/api/v1/auth/register', this.account);
    const answer = made.status === 409 ? await post('/api/v1/auth/login', { email, password }) : made;
    if (!answer.ok) throw new Error(`${email} could not sign in: ${await answer.text()}`);
    this.token = ((await answer.json()) as { token: string }).token;
  }

  get<T>(path: string): Promise<T> {
    return this.call('GET', path);
  }
  post<T>(path: string, body?: object): Promise<T> {
    return this.call('POST', path, body);
  }
  put<T>(path: string, body: object): Promise<T> {
    return this.call('PUT', path, body);
  }

  private async call<T>(method: string, path: string, body?: object): Promise<T> {
    const asked = (): Promise<Response> => ask(this.lab, method, path, body, this.token);
    let answer = await asked();
    // Some stories have tokens of a few seconds, and a slow machine needs longer.
    while (answer.status === 401) {
      await this.enter();
      answer = await asked();
    }
    if (!answer.ok) throw new Error(`${method} ${path} answered ${String(answer.status)}: ${await answer.text()}`);
    return (await answer.json()) as T;
  }
}

/** Opens JupyterLab with this person signed in. */
export async function enter(page: Page, lab: Lab, account: Account): Promise<Locator> {
  await apiOf(lab, account);
  const panel = await openPanel(page, lab);
  // The form comes once the bridge has answered.
  await expect(panel.getByTestId('kargah-sign-in')).toBeVisible({ timeout: 240_000 });
  await signIn(panel, account);
  return panel;
}

/** Someone signed in at a screen of this size, whose two clouds are read: what stories about jobs begin with. */
export async function enterWithClouds(
  browser: Browser,
  lab: Lab,
  account: Account,
  { viewport, file }: { readonly viewport: { width: number; height: number }; readonly file: string },
): Promise<{ page: Page; panel: Locator; api: Api; dataset: string }> {
  const page = await (await browser.newContext({ viewport })).newPage();
  const panel = await enter(page, lab, account);
  const api = await apiOf(lab, account);
  await upload(page, panel.getByRole('button', { name: 'انتخاب فایل' }), file, cloudsCsv());
  await expect(panel.locator('[data-testid=kargah-dataset][data-state=ready]')).toHaveCount(1, { timeout: 240_000 });
  const { items } = await api.get<{ items: { dataset_id: string }[] }>('/api/v1/datasets');
  return { page, panel, api, dataset: items[0]?.dataset_id ?? '' };
}

/** The page of this kind that is on top: a dock keeps the others in the document. */
export function pageOf(page: Page, testId: string): Locator {
  return page.getByTestId(testId).and(page.locator(':visible'));
}
