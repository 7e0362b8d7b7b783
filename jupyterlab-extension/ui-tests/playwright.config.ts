import { defineConfig } from '@playwright/test';
import { chromium } from './chromium.js';

const { path, env } = await chromium();

export default defineConfig({
  testDir: 'tests',
  outputDir: '../../artefacts/traces',
  // One JupyterLab, one bridge, one MLflow for all: the stories share them, as people do.
  workers: 1,
  fullyParallel: false,
  retries: 0,
  // These only end what hangs: no story relies on being quick.
  timeout: 600_000,
  expect: { timeout: 120_000 },
  forbidOnly: process.env['CI'] !== undefined,
  reporter: [
    ['list'],
    ['json', { outputFile: process.env['PLAYWRIGHT_JSON_OUTPUT_NAME'] ?? '../../artefacts/e2e.json' }],
  ],
  use: {
    viewport: { width: 1440, height: 900 },
    actionTimeout: 120_000,
    // A failure leaves its picture and the tree of what was shown. Recording every step of every test, to throw it away when it
    // passes, doubles the time; `KARGAH_TRACE=1` records.
    screenshot: 'only-on-failure',
    trace: process.env['KARGAH_TRACE'] === undefined ? 'off' : 'on',
    locale: 'en-US',
    timezoneId: 'Asia/Tehran',
    launchOptions: {
      executablePath: path,
      env: { ...(process.env as Record<string, string>), ...env },
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--no-first-run',
        '--font-render-hinting=none',
      ],
    },
  },
});
