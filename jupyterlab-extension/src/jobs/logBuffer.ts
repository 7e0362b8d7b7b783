export type Level = 'warn' | 'error' | null;

export interface LogLine {
  readonly text: string;
  readonly level: Level;
}

/** Text kept at once; beyond it the far end is let go, and can be read again by offset. */
export const KEPT_CHARACTERS = 8 * 1024 * 1024;

// CSI and OSC sequences of terminals: colours, cursor moves, titles.
const ESC = '\u001b';
const BEL = '\u0007';
const ANSI = new RegExp(`${ESC}(?:\\[[0-?]*[ -/]*[@-~]|\\][^${BEL}${ESC}]*(?:${BEL}|${ESC}\\\\)?|[@-Z\\\\-_])`, 'g');

/** What a terminal would show of one line: colours gone, each carriage return begins it anew, a backspace takes one back. */
export function renderLine(raw: string): string {
  const plain = raw.includes(ESC) ? raw.replace(ANSI, '') : raw;
  if (!plain.includes('\r') && !plain.includes('\b')) {
    return plain;
  }
  const shown: string[] = [];
  let at = 0;
  for (const character of plain) {
    if (character === '\r') at = 0;
    else if (character === '\b') at = Math.max(0, at - 1);
    else {
      shown[at] = character;
      at += 1;
    }
  }
  return shown.join('').trimEnd();
}

export function levelOf(text: string): Level {
  if (/\b(ERROR|CRITICAL|FATAL)\b|^Traceback |^\w*(Error|Exception)\b/.test(text)) return 'error';
  return /\b(WARN|WARNING)\b|Warning\b/.test(text) ? 'warn' : null;
}

/** A window of the log's lines: grows at its end as the job writes, at its start as the reader scrolls back. */
export class LogBuffer {
  lines: LogLine[] = [];
  /** Byte at which the first kept line begins; 0 is the log's own beginning. */
  start = 0;
  private open = '';
  private characters = 0;
  private readonly encoder = new TextEncoder();

  /** Text that follows what is here. An unfinished line is shown as it is, and rewritten by what comes. */
  append(text: string): void {
    const parts = (this.open + text).split('\n');
    if (this.open !== '') this.drop(this.lines.pop());
    this.open = parts.pop() ?? '';
    for (const part of parts) this.push(part);
    if (this.open !== '') this.push(this.open);
    this.trim();
  }

  /** Text that comes right before what is here and begins at byte `start`, at the beginning of a line. */
  prepend(text: string, start: number): void {
    const parts = text.split('\n');
    if (parts.at(-1) === '') parts.pop();
    const earlier = parts.map(lineOf);
    this.characters += earlier.reduce((sum, line) => sum + line.text.length + 1, 0);
    this.lines = [...earlier, ...this.lines];
    this.start = start;
  }

  get full(): boolean {
    return this.characters >= KEPT_CHARACTERS;
  }

  private push(raw: string): void {
    const line = lineOf(raw);
    this.lines.push(line);
    this.characters += line.text.length + 1;
  }

  private drop(line: LogLine | undefined): void {
    if (line !== undefined) this.characters -= line.text.length + 1;
  }

  private trim(): void {
    if (this.characters <= KEPT_CHARACTERS) return;
    let count = 0;
    while (this.characters > KEPT_CHARACTERS * 0.75 && count < this.lines.length - 1) {
      this.drop(this.lines[count]);
      this.start += this.encoder.encode(this.lines[count]?.text).length + 1;
      count += 1;
    }
    this.lines = this.lines.slice(count);
  }
}

function lineOf(raw: string): LogLine {
  const text = renderLine(raw.endsWith('\r') ? raw.slice(0, -1) : raw);
  return { text, level: levelOf(text) };
}

/** Indexes of the lines that hold `wanted`, letter case and Arabic forms of ی ک aside. */
export function findLines(lines: readonly LogLine[], wanted: string, fold: (text: string) => string): number[] {
  const needle = fold(wanted);
  return needle === '' ? [] : lines.flatMap((line, index) => (fold(line.text).includes(needle) ? [index] : []));
}
