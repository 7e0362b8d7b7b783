import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MetricPoint } from '../../contract/training/metrics.js';
import { historyJson, namesOf } from './answer.js';
import type { Columns } from './columns.js';
import { PointHistory } from './history.js';

const JOB = 'job_aaaaaa';
const point = (key: string, step: MetricPoint['step'], value: MetricPoint['value'] = 0.5): MetricPoint => ({
  key,
  value,
  step,
  timestamp: 1_764_325_000_000 + Number(BigInt.asIntN(20, BigInt(step))),
});

describe('the points of a job beside MLflow', () => {
  let dir: string;
  let history: PointHistory;
  let asked: number;
  let inMlflow: MetricPoint[];
  const warned: string[] = [];
  const open = (): PointHistory => new PointHistory(dir, { warn: (_facts, message) => void warned.push(message) });
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'kargah-points-'));
    history = open();
    asked = 0;
    inMlflow = [];
  });
  afterEach(async () => {
    await history.close();
    await rm(dir, { recursive: true, force: true });
  });
  const fromMlflow = (): Promise<MetricPoint[]> => {
    asked += 1;
    return Promise.resolve(inMlflow);
  };
  const columns = (): Promise<Columns> => history.read(JOB, fromMlflow);
  async function read(buckets?: number): Promise<MetricPoint[]> {
    const found = await columns();
    const series = found.series().map((one) => (buckets === undefined ? one : found.thinned(one, buckets)));
    let text = '';
    for await (const piece of historyJson(found, series, 7)) text += piece;
    const answer = JSON.parse(text) as { items: MetricPoint[]; seq: number };
    expect(answer.seq).toBe(7);
    return answer.items;
  }

  it('come back exactly: 64 bits, what is no number, letters of any kind; MLflow is not asked', async () => {
    const points = [
      point('loss', 0, 0.1),
      point('loss', 1, 'NaN'),
      point('loss', '1764325000123456789', 'Infinity'),
      point('دقت «آزمون»\n', -3, '-Infinity'),
      point('acc', '-9223372036854775808', 5e-324),
      { ...point('acc', '9223372036854775807', 1.7976931348623157e308), timestamp: '9007199254740993' },
    ];
    history.begin(JOB);
    history.add(JOB, points);
    const byKey = (all: MetricPoint[]) => new Set(all.map((one) => JSON.stringify(one)));
    expect(byKey(await read())).toEqual(byKey(points));
    await history.rest(JOB);
    expect(byKey(await read())).toEqual(byKey(points));
    expect(asked).toBe(0);
  });

  it('count once, in the order of time, however and how often they came', async () => {
    history.begin(JOB);
    history.add(JOB, [point('loss', 2), point('loss', 1), point('loss', 2), point('loss', 2, 0.75)]);
    history.add(JOB, [point('loss', 1), point('loss', 3, 'NaN'), point('loss', 3, 'NaN')]);
    expect((await read()).map(({ step, value }) => [step, value])).toEqual([
      [1, 0.5],
      [2, 0.5],
      [2, 0.75],
      [3, 'NaN'],
    ]);
  });

  it('go on after a restart in order, and are read from MLflow after a kill', async () => {
    history.begin(JOB);
    history.add(JOB, [point('loss', 1)]);
    await history.close();
    history = open();
    history.add(JOB, [point('loss', 2), point('acc', 2)]);
    expect((await read()).map(({ key, step }) => [key, step])).toEqual([
      ['loss', 1],
      ['loss', 2],
      ['acc', 2],
    ]);
    await columns().then(async () => {
      // Writing has begun, and was not completed: as a kill leaves it.
      for (let step = 3; step < 6000; step += 1) history.add(JOB, [point('loss', step)]);
      await columns();
    });
    history = open();
    inMlflow = [point('loss', 1), point('loss', 2), point('loss', 9)];
    expect((await read()).map(({ step }) => step)).toEqual([1, 2, 9]);
    expect(asked).toBe(1);
    await read();
    expect(asked).toBe(1);
  });

  it('of a job of an earlier release are read from MLflow once; what comes meanwhile is among them, once', async () => {
    inMlflow = [point('loss', 1), point('loss', 2)];
    const slow = Promise.withResolvers<MetricPoint[]>();
    const begun = Promise.withResolvers<undefined>();
    const reading = history.read(JOB, () => {
      begun.resolve(undefined);
      return slow.promise;
    });
    await begun.promise;
    const also = history.read(JOB, fromMlflow);
    history.add(JOB, [point('loss', 2), point('loss', 3)]);
    slow.resolve(inMlflow);
    const found = await reading;
    expect(found.series()[0]?.at).toHaveLength(3);
    expect((await also).series()[0]?.at).toHaveLength(3);
    history.add(JOB, [point('loss', 4)]);
    expect((await read()).map(({ step }) => step)).toEqual([1, 2, 3, 4]);
    expect(asked).toBe(0);
    await history.rest(JOB);
    expect((await readdir(join(dir, 'points'))).toSorted()).toEqual(
      ['names', 'points', 'whole'].map((what) => `${JOB}.${what}`),
    );
  });

  it('are read again from MLflow once they no longer hold, and where their files were damaged', async () => {
    history.begin(JOB);
    history.add(JOB, [point('loss', 1)]);
    await history.invalidate(JOB);
    inMlflow = [point('loss', 5)];
    expect((await read()).map(({ step }) => step)).toEqual([5]);
    await history.rest(JOB);
    const file = join(dir, 'points', `${JOB}.points`);
    await writeFile(file, (await readFile(file)).subarray(0, 20));
    inMlflow = [point('loss', 6)];
    expect((await read()).map(({ step }) => step)).toEqual([6]);
    expect(asked).toBe(2);
  });

  it('are answered from MLflow where nothing can be written', async () => {
    await writeFile(join(dir, 'points'), 'a file in the way of the folder');
    inMlflow = [point('loss', 1)];
    history.begin(JOB);
    history.add(JOB, [point('loss', 1)]);
    await history.rest(JOB);
    expect((await read()).map(({ step }) => step)).toEqual([1]);
    expect(warned).toContain('points were not kept beside MLflow');
  });

  it('are thinned to the first, last, least and greatest of each stretch, and keep what is no number', async () => {
    history.begin(JOB);
    const count = 10_000;
    const values = Array.from({ length: count }, (_, step) => Math.sin(step));
    values[1234] = 50;
    values[4321] = -50;
    history.add(
      JOB,
      values.map((value, step) => point('loss', step, step === 7777 ? 'NaN' : value)),
    );
    const thinned = await read(100);
    expect(thinned.length).toBeLessThanOrEqual(500);
    const steps = thinned.map(({ step }) => step);
    expect(steps).toEqual(expect.arrayContaining([0, 1234, 4321, 7777, count - 1]));
    expect(steps).toEqual(steps.toSorted((a, b) => Number(a) - Number(b)));
    expect(await read(10_000)).toHaveLength(count);
  });

  it('are found by name, page by page, in the order in which the names came', async () => {
    history.begin(JOB);
    history.add(
      JOB,
      Array.from({ length: 25 }, (_, n) => point(`layer${String(n)}/grad`, n, n)),
    );
    history.add(JOB, [point('layer3/grad', 30, 'NaN'), point('Loss', 1)]);
    const found = await columns();
    const first = namesOf(found, { limit: 10, search: 'GRAD' });
    expect(first.items[3]).toEqual({ key: 'layer3/grad', points: 2, last: point('layer3/grad', 30, 'NaN') });
    const second = namesOf(found, { limit: 10, search: 'GRAD', cursor: first.next_cursor! });
    const third = namesOf(found, { limit: 10, search: 'GRAD', cursor: second.next_cursor! });
    expect([...first.items, ...second.items, ...third.items].map(({ key }) => key)).toEqual(
      Array.from({ length: 25 }, (_, n) => `layer${String(n)}/grad`),
    );
    expect(third.next_cursor).toBeNull();
  });

  it('have room for a hundred thousand metrics, and not for one more', () => {
    history.begin(JOB);
    for (let from = 0; from < 100_000; from += 1000)
      history.add(
        JOB,
        Array.from({ length: 1000 }, (_, n) => point(`m${String(from + n)}`, 0)),
      );
    expect(history.metricsOf(JOB)).toBe(100_000);
    expect(history.hasRoom(JOB, ['m5', 'm99999'])).toBe(true);
    expect(history.hasRoom(JOB, ['m5', 'new'])).toBe(false);
  });
});
