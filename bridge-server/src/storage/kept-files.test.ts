import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HandClock } from '../../test/clock.js';
import { KeptFiles } from './kept-files.js';

interface Text {
  readonly path: string;
  readonly bytes: number;
}
const MINUTE_MS = 60_000;

let folder: string;
let clock: HandClock;
let files: KeptFiles<Text>;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kargah-kept-'));
  clock = new HandClock();
  files = new KeptFiles(join(folder, 'kept'), 10, clock);
  await files.clear();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write =
  (text: string) =>
  async (path: string): Promise<Text> => {
    await writeFile(path, text);
    return { path, bytes: text.length };
  };
const pathOf = async (key: string, text = key): Promise<string> => {
  let found = '';
  await files.use(key, write(text), ({ path }) => Promise.resolve(void (found = path)));
  return found;
};

describe('files that are kept for those who fetch them in pieces', () => {
  it('are written once while somebody fetches them within half an hour, and freed after that', async () => {
    const first = await pathOf('a');
    clock.pass(29 * MINUTE_MS);
    await files.sweep();
    expect(await pathOf('a')).toBe(first);
    clock.pass(29 * MINUTE_MS);
    await files.sweep();
    expect(existsSync(first)).toBe(true);
    clock.pass(MINUTE_MS);
    await files.sweep();
    expect(existsSync(first)).toBe(false);
    expect(await pathOf('a')).not.toBe(first);
  });

  it('are not freed under somebody who fetches one, nor because the time of day is set', async () => {
    const begun = Promise.withResolvers<string>();
    const over = Promise.withResolvers<undefined>();
    const using = files.use('slow', write('x'), async ({ path }) => {
      begun.resolve(path);
      await over.promise;
    });
    const path = await begun.promise;
    clock.pass(60 * MINUTE_MS);
    clock.set(0);
    await files.sweep();
    expect(existsSync(path)).toBe(true);
    over.resolve(undefined);
    await using;
    await files.sweep();
    expect(existsSync(path)).toBe(false);
  });

  it('are freed where they are too much together, the longest unused first', async () => {
    const [a, b] = [await pathOf('a', '12345'), await pathOf('b', '12345')];
    await pathOf('a');
    await pathOf('c', '12345');
    expect([existsSync(a), existsSync(b)]).toEqual([true, false]);
  });
});
