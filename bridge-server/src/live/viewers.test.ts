import { once } from 'node:events';
import type { Socket } from 'socket.io-client';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ask, collect, event, LiveFixture, progress, running, steps } from '../../test/support/live.js';
import { type JobGap, type JobLog, type JobUpdate } from '../contract/live.js';

let bench: LiveFixture;
beforeEach(async () => {
  bench = await LiveFixture.open();
});
afterEach(() => bench.close());

/** More than a viewer may be behind, beside what the network itself holds. */
const SENT = 2_400;
/** How long points wait for others, and how often slow viewers are looked at; and more than both. */
const WINDOW_MS = 20;
const SOON_MS = 50;

/** What a page does whose network stands still: nothing is read any more, until it is. */
function standingStill(socket: Socket): { resume(): void; destroy(): void } {
  const wire = (socket.io.engine as unknown as { transport: { ws: { _socket: Wire } } }).transport.ws._socket;
  wire.pause();
  return wire;
}
interface Wire {
  pause(): void;
  resume(): void;
  destroy(): void;
}
/** The server writes between two messages. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('sends a log’s new text to all who follow it, and reads it on for one who stood still', async () => {
  const [slow, sara] = [await bench.connected('sara'), await bench.connected('sara')];
  for (const socket of [slow, sara]) await ask(socket, 'subscribe_log', { job_id: 'job_1' });
  const whole = (all: JobLog[]): boolean => all.at(-1)?.next_offset === 400 * 8_000;
  const [got, late] = [collect<JobLog>(sara, 'job_log', whole), collect<JobLog>(slow, 'job_log', whole)];
  const wire = standingStill(slow);
  for (let i = 0; i < 400; i += 1) {
    const text = String(i % 10).repeat(8_000);
    const offset = bench.logText.length;
    bench.logText += text;
    bench.live.logAppended('job_1', offset, bench.logText.length, text);
    await turn();
  }
  expect((await got).map(({ text }) => text).join('')).toBe(bench.logText);
  wire.resume();
  expect((await late).map(({ text }) => text).join('')).toBe(bench.logText);
});

it('leaves out what a viewer that takes nothing cannot keep, tells it of the gap, and goes on from there', async () => {
  const [slow, sara] = [await bench.connected('sara'), await bench.connected('sara')];
  for (const socket of [slow, sara]) await ask(socket, 'subscribe_job', { job_id: 'job_1' });
  const wire = standingStill(slow);
  const viewers = bench.live.viewers();
  const heard: number[] = [];
  slow.on('job_update', ({ seq }: JobUpdate) => heard.push(seq));
  const gap = new Promise<JobGap>((resolve) => slow.once('job_gap', resolve));
  let taken = 0;
  sara.on('job_update', () => (taken += 1));
  const got = collect<JobUpdate>(sara, 'job_update', (all) => all.length === SENT);
  const message = 'x'.repeat(10_000);
  for (let i = 0; i < SENT; i += 1) {
    bench.live.jobUpdated('job_1', { state: i % 2 ? 'running' : 'starting', progress, metrics: [], message });
    // The other one is to keep up, however slow the machine.
    while (taken < i - 20) await turn();
  }
  const last = (await got).at(-1)!.seq;
  expect(bench.live.viewers()).toBe(viewers);
  wire.resume();
  expect(await bench.clock.passUntil(gap, SOON_MS)).toEqual({ job_id: 'job_1', seq: last });
  expect(heard.length).toBeLessThan(SENT);
  heard.slice(1).forEach((seq, n) => expect(seq).toBe(heard[n]! + 1));
  const next = event(slow, 'job_update') as Promise<JobUpdate>;
  bench.live.jobUpdated('job_1', running(7));
  expect((await bench.clock.passUntil(next, SOON_MS)).seq).toBe(last + 1);
});

it('tells no gap to a viewer that looks away meanwhile', async () => {
  const slow = await bench.connected('sara');
  await ask(slow, 'subscribe_job', { job_id: 'job_1' });
  const wire = standingStill(slow);
  slow.emit('unsubscribe_job', { job_id: 'job_1' });
  const message = 'x'.repeat(100_000);
  for (let i = 0; i < 200; i += 1) {
    bench.live.jobUpdated('job_1', { state: i % 2 ? 'running' : 'starting', progress, metrics: [], message });
    await turn();
  }
  let gaps = 0;
  slow.on('job_gap', () => (gaps += 1));
  wire.resume();
  // All that was sent before is taken when this is answered.
  await ask(slow, 'unsubscribe_job', { job_id: 'job_1' });
  bench.clock.pass(SOON_MS);
  await ask(slow, 'unsubscribe_job', { job_id: 'job_1' });
  expect(gaps).toBe(0);
});

it('cuts off a viewer that takes nothing of what cannot be left out', async () => {
  const slow = await bench.connected('sara');
  const wire = standingStill(slow);
  const name = 'x'.repeat(100_000);
  for (let i = 0; i < 1_000 && bench.live.viewers() > 0; i += 1) {
    bench.live.datasetChanged('prj_sara', { dataset_id: 'ds_1', name } as never);
    await turn();
  }
  expect(bench.live.viewers()).toBe(0);
  wire.destroy();
});

it('gives a hundred viewers every point, in messages of many points', async () => {
  const all = await Promise.all(Array.from({ length: 100 }, () => bench.connected('sara')));
  await Promise.all(all.map((socket) => ask(socket, 'subscribe_job', { job_id: 'job_1' })));
  const got = Promise.all(
    all.map((socket) => collect<JobUpdate>(socket, 'job_update', (updates) => steps(updates).length >= 500)),
  );
  for (let i = 0; i < 500; i += 1) {
    bench.live.jobUpdated('job_1', running(i));
    if (i % 50 === 49) bench.clock.pass(WINDOW_MS);
  }
  for (const updates of await got) {
    expect(steps(updates)).toEqual([...Array(500).keys()]);
    expect(updates.map(({ metrics }) => metrics.length)).toEqual([1, 49, 50, 50, 50, 50, 50, 50, 50, 50, 50]);
  }
});

it('lets one of many viewers go without the others noticing', async () => {
  const all = await Promise.all(Array.from({ length: 5 }, () => bench.connected('sara')));
  await Promise.all(all.map((socket) => ask(socket, 'subscribe_job', { job_id: 'job_1' })));
  all[0]!.disconnect();
  const got = Promise.all(all.slice(1).map((socket) => once(socket as never, 'job_update')));
  bench.live.jobUpdated('job_1', running(1));
  expect(await got).toHaveLength(4);
});
