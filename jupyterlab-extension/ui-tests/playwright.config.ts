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
  timeout: 120_000,
  expect: { timeout: 15_000 },
  forbidOnly: process.env['CI'] !== undefined,
  reporter: [
    ['list'],
    ['json', { outputFile: process.env['PLAYWRIGHT_JSON_OUTPUT_NAME'] ?? '../../artefacts/e2e.json' }],
  ],
  use: {
    viewport: { width: 1440, height: 900 },
    actionTimeout: 15_000,
    // Without the film: recording it costs a machine of two cores more than what it shows is worth.
    trace: { mode: 'retain-on-failure', screenshots: false, snapshots: true, sources: false },
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
