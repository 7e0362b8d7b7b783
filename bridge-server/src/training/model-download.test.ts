import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { HandClock } from '../../test/clock.js';
import type { MlflowPort } from '../mlflow/port.js';
import { ModelDownloads } from './model-download.js';

const PYTHON = process.env['KARGAH_PYTHON'] ?? join(import.meta.dirname, '../../../.venv/bin/python');
const MINUTE_MS = 60_000;
const folder = mkdtempSync(join(tmpdir(), 'kargah-models-'));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('a model that was brought for a download is removed half an hour after the last one, whoever else comes or not', async () => {
  const openArtifact = vi.fn(() => {
    const body = new Response('no model').body!;
    return Promise.resolve({ body, sizeBytes: 8 });
  });
  const clock = new HandClock();
  const models = new ModelDownloads(folder, { openArtifact } as unknown as MlflowPort, PYTHON, clock);
  const failed = vi.fn();
  await models.start(failed);
  const place = { workspace: 'w', runId: 'r', artifactPath: 'model' };
  const bring = async (): Promise<string> => {
    let found = '';
    await models.use(place, { format: 'pt2', unchecked: true }, ({ path }) => Promise.resolve(void (found = path)));
    return found;
  };
  const path = await bring();
  clock.pass(20 * MINUTE_MS);
  expect(await bring()).toBe(path);
  expect(openArtifact).toHaveBeenCalledTimes(1);
  clock.pass(40 * MINUTE_MS);
  await vi.waitUntil(() => !existsSync(path), { timeout: 60_000 });
  expect(readdirSync(join(folder, 'models'))).toEqual([]);
  expect(failed).not.toHaveBeenCalled();
  models.stop();
});
