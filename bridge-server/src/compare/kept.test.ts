import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KeptSummaries, type Summary } from './kept.js';

const JOB = 'job_aaaaaa';
const axis = { firstStep: 10, steps: Float32Array.of(0, 1, 2), times: Float32Array.of(0, 0.5, 1) };
const curve = {
  points: 3,
  notFinite: 1,
  last: Number.NaN,
  lastStep: 12,
  min: 1,
  minStep: 10,
  max: 2,
  maxStep: 11,
  width: 1,
  axis,
};
const summary: Summary = {
  began: 1_764_325_000_000,
  names: ['loss', 'دقت', 'more'],
  nameCount: 3,
  best: { key: 'loss', mode: 'min' },
  report: {
    part: 'test',
    chosen_on_these: false,
    rows: 30,
    metrics: { accuracy: { value: 0.9, low: 0.8, high: 1, better: 'max' } },
  },
  curves: [
    { ...curve, key: 'loss', mean: Float32Array.of(1, 2, Number.NaN), low: Float32Array.of(1, 2, Number.NaN), high: Float32Array.of(1, 2, Number.NaN) },
    { ...curve, key: 'دقت', min: Number.NaN, max: Number.NaN, mean: Float32Array.of(3, 4, 5), low: Float32Array.of(3, 4, 5), high: Float32Array.of(3, 4, 5) },
  ],
}; // prettier-ignore

describe('what is kept of an ended job for comparing', () => {
  let dir: string;
  let kept: KeptSummaries;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'kargah-curves-'));
    kept = new KeptSummaries(dir);
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));
  const path = (): string => join(dir, 'curves', `${JOB}.curves`);

  it('comes back as it was, also to the next bridge', async () => {
    await kept.write(JOB, summary, 0);
    expect(await kept.read(JOB)).toEqual(summary);
    const found = (await new KeptSummaries(dir).read(JOB))!;
    expect(found).toEqual(summary);
    expect(found.curves[0]!.axis).toBe(found.curves[1]!.axis);
    expect(await readdir(join(dir, 'curves'))).toEqual([`${JOB}.curves`]);
  });

  it('goes at once when something was logged later, and comes back with it', async () => {
    await kept.write(JOB, summary, 0);
    kept.changed(JOB);
    expect(await readdir(join(dir, 'curves'))).toEqual([]);
    expect(await kept.read(JOB)).toBeNull();
    await kept.write(JOB, summary, kept.changesOf(JOB));
    expect(await kept.read(JOB)).toEqual(summary);
  });

  it('is not kept where something was logged while it was made', async () => {
    const since = kept.changesOf(JOB);
    kept.changed(JOB);
    await kept.write(JOB, summary, since);
    expect(await kept.read(JOB)).toBeNull();
    expect(await readdir(join(dir, 'curves'))).toEqual([]);
  });

  it.each([
    ['nothing', () => Buffer.alloc(0)],
    ['other bytes', () => Buffer.from('PK\u0003\u0004 and more than eight bytes')],
    ['the beginning of a file', (whole: Buffer) => whole.subarray(0, whole.length - 8)],
    ['a text that was cut', (whole: Buffer) => whole.subarray(0, 40)],
    ['a later kind', (whole: Buffer) => Buffer.concat([Buffer.from('KGS2'), whole.subarray(4)])],
  ])('that is %s is not believed', async (_what, damaged) => {
    await kept.write(JOB, summary, 0);
    await writeFile(path(), damaged(await readFile(path())));
    expect(await kept.read(JOB)).toBeNull();
  });

  it('goes with its job', async () => {
    await kept.write(JOB, summary, 0);
    await kept.delete(JOB);
    expect(await kept.read(JOB)).toBeNull();
    await kept.delete(JOB);
  });
});
