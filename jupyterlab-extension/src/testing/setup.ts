import { configure } from '@testing-library/react';

// What waits for the page gives up after this, to say what it waited for; no test relies on being quick.
// Shorter only for who waits for a test that fails.
configure({ asyncUtilTimeout: Number(process.env['KARGAH_TEST_PATIENCE_MS'] ?? 240_000) });

// Answers and events come from real servers whenever they come, so React must not expect every update within `act`.
beforeEach(() => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: false });
});
