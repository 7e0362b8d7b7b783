/** A stretch of a line in one style; `look` is a list of classes, `color` and `background` are set where a program chose its own. */
export interface Span {
  readonly text: string;
  readonly look: string;
  readonly color?: string;
  readonly background?: string;
}

interface Style {
  bold: boolean;
  faint: boolean;
  italic: boolean;
  underlined: boolean;
  inverse: boolean;
  front: Colour;
  back: Colour;
}
/** One of a terminal's sixteen colours, or one of its own. */
type Colour = number | string | null;

const PLAIN: Style = {
  bold: false,
  faint: false,
  italic: false,
  underlined: false,
  inverse: false,
  front: null,
  back: null,
};
const ESC = '\u001b';
/** No program writes beyond this column; neither a log of one long line nor a cursor move must fill our memory. */
const MAX_COLUMN = 10_000;
// eslint-disable-next-line no-control-regex -- what moves the cursor within a line, or changes how it writes
const CONTROL = /[\b\r\u001b]/;
/** Combining marks and joiners, which take no column of their own. */
const MARK = /^(?:\p{M}|\u200c|\u200d)$/u;

/** Escape sequences: CSI (`\e[…m`), OSC (`\e]…`), single letters. */
export const CODE =
  // eslint-disable-next-line no-control-regex -- that is what they begin with
  /\u001b(?:\[([0-?]*)[ -/]*([@-~])|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\^_])/y;

/** How a terminal writes at the moment; it lasts over line ends. */
export class Pen {
  style = PLAIN;
}

/**
 * One line of a terminal while it can still be written to: carriage returns begin it anew, backspaces and cursor moves go back
 * within it, erased parts are gone.
 */
export class TerminalLine {
  /** As long as nothing went back, a line is just text. */
  private plain = '';
  private cells: string[] | null = null;
  private readonly styles: Style[] = [];
  private at = 0;

  constructor(private readonly pen: Pen) {}

  /** `raw` holds no line end and no cut-off code. */
  write(raw: string): void {
    if (this.cells === null && this.pen.style === PLAIN && !CONTROL.test(raw)) {
      this.plain = (this.plain + raw).slice(0, MAX_COLUMN);
      return;
    }
    const cells = this.opened();
    if (!raw.includes('\b') && !raw.includes(ESC)) {
      this.rewrite(cells, raw.split('\r'));
      return;
    }
    for (let index = 0; index < raw.length;) {
      const character = raw[index]!;
      if (character === '\r') this.at = 0;
      else if (character === '\b') this.at = Math.max(0, this.at - 1);
      else if (character === ESC) {
        CODE.lastIndex = index;
        const code = CODE.exec(raw);
        if (code !== null) {
          this.obey(code[2], (code[1] ?? '').split(';').map(Number));
          index += code[0].length;
          continue;
        }
      } else {
        // A letter outside the first plane is two units; it is one place on the line.
        const letter = String.fromCodePoint(raw.codePointAt(index)!);
        index += letter.length;
        this.put(cells, letter);
        continue;
      }
      index += 1;
    }
  }

  /** Where the cursor stands; a program that goes up or down stays in its column. */
  get column(): number {
    return this.cells === null ? this.plain.length : this.at;
  }
  set column(at: number) {
    this.opened();
    this.at = at;
  }

  /** Erases from the cursor to the end. */
  eraseRest(): void {
    const cells = this.opened();
    cells.length = Math.min(cells.length, this.at);
  }

  draw(): { readonly text: string; readonly spans: readonly Span[] | null } {
    if (this.cells === null) return { text: this.plain, spans: null };
    return drawn(this.cells, this.styles);
  }

  private opened(): string[] {
    if (this.cells !== null) return this.cells;
    this.cells = [];
    for (const letter of this.plain) this.put(this.cells, letter, PLAIN);
    this.plain = '';
    return this.cells;
  }

  /** Parts that each begin the line anew: only those are drawn that no later one covers. */
  private rewrite(cells: string[], parts: readonly string[]): void {
    let covered = 0;
    const seen = parts.map((_, index) => {
      const part = parts[parts.length - 1 - index] ?? '';
      const isSeen = part.length > covered;
      covered = Math.max(covered, part.length);
      return isSeen;
    });
    parts.forEach((part, index) => {
      if (index > 0) this.at = 0;
      if (index === 0 || index === parts.length - 1 || seen[parts.length - 1 - index])
        for (const letter of part) this.put(cells, letter);
    });
  }

  private put(cells: string[], letter: string, style = this.pen.style): void {
    if (this.at > 0 && letter > '\u007f' && MARK.test(letter)) {
      cells[this.at - 1] = (cells[this.at - 1] ?? '') + letter;
      return;
    }
    if (this.at >= MAX_COLUMN) return;
    while (cells.length < this.at) cells.push(' ');
    cells[this.at] = letter;
    this.styles[this.at] = style;
    this.at += 1;
  }

  private obey(what: string | undefined, numbers: readonly number[]): void {
    const count = Math.max(1, numbers[0] ?? 1);
    if (what === 'm') this.pen.style = styled(this.pen.style, numbers);
    else if (what === 'K') this.erase(numbers[0] ?? 0);
    else if (what === 'C') this.at = Math.min(MAX_COLUMN, this.at + count);
    else if (what === 'D') this.at = Math.max(0, this.at - count);
    else if (what === 'G') this.at = Math.min(MAX_COLUMN, count - 1);
  }

  private erase(what: number): void {
    const cells = this.opened();
    if (what === 0) cells.length = Math.min(cells.length, this.at);
    else if (what === 2) cells.length = 0;
    else cells.fill(' ', 0, Math.min(this.at + 1, cells.length));
  }
}

function drawn(cells: readonly string[], styles: readonly Style[]): { text: string; spans: readonly Span[] | null } {
  let end = cells.length;
  while (end > 0 && (cells[end - 1] ?? ' ') === ' ') end -= 1;
  const spans: Span[] = [];
  for (let from = 0; from < end;) {
    const style = styles[from] ?? PLAIN;
    let to = from + 1;
    while (to < end && (styles[to] ?? PLAIN) === style) to += 1;
    spans.push({ text: cells.slice(from, to).join(''), ...lookOf(style) });
    from = to;
  }
  const text = cells.slice(0, end).join('');
  return { text, spans: spans.some((span) => Object.keys(span).length > 2 || span.look !== '') ? spans : null };
}

function styled(before: Style, numbers: readonly number[]): Style {
  let style = { ...before };
  for (let index = 0; index < numbers.length; index += 1) {
    const n = numbers[index]!;
    if (n === 0) style = { ...PLAIN };
    else if (n === 1) style.bold = true;
    else if (n === 2) style.faint = true;
    else if (n === 3) style.italic = true;
    else if (n === 4) style.underlined = true;
    else if (n === 7) style.inverse = true;
    else if (n === 22) style.bold = style.faint = false;
    else if (n === 23) style.italic = false;
    else if (n === 24) style.underlined = false;
    else if (n === 27) style.inverse = false;
    else if (n >= 30 && n <= 37) style.front = n - 30;
    else if (n === 39) style.front = null;
    else if (n >= 40 && n <= 47) style.back = n - 40;
    else if (n === 49) style.back = null;
    else if (n >= 90 && n <= 97) style.front = n - 82;
    else if (n >= 100 && n <= 107) style.back = n - 92;
    else if (n === 38 || n === 48) {
      const [colour, used] = ownColour(numbers.slice(index + 1));
      style[n === 38 ? 'front' : 'back'] = colour;
      index += used;
    }
  }
  return Object.entries(PLAIN).every(([name, value]) => style[name as keyof Style] === value) ? PLAIN : style;
}

/** `5;n` is one of 256, `2;r;g;b` any. */
function ownColour([kind, ...rest]: readonly number[]): [Colour, number] {
  if (kind === 5) return [of256(rest[0] ?? 0), 2];
  const [r = 0, g = 0, b = 0] = rest.map((part) => Math.min(255, Math.max(0, part || 0)));
  return kind === 2 ? [`rgb(${r},${g},${b})`, 4] : [null, 1];
}
function of256(n: number): Colour {
  if (n < 16) return n;
  if (n > 231) {
    const grey = 8 + 10 * (Math.min(n, 255) - 232);
    return `rgb(${grey},${grey},${grey})`;
  }
  const level = (step: number): number => (step === 0 ? 0 : 55 + 40 * step);
  const cube = n - 16;
  return `rgb(${level(Math.floor(cube / 36))},${level(Math.floor(cube / 6) % 6)},${level(cube % 6)})`;
}

function lookOf(style: Style): Omit<Span, 'text'> {
  const [front, back] = style.inverse ? [style.back, style.front] : [style.front, style.back];
  const look = [
    style.bold && 'kg-Log-bold',
    style.faint && 'kg-Log-faint',
    style.italic && 'kg-Log-italic',
    style.underlined && 'kg-Log-underlined',
    style.inverse && front === null && back === null && 'kg-Log-inverse',
  ].filter((name) => name !== false);
  // One of the sixteen has the theme's own shade; what is faint is grey whichever of them it is.
  const color = typeof front === 'number' ? (style.faint ? undefined : `var(--kg-t${front})`) : front;
  const background = typeof back === 'number' ? `color-mix(in srgb, var(--kg-t${back}) 24%, transparent)` : back;
  return { look: look.join(' '), ...(color == null ? {} : { color }), ...(background === null ? {} : { background }) };
}
