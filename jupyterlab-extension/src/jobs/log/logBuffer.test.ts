import { fold } from '../../i18n/fold/fold.js';
import { findLines, KEPT_CHARACTERS, LogBuffer } from './logBuffer.js';
import { wholeLetters } from './logPiece.js';

const texts = (buffer: LogBuffer): string[] => buffer.lines.map((line) => line.text);
function shown(...pieces: string[]): string[] {
  const buffer = new LogBuffer();
  for (const piece of pieces) buffer.append(piece);
  return texts(buffer);
}

describe('the log', () => {
  it('shows a progress bar that rewrites its line as a terminal does', () => {
    expect(shown(' 10%|#   |\r 20%|##  |\r100%|####|')).toEqual(['100%|####|']);
    expect(shown('long line\rnew')).toEqual(['newg line']);
    expect(shown('abc\b\bX')).toEqual(['aXc']);
    expect(shown('wait…\r\u001b[Kdone', '\nabcdef\u001b[3D\u001b[Kx')).toEqual(['done', 'abcx']);
    expect(shown('\u001b[2Kx\u001b[5Gy')).toEqual(['x   y']);
  });
  it('shows bars below one another that a program goes up and down between', () => {
    const frame = (n: number): string => `\router ${n}\n\rinner ${n}\u001b[A`;
    expect(shown(frame(1), frame(2), frame(3), '\n\n', 'end\n')).toEqual(['outer 3', 'inner 3', 'end']);
    expect(shown('a\nb\nc\n\u001b[2A\u001b[Jd\n')).toEqual(['a', 'd']);
  });
  it('keeps what a program erases above what it writes: it is a log', () => {
    expect(shown('kept\n\u001b[2J\u001b[Hnext')).toEqual(['kept', 'next']);
  });
  it('strips titles of terminals, and colours from what is searched', () => {
    expect(shown('\u001b[1;32mok\u001b[0m \u001b]0;title\u0007done')).toEqual(['ok done']);
  });
  it('shows colours, also where a code is cut in two or lasts over a line end', () => {
    const buffer = new LogBuffer();
    for (const piece of ['\u001b[3', '1mred\nstill \u001b[1mbold\u001b[0m plain', ' \u001b[38;2;1;2;3mown'])
      buffer.append(piece);
    expect(buffer.lines.map(({ spans }) => spans)).toEqual([
      [{ text: 'red', look: '', color: 'var(--kg-t1)' }],
      [
        { text: 'still ', look: '', color: 'var(--kg-t1)' },
        { text: 'bold', look: 'kg-Log-bold', color: 'var(--kg-t1)' },
        { text: ' plain ', look: '' },
        { text: 'own', look: '', color: 'rgb(1,2,3)' },
      ],
    ]);
  });
  it('rewrites an unfinished line by what comes next, whatever the pieces', () => {
    expect(shown('one\ntw', 'o', '\n 1%\r', ' 2%', '\n\nend\n')).toEqual(['one', 'two', ' 2%', '', 'end']);
  });
  it('keeps Windows line ends and Persian text whole, with the marks and joiners in it', () => {
    expect(shown('ستون «تاریخ» نبود\r\nepoch 1/10\r\n')).toEqual(['ستون «تاریخ» نبود', 'epoch 1/10']);
    expect(shown('مُدَرِّس می‌رود 😀', '\u001b[0m.')).toEqual(['مُدَرِّس می‌رود 😀.']);
  });
  it('marks warnings and errors', () => {
    const buffer = new LogBuffer();
    buffer.append('13:02:36 WARNING x\nTraceback (most recent call last):\nValueError: y\nINFO z\n');
    expect(buffer.lines.map((line) => line.level)).toEqual(['warn', 'error', 'error', null]);
  });
  it('takes earlier pieces before what is there, and knows at which byte each line begins', () => {
    const buffer = new LogBuffer(9);
    buffer.append('سه\n');
    buffer.append('چهار');
    buffer.prepend('یک\ntwo\n', 0);
    expect(texts(buffer)).toEqual(['یک', 'two', 'سه', 'چهار']);
    expect(buffer.lines.map(({ offset }) => offset)).toEqual([0, 5, 9, 14]);
    expect([buffer.lineAt(0), buffer.lineAt(6), buffer.lineAt(14), buffer.lineAt(99)]).toEqual([0, 1, 3, -1]);
  });
  it('lets the beginning go when it grows beyond what is kept, and knows at which byte it now begins', () => {
    const buffer = new LogBuffer();
    const line = `${'é'.repeat(1023)}\r${'e'.repeat(100)}\n`;
    for (let index = 0; index < KEPT_CHARACTERS / 1024 + 2; index += 1) buffer.append(line);
    expect(buffer.lines.length).toBeLessThan(KEPT_CHARACTERS / 1024);
    expect(buffer.start % 2148).toBe(0);
    expect(buffer.start).toBeGreaterThan(0);
  });
  it('costs a long-lived progress bar no more than a line', () => {
    const buffer = new LogBuffer();
    const bar = `|${'#'.repeat(200)}|`;
    // More than is kept at once, were any of it kept.
    for (let n = 0; n * bar.length < KEPT_CHARACTERS + 1024; n += 1) buffer.append(`\r${n % 100}%${bar}`);
    expect(buffer.lines).toHaveLength(1);
    expect([buffer.full, buffer.start]).toEqual([false, 0]);
  });
  it('shows so much of an endless line', () => {
    const [line = ''] = shown('x'.repeat(500_000), `\r${'y'.repeat(500_000)}`);
    expect(line).toBe('y'.repeat(10_000));
  });
  it('finds lines with Arabic letters by their Persian forms', () => {
    const buffer = new LogBuffer();
    buffer.append('كتاب يك\nbook\nکتاب دو\n');
    expect(findLines(buffer.lines, 'کتاب', fold)).toEqual([0, 2]);
  });
  it('leaves a letter that a piece cuts in two for the next one', () => {
    const bytes = new TextEncoder().encode('aگ😀');
    expect(Array.from(bytes, (_, n) => wholeLetters(bytes.subarray(0, n + 1)))).toEqual([1, 1, 3, 3, 3, 3, 7]);
  });
});
