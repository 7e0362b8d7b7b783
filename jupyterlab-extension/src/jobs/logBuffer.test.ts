import { fold } from '../i18n/fold.js';
import { findLines, KEPT_CHARACTERS, LogBuffer, renderLine } from './logBuffer.js';

const texts = (buffer: LogBuffer): string[] => buffer.lines.map((line) => line.text);

describe('the log', () => {
  it('shows a progress bar that rewrites its line as a terminal does', () => {
    expect(renderLine(' 10%|#   |\r 20%|##  |\r100%|####|')).toBe('100%|####|');
    expect(renderLine('long line\rnew')).toBe('newg line');
    expect(renderLine('abc\b\bX')).toBe('aXc');
  });
  it('strips colours and titles of terminals', () => {
    expect(renderLine('\u001b[1;32mok\u001b[0m \u001b]0;title\u0007done')).toBe('ok done');
  });
  it('rewrites an unfinished line by what comes next, whatever the pieces', () => {
    const buffer = new LogBuffer();
    for (const piece of ['one\ntw', 'o', '\n 1%\r', ' 2%', '\nend\n']) buffer.append(piece);
    expect(texts(buffer)).toEqual(['one', 'two', ' 2%', 'end']);
  });
  it('keeps Windows line ends and Persian text whole', () => {
    const buffer = new LogBuffer();
    buffer.append('ستون «تاریخ» نبود\r\nepoch 1/10\r\n');
    expect(texts(buffer)).toEqual(['ستون «تاریخ» نبود', 'epoch 1/10']);
  });
  it('marks warnings and errors', () => {
    const buffer = new LogBuffer();
    buffer.append('13:02:36 WARNING x\nTraceback (most recent call last):\nValueError: y\nINFO z\n');
    expect(buffer.lines.map((line) => line.level)).toEqual(['warn', 'error', 'error', null]);
  });
  it('takes earlier pieces before what is there', () => {
    const buffer = new LogBuffer();
    buffer.start = 8;
    buffer.append('three\n');
    buffer.prepend('one\ntwo\n', 0);
    expect(texts(buffer)).toEqual(['one', 'two', 'three']);
    expect(buffer.start).toBe(0);
  });
  it('lets the beginning go when it grows beyond what is kept, and knows at which byte it now begins', () => {
    const buffer = new LogBuffer();
    const line = `${'é'.repeat(1023)}\n`;
    for (let index = 0; index < KEPT_CHARACTERS / 1024 + 2; index += 1) buffer.append(line);
    expect(buffer.lines.length).toBeLessThan(KEPT_CHARACTERS / 1024);
    expect(buffer.start % 2047).toBe(0);
    expect(buffer.start).toBeGreaterThan(0);
  });
  it('finds lines with Arabic letters by their Persian forms', () => {
    const buffer = new LogBuffer();
    buffer.append('كتاب يك\nbook\nکتاب دو\n');
    expect(findLines(buffer.lines, 'کتاب', fold)).toEqual([0, 2]);
  });
});
