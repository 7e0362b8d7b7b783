import { test as base, expect } from '@playwright/test';
import { startLab, type Lab } from './lab.js';

/** Every test shares one JupyterLab; each gets a page of its own. */
export const test = base.extend<object, { lab: Lab }>({
  lab: [
    // Playwright reads the fixture's needs from this pattern.
    // eslint-disable-next-line no-empty-pattern
    async ({}, use) => {
      const lab = await startLab();
      await use(lab);
      await lab.stop();
    },
    { scope: 'worker', timeout: 240_000 },
  ],
});
export { expect };
