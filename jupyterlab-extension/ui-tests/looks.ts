import AxeBuilder from '@axe-core/playwright';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type Locator, type Page } from '@playwright/test';

const pictures = join(import.meta.dirname, '../../artefacts/pictures');

export interface Look {
  readonly language: 'fa' | 'en';
  readonly theme: 'light' | 'dark';
}

export const looks: readonly Look[] = (['light', 'dark'] as const).flatMap((theme) =>
  (['fa', 'en'] as const).map((language) => ({ language, theme })),
);

/** Everything of ours that can be on screen: panels, pages, menus, and JupyterLab's dialogs with our text. */
const OURS = '.kg-Root';

/** What the pictures showed to be wrong; a line each. */
export interface Findings {
  readonly layout: string[];
  readonly access: string[];
}

const pictureOf = (name: string, look: Look): string => `${name}-${look.language}-${look.theme}`;

/** Takes a picture of what is shown and looks for what is wrong with it: nothing cut, nothing beyond its panel, our direction, JupyterLab's shell untouched. */
export async function glance(
  page: Page,
  look: Look,
  name: string,
  findings: Findings,
  what: Page | Locator = page,
): Promise<void> {
  const picture = pictureOf(name, look);
  mkdirSync(pictures, { recursive: true });
  await page.evaluate(() => document.fonts.ready);
  await what.screenshot({
    path: join(pictures, `${picture}.png`),
    animations: 'disabled',
    caret: 'hide',
  });
  const faults = await page.evaluate(findFaults, { ours: OURS, dir: look.language === 'fa' ? 'rtl' : 'ltr' });
  findings.layout.push(...faults.map((fault) => `${picture}: ${fault}`));
}

/** A glance, and no serious finding of axe within what is ours. Asked of one width of each page: widths change the layout, seldom what axe judges. */
export async function portrait(
  page: Page,
  look: Look,
  name: string,
  findings: Findings,
  what: Page | Locator = page,
): Promise<void> {
  await glance(page, look, name, findings, what);
  // Contrast is the theme's, names are the language's: two of the four looks hold all there is to find.
  if ((look.language === 'fa') !== (look.theme === 'light')) return;
  const { violations } = await new AxeBuilder({ page })
    .setLegacyMode()
    .include(OURS)
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
    .analyze();
  for (const { id, nodes } of violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')) {
    findings.access.push(
      ...nodes.map(
        ({ target, failureSummary }) => `${pictureOf(name, look)}: ${id}: ${target.join(' ')}: ${failureSummary ?? ''}`,
      ),
    );
  }
}

/** Runs in the page. Each fault is one line that names the element and what is wrong with it. */
function findFaults({ ours, dir }: { ours: string; dir: string }): string[] {
  const faults: string[] = [];
  const seen = (element: Element): boolean =>
    element.checkVisibility({ visibilityProperty: true }) && element.getClientRects().length > 0;
  const named = (element: Element): string =>
    `<${element.tagName.toLowerCase()} class="${element.getAttribute('class') ?? ''}"> ${(element.textContent || '').trim().slice(0, 40)}`;
  const scrolls = (style: CSSStyleDeclaration): boolean => /auto|scroll/u.test(style.overflowX);
  const clips = new Map<Element, boolean>();
  /** Whether a box from `element` up to `root` scrolls or hides what does not fit; each is asked once. */
  const inside = (element: Element | null, root: Element): boolean => {
    if (element === null || element === root) return false;
    const known = clips.get(element);
    if (known !== undefined) return known;
    const style = getComputedStyle(element);
    const found = scrolls(style) || /hidden|clip/u.test(style.overflowX) || inside(element.parentElement, root);
    clips.set(element, found);
    return found;
  };
  const roots = [...document.querySelectorAll<HTMLElement>(ours)].filter(seen);
  if (roots.length === 0) faults.push('nothing of ours is on screen');

  for (const root of roots) {
    if (getComputedStyle(root).direction !== dir) faults.push(`direction is not ${dir}: ${named(root)}`);
    if (root.scrollWidth > root.clientWidth + 1) faults.push(`scrolls sideways: ${named(root)}`);
    const frame = root.getBoundingClientRect();
    for (const element of root.querySelectorAll<HTMLElement>('*')) {
      if (
        !(element instanceof HTMLElement) ||
        !seen(element) ||
        element.closest('.kg-Text-hidden, .uplot, select') !== null
      )
        continue;
      const style = getComputedStyle(element);
      const box = element.getBoundingClientRect();
      // What a box hides of its content, or scrolls, is that box's to tell.
      const clipped = inside(element.parentElement, root);
      // What covers the whole window has the window for its panel.
      const whole = element.matches('dialog:modal');
      if (!clipped && !whole && (box.left < frame.left - 1 || box.right > frame.right + 1))
        faults.push(`beyond its panel: ${named(element)}`);
      const hides = /hidden|clip/u.test(style.overflowX);
      if (hides && element.scrollWidth > element.clientWidth + 1 && element.textContent.trim() !== '') {
        const told = element.closest('[title]') !== null && style.textOverflow === 'ellipsis';
        if (!told) faults.push(`cut without being told: ${named(element)}`);
      }
      if (
        /hidden|clip/u.test(style.overflowY) &&
        element.scrollHeight > element.clientHeight + 4 &&
        element.textContent.trim() !== ''
      ) {
        faults.push(`cut in height: ${named(element)}`);
      }
      if (!hides && !scrolls(style) && style.display !== 'inline' && style.display !== 'contents') {
        for (const node of element.childNodes) {
          if (node.nodeType !== Node.TEXT_NODE || (node.textContent ?? '').trim() === '') continue;
          const range = document.createRange();
          range.selectNodeContents(node);
          const text = range.getBoundingClientRect();
          if (text.left < box.left - 2 || text.right > box.right + 2)
            faults.push(`text beyond its box: ${named(element)}`);
        }
      }
    }
  }
  for (const element of document.querySelectorAll('[dir]')) {
    if (element.closest(`${ours}, .kg-Layer, .kg-Dialog, .kg-Host`) === null && element.querySelector(ours) === null) {
      faults.push(`direction set on JupyterLab: ${named(element)}`);
    }
  }
  for (const shell of ['body', '#main', '#jp-top-panel', '#jp-main-dock-panel', '#jp-left-stack']) {
    const element = document.querySelector(shell);
    if (element !== null && getComputedStyle(element).direction !== 'ltr')
      faults.push(`JupyterLab turned over: ${shell}`);
  }
  return [...new Set(faults)];
}

/** JupyterLab's own command; waits until the theme's sheet is in place. */
export async function changeTheme(page: Page, theme: Look['theme']): Promise<void> {
  const name = theme === 'light' ? 'JupyterLab Light' : 'JupyterLab Dark';
  await page.evaluate(async (wanted) => {
    const { jupyterapp } = window as unknown as {
      jupyterapp: { commands: { execute(id: string, args: object): Promise<unknown> } };
    };
    await jupyterapp.commands.execute('apputils:change-theme', { theme: wanted });
  }, name);
  await expect(page.locator(`body[data-jp-theme-name="${name}"]`)).toBeAttached();
}

/** Through the account menu, as a person would. */
export async function changeLanguage(page: Page, panel: Locator, language: Look['language']): Promise<void> {
  const root = panel.locator('.kg-Root').first();
  if ((await root.getAttribute('lang')) !== language) {
    await panel.getByTestId('kargah-account').click();
    await page.getByRole('menuitem', { name: /^(زبان|Language)/u }).click();
  }
  await expect(root).toHaveAttribute('lang', language);
}

/** Runs in the page as it loads: JupyterLab's own least width, 250 px, is above the least that the panel is made for. */
export function narrowSidebars(): void {
  document.addEventListener('DOMContentLoaded', () => {
    const sheet = document.createElement('style');
    sheet.textContent = ':root:root { --jp-sidebar-min-width: 200px }';
    document.head.append(sheet);
  });
}

/** Drags the edge of the side panel. */
export async function widenPanel(page: Page, panel: Locator, width: number): Promise<void> {
  const handle = page.locator('#jp-main-split-panel > .lm-SplitPanel-handle:not(.lm-mod-hidden)').first();
  const now = (await panel.boundingBox())?.width ?? 0;
  const edge = await handle.boundingBox();
  if (edge === null) throw new Error('the side panel has no edge to drag');
  const [x, y] = [edge.x + edge.width / 2, edge.y + edge.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + width - now, y, { steps: 2 });
  await page.mouse.up();
  await expect.poll(async () => Math.round((await panel.boundingBox())?.width ?? 0)).toBe(width);
  // Away from every row, so that none shows its actions.
  await page.mouse.move(x + 400, 4);
}
