import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HandClock } from '../../../test/clock.js';
import { OwnMlflowServer } from './server.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kargah-mlflow-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A Python that ends at once: MLflow never comes up. */
function brokenPython(): string {
  const path = join(folder, 'python');
  writeFileSync(path, '#!/bin/sh\nexit 3\n', { mode: 0o700 });
  return path;
}

describe('an MLflow that never comes up', () => {
  it('is started again after longer and longer pauses, and then left with a state that says so', async () => {
    const clock = new HandClock();
    const told: { message: string; retry_in_ms?: unknown; starts?: unknown }[] = [];
    const hear = (fields: object, message: string): void => void told.push({ ...fields, message });
    const log = { info: hear, warn: hear, error: hear };
    const server = new OwnMlflowServer({
      root: join(folder, 'mlflow'),
      python: brokenPython(),
      publicKeyPem: '',
      log,
      clock,
    });
    const failed = new Promise<void>((resolve) => {
      server.health.onState((state) => {
        if (state === 'failed') resolve();
      });
    });
    server.start();
    await clock.passUntil(failed, 30_000);
    const pauses = told.flatMap(({ retry_in_ms }) => (typeof retry_in_ms === 'number' ? [retry_in_ms] : []));
    expect(pauses).toEqual([250, 1000, 2000, 5000, 10_000, ...Array<number>(6).fill(30_000)]);
    expect(told.at(-1)).toMatchObject({ starts: 12, log_file: join(folder, 'mlflow', 'log.txt') });
    await server.stop();
    expect(server.pid).toBeNull();
  });

  it('is stopped at once in the middle of a pause', async () => {
    const { promise: pause, resolve: paused } = Promise.withResolvers<undefined>();
    const log = { info: () => undefined, warn: () => paused(undefined), error: () => undefined };
    const root = join(folder, 'mlflow');
    // Its clock never moves.
    const server = new OwnMlflowServer({ root, python: brokenPython(), publicKeyPem: '', log, clock: new HandClock() });
    server.start();
    await pause;
    await server.stop();
    expect(server.health.state()).toBe('down');
  });
});
