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
import { JobFolders } from './folders.js';
import { JobLogs, wholeLetters, type LogPiece } from './logs.js';

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
afterEach(() => {
  logs.close();
  rmSync(dir, { recursive: true });
  expect(problems.splice(0)).toEqual([]);
});

describe('a search in a log', () => {
  const search = (q: string, offset = 0, limit = 100) => logs.search('job_1', q, offset, limit);

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
    const first = await search('NEEDLE');
    expect(first.items).toEqual([{ offset: 80 * 40_000, text: 'the needle' }]);
    expect(first.next_offset).toBeGreaterThan(60 * MIB);
    expect(await search('NEEDLE', first.next_offset!)).toMatchObject({
      items: [{ text: 'another needle' }],
      next_offset: null,
    });
    const [shown] = (await search('سوزن')).items;
    expect(shown?.text).toContain('سوزن');
    expect(shown?.text.length).toBeLessThanOrEqual(1_000);
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
