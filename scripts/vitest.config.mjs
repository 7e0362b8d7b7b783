import { defineConfig } from 'vitest/config';

export default defineConfig({
  // These only end what hangs: no test relies on being quick.
  test: { include: ['scripts/*.test.mjs'], testTimeout: 300_000, hookTimeout: 300_000 },
});
