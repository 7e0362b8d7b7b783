import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Backlog } from './backlog.js';
import { Delivery } from './delivery.js';
import { encode } from './record.js';
import { RefusedPoints } from './refused.js';
import { Segments } from './segments.js';
import type { Answered } from './send.js';

const LIMITS = { segmentBytes: 2 ** 20, totalBytes: 2 ** 24 };
const point = (key: string, step: number): string => `{"key":"${key}","value":1,"timestamp":1,"step":${String(step)}}`;
interface Sent {
  readonly run_id: string;
  readonly metrics?: readonly { readonly key: string; readonly step: number }[];
  readonly tags?: readonly { readonly key: string }[];
}

describe('points on which MLflow breaks off', () => {
  let folder: string;
  let segments: Segments;
  let delivery: Delivery;
  const backlog = (): Backlog => waiting;
  let waiting: Backlog;
  let taken: string[];
  let tags: string[];
  /** Whether MLflow can write anything. */
  let healthy: boolean;
  const warned: string[] = [];

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    folder = mkdtempSync(join(tmpdir(), 'kargah-delivery-'));
    segments = Segments.open(folder, LIMITS, () => undefined);
    waiting = new Backlog();
    taken = [];
    tags = [];
    healthy = true;
    const log = { warn: (_facts: object, message: string) => void warned.push(message), error: () => undefined };
    delivery = new Delivery({
      backlog: waiting,
      segments,
      sender: {
        send: ({ body }): Promise<Answered> => {
          const { run_id, metrics = [], tags: told = [] } = JSON.parse(body) as Sent;
          if (!healthy || metrics.some(({ key }) => key === 'odd'))
            return Promise.resolve({ status: 500, text: '{"error_code":"INTERNAL_ERROR"}' });
          taken.push(...metrics.map(({ step }) => `${run_id}/${String(step)}`));
          tags.push(...told.map(({ key }) => key));
          return Promise.resolve({ status: 200, text: '{}' });
        },
        close: () => undefined,
      },
      refused: new RefusedPoints(join(folder, 'refused.jsonl'), log),
      health: { state: () => 'up', onState: () => () => undefined },
      authorization: () => Promise.resolve('Bearer x'),
      log,
    });
  });
  afterEach(async () => {
    vi.useRealTimers();
    await delivery.close();
    await segments.close();
    rmSync(folder, { recursive: true, force: true });
  });
  async function put(runId: string, ...points: string[]): Promise<void> {
    const run = { workspace: 'p', runId };
    const record = encode({ kind: 'points', run, count: points.length, metrics: points.join(',') });
    backlog().add(run, await segments.append(record), points.length, performance.now());
    delivery.look();
  }
  /** Lets the product's own timers come, and the disk answer, until something holds. */
  async function until(holds: () => boolean): Promise<void> {
    for (let turn = 0; !holds(); turn += 1) {
      if (turn > 5_000) throw new Error('it never came to that');
      await vi.advanceTimersByTimeAsync(250);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  test('are put aside one by one after a few tries; those beside them and of other runs arrive', async () => {
    await put('ill', point('loss', 1), point('odd', 2), point('loss', 3));
    await put('ill', point('loss', 4));
    await put('well', point('loss', 1));
    await until(() => waiting.points === 0);
    expect(taken.toSorted()).toEqual(['ill/1', 'ill/3', 'ill/4', 'well/1']);
    const refused = readFileSync(join(folder, 'refused.jsonl'), 'utf8').trimEnd().split('\n');
    expect(refused.map((line) => JSON.parse(line) as object)).toEqual([
      expect.objectContaining({ run_id: 'ill', status: 500, metrics: [expect.objectContaining({ step: 2 })] }),
    ]);
    expect(tags).toEqual(['kargah.points_refused_at']);
  });

  test('are kept as long as MLflow can write nothing at all', async () => {
    healthy = false;
    await put('run', point('loss', 1), point('odd', 2));
    const tries = vi.getTimerCount();
    expect(tries).toBeGreaterThan(0);
    await vi.advanceTimersByTimeAsync(0);
    const [run] = waiting.of('p', 'run');
    await until(() => (run?.failures ?? 0) > 12);
    expect(waiting.points).toBe(2);
    healthy = true;
    await until(() => waiting.points === 0);
    expect(taken).toEqual(['run/1']);
  });
});
