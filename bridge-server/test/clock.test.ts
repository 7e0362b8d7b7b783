import { afterEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../src/lib/clock.js';
import { HandClock } from './clock.js';

const DAY = 86_400_000;

describe('the system’s clock', () => {
  afterEach(() => void vi.useRealTimers());

  it('waits longer than a timer of Node can', () => {
    vi.useFakeTimers();
    const act = vi.fn();
    systemClock.after(40 * DAY, act);
    vi.advanceTimersByTime(40 * DAY - 1);
    expect(act).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(act).toHaveBeenCalledOnce();
  });
  it('calls off what is to come, in any part of a long wait', () => {
    vi.useFakeTimers();
    const act = vi.fn();
    const off = systemClock.after(40 * DAY, act);
    const end = systemClock.every(DAY, act);
    vi.advanceTimersByTime(30 * DAY);
    expect(act).toHaveBeenCalledTimes(30);
    off();
    end();
    vi.advanceTimersByTime(30 * DAY);
    expect(act).toHaveBeenCalledTimes(30);
  });
});

describe('a clock moved by hand', () => {
  it('calls what is due, in order of time, and what that starts, and nothing before', () => {
    const clock = new HandClock();
    const told: [string, number][] = [];
    const tell = (what: string) => (): void => void told.push([what, clock.elapsed()]);
    clock.after(30, tell('late'));
    clock.after(10, () => clock.after(5, tell('second')));
    clock.after(20, tell('off'))();
    const end = clock.every(8, tell('every'));
    clock.pass(7);
    expect(told).toEqual([]);
    clock.pass(13);
    end();
    clock.pass(10);
    expect(told).toEqual([
      ['every', 8],
      ['second', 15],
      ['every', 16],
      ['late', 30],
    ]);
  });
  it('can be set to another time of day without a timer noticing', () => {
    const clock = new HandClock(DAY);
    const act = vi.fn();
    clock.after(10, act);
    clock.set(0);
    expect(clock.now()).toBe(0);
    clock.pass(9);
    expect(act).not.toHaveBeenCalled();
    clock.pass(1);
    expect([act.mock.calls.length, clock.now(), clock.elapsed()]).toEqual([1, 10, 10]);
  });
});
