import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { encode, type Entry } from './record.js';
import { Segments, type Extent, type SegmentLimits } from './segments.js';

const LIMITS: SegmentLimits = { segmentBytes: 2 ** 20, totalBytes: 2 ** 30 };
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kargah-segments-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const point = (step: number): Buffer =>
  encode({ kind: 'points', run: { workspace: 'w', runId: 'r' }, count: 1, metrics: `{"step":${String(step)}}` });
const files = (): string[] => readdirSync(folder).toSorted();

function open(limits = LIMITS): { segments: Segments; found: Entry[]; extents: Extent[] } {
  const found: Entry[] = [];
  const extents: Extent[] = [];
  const segments = Segments.open(folder, limits, (entry, at) => {
    found.push(entry);
    extents.push(at);
  });
  return { segments, found, extents };
}
const stepsOf = (entries: readonly Entry[]): number[] =>
  entries.map((entry) => (entry.kind === 'points' ? (JSON.parse(entry.metrics) as { step: number }).step : -1));

test('what was appended at once is there in the order of the calls, and can be read back by its place', async () => {
  const { segments } = open();
  const resolved: number[] = [];
  const extents = await Promise.all(
    Array.from({ length: 100 }, async (_, step) => {
      const extent = await segments.append(point(step));
      resolved.push(step);
      return extent;
    }),
  );
  expect(resolved).toEqual(Array.from({ length: 100 }, (_, step) => step));
  expect(await segments.read(extents[42]!)).toEqual(point(42));
  await segments.close();
  const again = open();
  expect(stepsOf(again.found)).toEqual(resolved);
  expect(again.extents).toEqual(extents);
});

test('a record that the end of a process left half written is cut off, wherever it was cut', async () => {
  const { segments } = open();
  for (const step of [0, 1]) await segments.append(point(step));
  await segments.close();
  const path = join(folder, files()[0]!);
  const whole = statSync(path).size;
  const torn = point(2);
  for (const rest of [torn.subarray(0, 3), torn.subarray(0, 9), torn.subarray(0, -1), Buffer.alloc(40)]) {
    appendFileSync(path, rest);
    expect(stepsOf(open().found)).toEqual([0, 1]);
    expect(statSync(path).size).toBe(whole);
  }
  const changed = Buffer.from(torn);
  changed[torn.length - 2]! ^= 1;
  appendFileSync(path, changed);
  const last = open();
  expect(stepsOf(last.found)).toEqual([0, 1]);
  await last.segments.append(point(3));
  await last.segments.close();
  expect(stepsOf(open().found)).toEqual([0, 1, 3]);
});

test('a segment that is large enough is followed by another, and goes when nothing in it is needed', async () => {
  const { segments } = open({ ...LIMITS, segmentBytes: 100 });
  const extents: Extent[] = [];
  for (let step = 0; step < 6; step += 1) extents.push(await segments.append(point(step)));
  expect(files().length).toBeGreaterThan(1);
  await segments.forgetBefore(extents.at(-1)!);
  expect(files()).toHaveLength(1);
  await segments.forgetBefore(null);
  expect(files()).toEqual([]);
  await segments.append(point(6));
  await segments.close();
  expect(stepsOf(open().found)).toEqual([6]);
});

test('more than the log may hold is refused and leaves nothing', async () => {
  const { segments } = open({ segmentBytes: 100, totalBytes: 200 });
  const refused: unknown[] = [];
  for (let step = 0; step < 10; step += 1)
    await segments.append(point(step)).catch((error: unknown) => refused.push(error));
  expect(refused.length).toBeGreaterThan(0);
  expect(refused[0]).toMatchObject({ code: 'points_waiting', status: 503 });
  await segments.close();
  expect(open().found).toHaveLength(10 - refused.length);
});

test('a full disk refuses all that were to be written together, and what follows is whole again', async () => {
  const { segments } = open();
  // A device that is always full stands where the first two segments would be made.
  const full = ['0000000001.log', '0000000002.log'].map((name) => join(folder, name));
  for (const path of full) symlinkSync('/dev/full', path);
  const answers = await Promise.allSettled([0, 1, 2].map((step) => segments.append(point(step))));
  for (const answer of answers) expect(answer).toMatchObject({ status: 'rejected', reason: { code: 'storage_full' } });
  await segments.append(point(3));
  await segments.close();
  for (const path of full) rmSync(path);
  expect(stepsOf(open().found)).toEqual([3]);
  expect(readFileSync(join(folder, files()[0]!)).length).toBe(point(3).length);
});
