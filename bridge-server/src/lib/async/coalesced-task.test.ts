import { expect, it } from 'vitest';
import { CoalescedTask } from './coalesced-task.js';

it('runs once more, however often it is asked meanwhile, and never twice at once', async () => {
  const ends: (() => void)[] = [];
  let running = 0;
  const task = new CoalescedTask(async () => {
    running += 1;
    expect(running).toBe(1);
    await new Promise<void>((resolve) => ends.push(resolve));
    running -= 1;
  });
  const first = task.run();
  const later = [task.run(), task.run(), task.run()];
  expect(ends).toHaveLength(1);
  ends[0]!();
  await expect.poll(() => ends.length).toBe(2);
  ends[1]!();
  await Promise.all([first, ...later]);
  expect(ends).toHaveLength(2);
});

it('can be asked again after a step that failed', async () => {
  let steps = 0;
  const task = new CoalescedTask(() => {
    steps += 1;
    return steps === 1 ? Promise.reject(new Error('broken')) : Promise.resolve();
  });
  await expect(task.run()).rejects.toThrow('broken');
  await task.run();
  expect(steps).toBe(2);
});
