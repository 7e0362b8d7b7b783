import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { DEFAULT_LIMITS } from './deps.js';
import { Room } from './room.js';

it('what is written for a while counts in full until it is there, whether others write or bring', async () => {
  const dataDir = tmpdir();
  const none = (): Promise<number> => Promise.resolve(0);
  const room = new Room({ dataDir, limits: DEFAULT_LIMITS }, { bytesOf: none }, none);
  const { bavail, bsize } = await statfs(dataDir);
  const most = bavail * bsize * 0.6;
  const [begun, written] = [Promise.withResolvers<undefined>(), Promise.withResolvers<number>()];
  const first = room.lend(most, () => {
    begun.resolve(undefined);
    return written.promise;
  });
  await begun.promise;
  await expect(room.lend(most, none)).rejects.toMatchObject({ code: 'storage_full' });
  await expect(room.claim('sara', most, none)).rejects.toMatchObject({ code: 'storage_full' });
  written.resolve(1);
  expect(await first).toBe(1);
  await expect(room.lend(most, () => Promise.reject(new Error('it failed')))).rejects.toThrow('it failed');
  expect(await room.claim('sara', most, none)).toBe(0);
});
