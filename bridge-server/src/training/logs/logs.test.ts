import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  closeSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JobFolders } from '../records/job-folder.js';
import { JobLogs, wholeLetters, type LogPiece } from './logs.js';
import { searchLog } from './log-search.js';

const MIB = 2 ** 20;
let dir: string;
let file: string;
let pieces: LogPiece[];
let logs: JobLogs;
const problems: unknown[] = [];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'kargah-logs-'));
  mkdirSync(join(dir, 'jobs/job_1'), { recursive: true });
  file = join(dir, 'jobs/job_1/log.txt');
  pieces = [];
  const logAppended = (_: string, offset: number, nextOffset: number, text: string) =>
    void pieces.push({ offset, nextOffset, text });
  logs = new JobLogs(new JobFolders(dir), { logAppended }, (_, error) => problems.push(error));
});
afterEach(async () => {
  await logs.close();
  rmSync(dir, { recursive: true });
  expect(problems.splice(0)).toEqual([]);
});

describe('a search in a log', () => {
  const { signal } = new AbortController();
  const search = (wanted: string, offset = 0, limit = 100, asker = { userId: 'sara', signal }) =>
    logs.search('job_1', { wanted, offset, limit }, asker);

  it('finds lines whatever their case, their Persian letters and digits, and tells where they begin', async () => {
    writeFileSync(file, 'Epoch 1\nكتاب‌های يك\nپایان\nepoch ۲\n');
    expect(await search('EPOCH')).toEqual({
      items: [
        { offset: 0, text: 'Epoch 1' },
        { offset: Buffer.byteLength('Epoch 1\nكتاب‌های يك\nپایان\n'), text: 'epoch ۲' },
      ],
      next_offset: null,
    });
    expect((await search('کتابهای یک')).items).toEqual([{ offset: 8, text: 'كتاب‌های يك' }]);
    expect((await search('epoch 2')).items).toHaveLength(1);
    expect((await search('nowhere')).items).toEqual([]);
  });
  it('sees what a terminal shows: no colours, of a progress bar its last state', async () => {
    writeFileSync(file, '\u001b[31mER\u001b[1mROR\u001b[0m here\r\n 10%|#\r100%|##########\n');
    expect((await search('error')).items).toEqual([{ offset: 0, text: 'ERROR here' }]);
    expect((await search('10%')).items).toEqual([]);
    expect((await search('100%')).items).toHaveLength(1);
  });
  it('sees the end of a progress bar however long its line is, and every part of a long line, once', async () => {
    const bar = Array.from({ length: 3_000 }, (_, n) => ` step ${n} of 3000`).join('\r');
    const long = `${'x'.repeat(7_500)} need\u001b[1mle ${'y'.repeat(30_000)} needle ${'z'.repeat(9_000)} last`;
    writeFileSync(file, `${bar}\r\u001b[0m\r\n${long}\n`);
    expect(await search('step 2999 of')).toEqual({
      items: [{ offset: 0, text: ' step 2999 of 3000' }],
      next_offset: null,
    });
    expect((await search('step 2998 of')).items).toEqual([]);
    const [found, ...more] = (await search('needle')).items;
    expect(more).toEqual([]);
    expect(found).toMatchObject({ offset: Buffer.byteLength(`${bar}\r\u001b[0m\r\n`) });
    expect(found?.text).toContain(' needle ');
    expect((await search('z last')).items).toHaveLength(1);
  });
  it.each([
    ['codes between letters', 'm\u001b[m', 'mx'],
    ['codes that do not end', '\u001b[0000', '0\u001b0x'],
    ['titles that do not end', '\u001b]m', 'm]x'],
    ['marks', 'م\u064b', 'مx'],
    ['marks in the worst order', '\u0301\u0323', 'nothing of it'],
    ['the letter looked for', 'a', `${'a'.repeat(198)}b`],
  ])('ends in time that grows with the log and not with its square: %s', async (_what, unit, wanted) => {
    writeFileSync(file, `${unit.repeat(Math.ceil(MIB / Buffer.byteLength(unit)))}\nhere is mx\n`);
    let from: number | null = 0;
    const items: string[] = [];
    while (from !== null) {
      const page: Awaited<ReturnType<typeof search>> = await search(wanted, from);
      items.push(...page.items.map(({ text }) => text));
      from = page.next_offset;
    }
    expect(items.filter((text) => text === 'here is mx')).toHaveLength(wanted === 'mx' ? 1 : 0);
  });
  it('says up to where it looked when its time is over, having looked at a piece at least', async () => {
    writeFileSync(file, `${'x'.repeat(1023)}\n`.repeat(600));
    appendFileSync(file, 'needle\n');
    const question = { path: file, wanted: 'needle', limit: 10, budgetMs: 0 };
    const looked: (number | null)[] = [];
    for (let offset: number | null = 0; offset !== null;) {
      const page = await searchLog({ ...question, offset });
      looked.push(page.next_offset);
      offset = page.next_offset;
    }
    expect(looked).toEqual([256 * 1024, 512 * 1024, 600 * 1024 + 7, null]);
  });
  it('ends with whoever asked, and others are answered', async () => {
    writeFileSync(file, `${'x'.repeat(79)}\n`.repeat(100_000));
    const leaving = new AbortController();
    const first = search('y', 0, 100, { userId: 'sara', signal: leaving.signal });
    const behind = search('y', 0, 100, { userId: 'sara', signal: leaving.signal });
    leaving.abort(new Error('left'));
    await expect(first).rejects.toThrow('left');
    await expect(behind).rejects.toThrow('left');
    expect((await search('x', 0, 1)).items).toHaveLength(1);
  });
  it('is answered that the bridge is ending where it ends meanwhile', async () => {
    writeFileSync(file, `${'x'.repeat(79)}\n`.repeat(100_000));
    const asked = expect(search('y')).rejects.toMatchObject({ code: 'shutting_down' });
    await logs.close();
    await asked;
  });
  it('answers so many at once, and goes on where it ended', async () => {
    writeFileSync(file, Array.from({ length: 250 }, (_, n) => `line ${n}\n`).join(''));
    const found: string[] = [];
    for (let offset: number | null = 0; offset !== null;) {
      const page = await search('line', offset, 100);
      expect(page.items.length).toBeLessThanOrEqual(100);
      found.push(...page.items.map(({ text }) => text));
      offset = page.next_offset;
    }
    expect(found).toEqual(Array.from({ length: 250 }, (_, n) => `line ${n}`));
  });
  it('has nothing to find in a log that is not there yet', async () => {
    expect(await search('x')).toEqual({ items: [], next_offset: null });
  });
  it('reads a long log in bounded pieces, each line once, also across pieces and in lines without an end', async () => {
    const hidden = `${'آ'.repeat(150_000)} سوزن ${'ب'.repeat(150_000)}\n`;
    writeFileSync(file, `${'x'.repeat(79)}\n`.repeat(40_000));
    appendFileSync(file, `the needle\n${hidden}`);
    truncateSync(file, 70 * MIB);
    appendFileSync(file, '\nanother needle');
    const everywhere = async (wanted: string): Promise<string[]> => {
      const found: string[] = [];
      for (let offset: number | null = 0; offset !== null;) {
        const page: Awaited<ReturnType<typeof search>> = await search(wanted, offset);
        found.push(...page.items.map(({ text }) => text));
        if (page.next_offset !== null) expect(page.next_offset - offset).toBeLessThanOrEqual(65 * MIB);
        offset = page.next_offset;
      }
      return found;
    };
    expect(await everywhere('NEEDLE')).toEqual(['the needle', 'another needle']);
    const [shown] = await everywhere('سوزن');
    expect(shown).toContain('سوزن');
    expect(shown?.length).toBeLessThanOrEqual(1_000);
  });
});

describe('a watched log', () => {
  const heard = async (enough: () => boolean): Promise<void> => {
    await expect.poll(enough, { interval: 10 }).toBe(true);
  };

  it('comes in the order it was written, in whole letters, whatever pieces it is written in', async () => {
    const unwatch = logs.watch('job_1');
    const bytes = Buffer.from('گزارش 😀 ۱۰۰٪\n'.repeat(20));
    for (const byte of bytes) appendFileSync(file, Buffer.from([byte]));
    await heard(() => pieces.map(({ text }) => text).join('') === bytes.toString());
    unwatch();
  });

  it('goes on near the end where it grows faster than anybody can read, and the offsets tell of the gap', async () => {
    const unwatch = logs.watch('job_1');
    const pipe = openSync(file, 'a');
    const block = Buffer.from(`${'خ'.repeat(511)}\n`.repeat(1024));
    for (let n = 0; n < 64; n += 1) appendFileSync(pipe, block);
    appendFileSync(pipe, 'the end\n');
    closeSync(pipe);
    await heard(() => pieces.at(-1)?.text.endsWith('the end\n') ?? false);
    unwatch();
    expect(pieces.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0)).toBeLessThan(16 * MIB);
    const texts = pieces.map(({ text }) => text).join('');
    expect(texts).not.toContain('\ufffd');
    const gaps = pieces.filter(({ offset }, n) => offset !== (pieces[n - 1]?.nextOffset ?? 0));
    expect(gaps.length).toBeGreaterThan(0);
  });

  it('is read on from near its end by one who is far behind', async () => {
    writeFileSync(file, `${'آ'.repeat(600)}\n`.repeat(8_000));
    const piece = (await logs.piece('job_1', 0)) as LogPiece;
    expect(piece.offset).toBeGreaterThan(8_000 * 1201 - MIB);
    expect(piece.offset % 1201).toBe(0);
  });
});

describe('text cut at any byte', () => {
  it('is cut between letters', () => {
    const text = Buffer.from('aگ€😀');
    const cuts = Array.from({ length: text.length + 1 }, (_, n) => wholeLetters(text.subarray(0, n)));
    expect(cuts).toEqual([0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10]);
  });
});
