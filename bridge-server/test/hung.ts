/**
 * After this a test that waits gives up, to say what it waited for. It bounds a hang and promises nothing: a machine ten times slower
 * passes as well. Below vitest's own limit, which says only that there was one.
 */
export const HUNG_MS = 240_000;
