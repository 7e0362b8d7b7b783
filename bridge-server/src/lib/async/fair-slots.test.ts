import { describe, expect, it } from 'vitest';
import { FairSlots } from './fair-slots.js';

/** Work that ends when a test says so. */
class Works {
  readonly began: string[] = [];
  private readonly ends = new Map<string, () => void>();

  constructor(private readonly slots: FairSlots) {}

  start(who: string, name: string, signal?: AbortSignal): Promise<string> {
    return this.slots.take(who, signal, async () => {
      this.began.push(name);
      await new Promise<void>((resolve) => this.ends.set(name, resolve));
      return name;
    });
  }
  async end(name: string): Promise<void> {
    this.ends.get(name)!();
    await new Promise(setImmediate);
  }
}

describe('fair slots', () => {
  it('let so many in at once, and of each person no more than theirs', async () => {
    const works = new Works(new FairSlots({ atOnce: 3, each: 2 }));
    const all = ['s1', 's2', 's3', 'r1', 'r2'].map((name) => works.start(name[0]!, name));
    expect(works.began).toEqual(['s1', 's2', 'r1']);
    await works.end('r1');
    expect(works.began).toEqual(['s1', 's2', 'r1', 'r2']);
    await works.end('s1');
    expect(works.began).toEqual(['s1', 's2', 'r1', 'r2', 's3']);
    for (const name of ['s2', 's3', 'r2']) await works.end(name);
    expect(await Promise.all(all)).toEqual(['s1', 's2', 's3', 'r1', 'r2']);
  });

  it('let those who wait in by turns of people, not of questions', async () => {
    const works = new Works(new FairSlots({ atOnce: 1, each: 1 }));
    const all = ['s1', 's2', 's3', 's4', 'r1', 'm1', 'r2'].map((name) => works.start(name[0]!, name));
    for (const next of ['s1', 'r1', 'm1', 's2', 'r2', 's3', 's4']) {
      expect(works.began.at(-1)).toBe(next);
      await works.end(next);
    }
    await Promise.all(all);
  });

  it('forget whoever leaves before their turn, and give the place of what failed to the next', async () => {
    const slots = new FairSlots({ atOnce: 1, each: 1 });
    const works = new Works(slots);
    const first = works.start('s', 's1');
    const leaving = new AbortController();
    const left = works.start('s', 's2', leaving.signal);
    const broken = expect(slots.take('r', undefined, () => Promise.reject(new Error('broken')))).rejects.toThrow(
      'broken',
    );
    const last = works.start('m', 'm1');
    leaving.abort(new Error('gone'));
    await expect(left).rejects.toThrow('gone');
    await works.end('s1');
    await broken;
    await first;
    await works.end('m1');
    expect(await last).toBe('m1');
    expect(works.began).toEqual(['s1', 'm1']);
    await expect(works.start('s', 's3', AbortSignal.abort(new Error('gone before')))).rejects.toThrow('gone before');
  });

  it('refuse whoever has too many waiting, and nobody else', async () => {
    const works = new Works(new FairSlots({ atOnce: 1, each: 1 }));
    const all = Array.from({ length: 33 }, (_, n) => works.start('s', `s${n}`));
    await expect(works.start('s', 'too many')).rejects.toMatchObject({ code: 'rate_limited' });
    const other = works.start('r', 'r0');
    await works.end('s0');
    expect(works.began).toEqual(['s0', 'r0']);
    await works.end('r0');
    for (let n = 1; n < 33; n += 1) await works.end(`s${n}`);
    await Promise.all([...all, other]);
  });
});
