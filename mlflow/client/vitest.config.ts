import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { include: ['test/**/*.test.ts'], globalSetup: ['test/server.ts'], hookTimeout: 300_000, testTimeout: 300_000 },
});
