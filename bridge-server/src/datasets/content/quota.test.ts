import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../deps.js';
import { StorageQuota } from './quota.js';

it('what is written for a while counts in full until it is there, whether others write or bring', async () => {
  const dataDir = tmpdir();
  const none = (): Promise<number> => Promise.resolve(0);
  const quota = new StorageQuota({ dataDir, limits: DEFAULT_LIMITS }, { bytesOf: none }, () =>
    Promise.resolve(new Map()),
  );
  const { bavail, bsize } = await statfs(dataDir);
  const most = bavail * bsize * 0.6;
  const [begun, written] = [Promise.withResolvers<undefined>(), Promise.withResolvers<number>()];
  const first = quota.reserveTemporary(most, () => {
    begun.resolve(undefined);
    return written.promise;
  });
  await begun.promise;
  await expect(quota.reserveTemporary(most, none)).rejects.toMatchObject({ code: 'storage_full' });
  await expect(quota.reserve('sara', most, none)).rejects.toMatchObject({ code: 'storage_full' });
  written.resolve(1);
  expect(await first).toBe(1);
  await expect(quota.reserveTemporary(most, () => Promise.reject(new Error('it failed')))).rejects.toThrow('it failed');
  expect(await quota.reserve('sara', most, none)).toBe(0);
});

it('what others were promised keeps a share of the disk from a person, and never all of it', async () => {
  const dataDir = tmpdir();
  const none = (): Promise<number> => Promise.resolve(0);
  const promised = new Map<string, number>();
  const quota = new StorageQuota({ dataDir, limits: { ...DEFAULT_LIMITS, reserveBytes: 0 } }, { bytesOf: none }, () =>
    Promise.resolve(promised),
  );
  const { bavail, bsize } = await statfs(dataDir);
  const part = (share: number): number => Math.floor(bavail * bsize * share);
  promised.set('reza', part(100));
  await expect(quota.reserve('reza', 1, none)).rejects.toMatchObject({ code: 'storage_full' });
  expect(await quota.reserve('sara', part(0.7), none)).toBe(0);
  await expect(quota.reserve('sara', part(0.8), none)).rejects.toMatchObject({ code: 'storage_full' });
  for (const name of ['mina', 'ali', 'omid']) promised.set(name, part(100));
  expect(await quota.reserve('sara', part(0.45), none)).toBe(0);
  expect(await quota.reserveTemporary(part(0.45), none)).toBe(0);
  await expect(quota.reserve('sara', part(0.55), none)).rejects.toMatchObject({ code: 'storage_full' });
});
