import { CODE, Pen, type Span, TerminalLine } from './terminal.js';

export type Level = 'warn' | 'error' | null;

export interface LogLine {
  readonly text: string;
  /** The styles of its parts; null where it has none. */
  readonly spans: readonly Span[] | null;
  readonly level: Level;
  /** Byte of the log at which it begins. */
  readonly offset: number;
}

/** Text kept at once; beyond it the far end is let go, and can be read again by offset. */
export const KEPT_CHARACTERS = 8 * 1024 * 1024;
/** How many lines a program can go back up, as the height of a terminal. */
const HEIGHT = 50;

const ESC = '\u001b';
// eslint-disable-next-line no-control-regex -- a code whose rest is yet to come
const CUT_CODE = /\u001b(?:\[[0-?]*[ -/]*|\][^\u0007\u001b]{0,4096}\u001b?)?$/;
// eslint-disable-next-line no-control-regex
const ASCII = /^[\u0000-\u007f]*$/;

function levelOf(text: string): Level {
  if (/\b(ERROR|CRITICAL|FATAL)\b|^Traceback |^\w*(Error|Exception)\b/.test(text)) return 'error';
  return /\b(WARN|WARNING)\b|Warning\b/.test(text) ? 'warn' : null;
}

/** A window of the log's lines as a terminal shows them: grows at its end as the job writes, at its start as the reader scrolls back. */
export class LogBuffer {
  lines: LogLine[] = [];
  /** Byte right after what is here. */
  end: number;
  private characters = 0;
  private cut = '';
  private readonly pen = new Pen();
  /** The last lines, which can still be written to; the last one of them is the last one of all. */
  private screen: TerminalLine[] = [];
  /** In which line of the screen the cursor stands. */
  private row = 0;
  private readonly changed = new Set<number>();

  /** `start`: the byte of the log at which a line begins. */
  constructor(private first = 0) {
    this.end = first;
  }

  /** Byte at which the first kept line begins; 0 is the log's own beginning. */
  get start(): number {
    return this.first;
  }

  get full(): boolean {
    return this.characters >= KEPT_CHARACTERS;
  }

  /** Text that follows what is here, up to byte `end`; an unfinished line is shown as it is, and written on by what comes. */
  append(text: string, end?: number): void {
    const whole = this.cut + text;
    this.cut = CUT_CODE.exec(whole)?.[0] ?? '';
    const shown = this.cut === '' ? whole : whole.slice(0, -this.cut.length);
    let offset = this.end - bytesOf(whole.slice(0, whole.length - text.length));
    for (let from = 0; from < shown.length;) {
      const newline = shown.indexOf('\n', from);
      const to = newline < 0 ? shown.length : newline;
      const part = shown.slice(from, to);
      // A carriage return before a line end moves no cursor; programs write CRLF.
      const raw = newline >= 0 && part.endsWith('\r') ? part.slice(0, -1) : part;
      if (raw !== '') this.write(raw, offset);
      offset += bytesOf(part) + (newline < 0 ? 0 : 1);
      if (newline >= 0) this.down(offset);
      from = to + 1;
    }
    this.redraw();
    this.end = end ?? this.end + bytesOf(text);
    this.trim();
  }

  /** Text that comes right before what is here and begins at byte `start`, at the beginning of a line. */
  prepend(text: string, start: number): void {
    const earlier = new LogBuffer(start);
    earlier.append(text);
    this.characters += earlier.characters;
    this.lines = [...earlier.lines, ...this.lines];
    this.first = start;
  }

  /** The line that holds byte `offset`; -1 where it lies outside of what is here. */
  lineAt(offset: number): number {
    if (offset < this.first || offset >= this.end) return -1;
    return this.lines.findLastIndex((line) => line.offset <= offset);
  }

  private write(raw: string, offset: number): void {
    if (!raw.includes(ESC)) {
      this.here(offset).write(raw);
      return;
    }
    // Only moves between lines are for us; the rest is the line's own.
    let from = 0;
    for (let index = raw.indexOf(ESC); index >= 0; index = raw.indexOf(ESC, index)) {
      CODE.lastIndex = index;
      const code = CODE.exec(raw);
      if (code === null || !'ABEFJ'.includes(code[2] ?? ' ')) {
        index += code?.[0].length ?? 1;
        continue;
      }
      if (index > from) this.here(offset).write(raw.slice(from, index));
      index += code[0].length;
      from = index;
      this.move(code[2]!, code[1] ?? '', offset);
    }
    if (from < raw.length) this.here(offset).write(raw.slice(from));
  }

  private move(what: string, count: string, offset: number): void {
    const rows = Math.max(1, Number(count) || 1);
    if (what === 'J') {
      // Lines above are never erased, unlike on a terminal: it is a log.
      if (count !== '' && count !== '0') return;
      this.here(offset).eraseRest();
      this.screen.splice(this.row + 1).forEach(() => this.drop(this.lines.pop()));
    } else {
      const column = what === 'E' || what === 'F' ? 0 : (this.screen[this.row]?.column ?? 0);
      const to = what === 'A' || what === 'F' ? this.row - rows : this.row + rows;
      this.row = Math.min(Math.max(0, to), Math.max(0, this.screen.length - 1));
      this.here(offset).column = column;
    }
  }

  /** The line in which the cursor stands. */
  private here(offset: number): TerminalLine {
    if (this.screen.length <= this.row) this.add(offset);
    this.changed.add(this.row);
    return this.screen[this.row]!;
  }

  private down(next: number): void {
    // An empty line counts as a line.
    if (this.screen.length <= this.row) this.add(next - 1);
    this.row += 1;
    if (this.row < this.screen.length) this.here(next).write('\r');
    else if (this.row >= HEIGHT) {
      this.redraw();
      this.screen.shift();
      this.row -= 1;
    }
  }

  private add(offset: number): void {
    this.screen.push(new TerminalLine(this.pen));
    this.lines.push({ text: '', spans: null, level: null, offset });
    this.characters += 1;
    this.changed.add(this.screen.length - 1);
  }

  private redraw(): void {
    const above = this.lines.length - this.screen.length;
    for (const row of this.changed) {
      const line = this.screen[row];
      const before = this.lines[above + row];
      if (line === undefined || before === undefined) continue;
      const { text, spans } = line.draw();
      this.lines[above + row] = { text, spans, level: levelOf(text), offset: before.offset };
      this.characters += text.length - before.text.length;
    }
    this.changed.clear();
  }

  private drop(line: LogLine | undefined): void {
    if (line !== undefined) this.characters -= line.text.length + 1;
  }

  private trim(): void {
    if (this.characters <= KEPT_CHARACTERS) return;
    let count = 0;
    while (this.characters > KEPT_CHARACTERS * 0.75 && count < this.lines.length - HEIGHT) {
      this.drop(this.lines[count]);
      count += 1;
    }
    this.first = this.lines[count]?.offset ?? this.end;
    this.lines = this.lines.slice(count);
  }
}

const encoder = new TextEncoder();
function bytesOf(text: string): number {
  return ASCII.test(text) ? text.length : encoder.encode(text).length;
}

/** Indexes of the lines that hold `wanted`, letter case and Arabic forms of ی ک aside. */
export function findLines(lines: readonly LogLine[], wanted: string, fold: (text: string) => string): number[] {
  const needle = fold(wanted);
  return needle === '' ? [] : lines.flatMap((line, index) => (fold(line.text).includes(needle) ? [index] : []));
}
