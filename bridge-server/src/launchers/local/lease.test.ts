import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { HandClock } from '../../../test/clock.js';
import { Lease, signOf } from './lease.js';

describe('a lease of 30 s, looked at every second', () => {
  const lease = () => {
    const clock = new HandClock();
    const held = new Lease(30, 1_000, clock);
    return {
      after(seconds: number, sign: string | null): boolean {
        clock.pass(seconds * 1000);
        return held.expired(sign);
      },
    };
  };

  it('holds as long as signs change, however long that is', () => {
    const { after } = lease();
    for (let beat = 0; beat < 100; beat += 1) expect(after(1, `beat ${String(beat)}`)).toBe(false);
  });

  it('expires when the same sign was seen for longer than that', () => {
    const { after } = lease();
    expect(after(1, 'a')).toBe(false);
    for (let second = 1; second <= 30; second += 1) expect(after(1, 'a')).toBe(false);
    expect(after(1, 'a')).toBe(true);
  });

  it('begins anew with every new sign', () => {
    const { after } = lease();
    for (let second = 0; second < 30; second += 1) after(1, 'a');
    expect(after(1, 'b')).toBe(false);
    for (let second = 1; second <= 30; second += 1) expect(after(1, 'b')).toBe(false);
    expect(after(1, 'b')).toBe(true);
  });

  it('does not count the time in which the bridge itself was stopped', () => {
    const { after } = lease();
    after(1, 'a');
    expect(after(3_600, 'a')).toBe(false);
    expect(after(1, 'b')).toBe(false);
  });

  it('is not judged where no sign is given at all', () => {
    const { after } = lease();
    for (let second = 0; second < 100; second += 1) expect(after(1, null)).toBe(false);
  });

  it('neither ends nor grows when the clock of the system is set back an hour, or on', () => {
    const clock = new HandClock();
    const held = new Lease(30, 1_000, clock);
    held.expired('a');
    clock.set(clock.now() - 3_600_000);
    expect(held.expired('a')).toBe(false);
    clock.set(clock.now() + 7_200_000);
    expect(held.expired('a')).toBe(false);
    for (let second = 0; second < 31; second += 1) {
      clock.pass(1_000);
      if (second === 15) clock.set(clock.now() - 3_600_000);
      expect(held.expired('a')).toBe(second === 30);
    }
  });
});

describe('a sign of life', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kargah-sign-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is what the supervisor wrote last, and null where it wrote nothing', () => {
    expect(signOf(folder)).toBeNull();
    writeFileSync(join(folder, 'heartbeat'), '1 2\n');
    expect(signOf(folder)).toBe('1 2\n');
  });
});
