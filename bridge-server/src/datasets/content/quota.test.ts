import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../deps.js';
import { NO_LIMITS } from '../../access/limits.js';
import { StorageQuota } from './quota.js';

const [sara, reza] = ['sara', 'reza'].map((userId) => ({ userId, projectId: `prj_${userId}` })) as [Owner, Owner];
type Owner = { readonly userId: string; readonly projectId: string };
const unlimited = { own: () => Promise.resolve(NO_LIMITS) };

it('what is written for a while counts in full until it is there, whether others write or bring', async () => {
  const dataDir = tmpdir();
  const none = (): Promise<number> => Promise.resolve(0);
  const quota = new StorageQuota({ dataDir, limits: DEFAULT_LIMITS }, { bytesOf: none }, unlimited, () =>
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
  await expect(quota.reserve(sara, most, none)).rejects.toMatchObject({ code: 'storage_full' });
  written.resolve(1);
  expect(await first).toBe(1);
  await expect(quota.reserveTemporary(most, () => Promise.reject(new Error('it failed')))).rejects.toThrow('it failed');
  expect(await quota.reserve(sara, most, none)).toBe(0);
});

it('what others were promised keeps a share of the disk from a person, and never all of it', async () => {
  const dataDir = tmpdir();
  const none = (): Promise<number> => Promise.resolve(0);
  const promised = new Map<string, number>();
  const quota = new StorageQuota(
    { dataDir, limits: { ...DEFAULT_LIMITS, reserveBytes: 0 } },
    { bytesOf: none },
    unlimited,
    () => Promise.resolve(promised),
  );
  const { bavail, bsize } = await statfs(dataDir);
  const part = (share: number): number => Math.floor(bavail * bsize * share);
  promised.set('reza', part(100));
  await expect(quota.reserve(reza, 1, none)).rejects.toMatchObject({ code: 'storage_full' });
  expect(await quota.reserve(sara, part(0.7), none)).toBe(0);
  await expect(quota.reserve(sara, part(0.8), none)).rejects.toMatchObject({ code: 'storage_full' });
  for (const name of ['mina', 'ali', 'omid']) promised.set(name, part(100));
  expect(await quota.reserve(sara, part(0.45), none)).toBe(0);
  expect(await quota.reserveTemporary(part(0.45), none)).toBe(0);
  await expect(quota.reserve(sara, part(0.55), none)).rejects.toMatchObject({ code: 'storage_full' });
});

it('what a person, or a project, may have is said with what it has, and where neither has a limit nothing is counted', async () => {
  const held = { person: 900, project: 4_000 };
  const counted: string[] = [];
  const limits = { person: NO_LIMITS, project: NO_LIMITS };
  const quota = new StorageQuota(
    { dataDir: tmpdir(), limits: { ...DEFAULT_LIMITS, reserveBytes: 0 } },
    { bytesOf: ({ kind, id }) => Promise.resolve((counted.push(id), held[kind])) },
    { own: ({ kind }) => Promise.resolve(limits[kind]) },
    () => Promise.resolve(new Map()),
  );
  const take = (): Promise<string> => Promise.resolve('taken');
  expect([await quota.reserve(sara, 1, take), counted]).toEqual(['taken', []]);
  limits.person = { ...NO_LIMITS, bytes: 1_000 };
  limits.project = { ...NO_LIMITS, bytes: 4_050 };
  expect(await quota.reserve(sara, 50, take)).toBe('taken');
  await expect(quota.reserve(sara, 51, take)).rejects.toMatchObject({
    code: 'project_quota_exceeded',
    params: { used: '3.9 KB', limit: '4 KB' },
  });
  await expect(quota.reserve(sara, 101, take)).rejects.toMatchObject({
    code: 'quota_exceeded',
    params: { used: '900 B' },
  });
  // Of a copy only what is of others counts for who copies, and all of it in the project.
  await expect(quota.takeCopy(sara, { others: 0, all: 51 }, take)).rejects.toMatchObject({
    code: 'project_quota_exceeded',
  });
  await expect(quota.takeCopy(sara, { others: 101, all: 1 }, take)).rejects.toMatchObject({ code: 'quota_exceeded' });
  expect(await quota.takeCopy(sara, { others: 0, all: 50 }, take)).toBe('taken');
  await expect(quota.takeTo(sara.projectId, 51, take)).rejects.toMatchObject({ code: 'project_quota_exceeded' });
  // Of what was claimed already the rest may come, and no more.
  const check = await quota.quotaCheck(sara, 100);
  check(150);
  expect(() => check(151)).toThrow('project_quota_exceeded');
});
