import type { Locale } from './locale.js';

const ALM = '\u061C';
const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;
const JALALI = new Intl.DateTimeFormat('en-US-u-ca-persian-nu-latn', {
  timeZone: 'UTC',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
});

/** Numbers, sizes, durations and moments as people read them, by the tables of the interface's design. */
export class Format {
  private readonly tag: string;
  private readonly dateTag: string;

  constructor(readonly locale: Locale) {
    const digits = locale.digits === 'fa' ? 'arabext' : 'latn';
    const base = locale.language === 'fa' ? 'fa-IR' : 'en-GB';
    this.tag = locale.language === 'fa' ? `fa-IR-u-nu-${digits}` : 'en-US-u-nu-latn';
    this.dateTag = `${base}-u-ca-${locale.calendar}-nu-${digits}`;
  }

  private get fa(): boolean {
    return this.locale.language === 'fa';
  }

  /** `a, b and c`. */
  list(parts: readonly string[]): string {
    return new Intl.ListFormat(this.fa ? 'fa-IR' : 'en-GB', { type: 'conjunction' }).format(parts);
  }

  /** `12,480`; at most `digits` decimals. */
  number(value: number, digits = 0): string {
    return this.latinMarks(new Intl.NumberFormat(this.tag, { maximumFractionDigits: digits }).format(value));
  }

  /** Losses and the like: three significant digits, with a true minus. */
  metric(value: number): string {
    if (!Number.isFinite(value)) {
      return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '−∞';
    }
    const size = Math.abs(value);
    const text =
      size !== 0 && (size < 1e-4 || size >= 1e7)
        ? this.exponential(value.toExponential(2))
        : new Intl.NumberFormat(this.tag, {
            maximumSignificantDigits: size >= 1000 ? 21 : 3,
            maximumFractionDigits: 0,
          }).format(size >= 1000 ? Math.round(value) : value);
    return this.latinMarks(text).replace(/^\u200e?[-−]/u, '−');
  }

  /** `1.51e-5`; among Persian digits as school books write it, `۱٫۵۱×۱۰⁻⁵`, kept in its order. */
  private exponential(latin: string): string {
    if (!latin.includes('e')) return this.digits(latin);
    if (!this.fa || this.locale.digits !== 'fa') return latin;
    const [mantissa = '', exponent = ''] = latin.split('e');
    const raised = exponent
      .replace('+', '')
      .replace(/./gu, (one) => (one === '-' ? '⁻' : ('⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(one)] ?? '')));
    return `\u2066${this.digits(mantissa.replace('-', '−').replace('.', '٫'))}×${this.digits('10')}${raised}\u2069`;
  }

  /** A figure about data, with six significant digits: `11,178,300`, `0.00012`; one of four digits may be a year and is not grouped. */
  statistic(value: number): string {
    const size = Math.abs(value);
    const text =
      size !== 0 && (size < 1e-6 || size >= 1e15)
        ? this.exponential(String(Number(value.toPrecision(6))))
        : new Intl.NumberFormat(this.tag, { maximumSignificantDigits: 6, useGrouping: 'min2' }).format(value);
    return this.latinMarks(text).replace(/^\u200e?[-−]/u, '−');
  }

  /** A share from 0 to 1 as `97.4%`; in Persian the mark keeps `٪` on its side of the figure. */
  percent(share: number, digits = 1): string {
    if (!Number.isFinite(share)) {
      return this.metric(share);
    }
    const figure = new Intl.NumberFormat(this.tag, { maximumFractionDigits: digits }).format(
      Math.round(share * 100 * 10 ** digits) / 10 ** digits,
    );
    if (!this.fa) {
      return `${figure}%`;
    }
    return this.locale.digits === 'fa' ? `${ALM}${figure}٪` : `${this.latinMarks(figure)}%`;
  }

  /** For screen readers and sentences that are read aloud. */
  percentSpoken(share: number): string {
    return this.fa ? `${this.number(share * 100, 0)} درصد` : `${this.number(share * 100, 0)}%`;
  }

  size(bytes: number): string {
    const names = this.fa ? ['بایت', 'کیلوبایت', 'مگابایت', 'گیگابایت', 'ترابایت'] : ['B', 'KB', 'MB', 'GB', 'TB'];
    let unit = 0;
    let value = bytes;
    while (value >= 999.5 && unit < names.length - 1) {
      value /= 1000;
      unit += 1;
    }
    return `${this.number(value, unit > 0 && value < 100 ? 1 : 0)} ${names[unit] ?? ''}`;
  }

  /** `1 min 12 s`: the two largest units. */
  duration(seconds: number): string {
    const total = Math.max(0, seconds);
    if (total < 1) {
      return this.fa ? `${this.number(total * 1000)} میلی‌ثانیه` : `${this.number(total * 1000)} ms`;
    }
    const whole = Math.round(total);
    const units: readonly [number, string, string][] = [
      [Math.floor(whole / DAY), 'روز', 'd'],
      [Math.floor((whole % DAY) / HOUR), 'ساعت', 'h'],
      [Math.floor((whole % HOUR) / MINUTE), 'دقیقه', 'min'],
      [whole % MINUTE, 'ثانیه', 's'],
    ];
    const first = units.findIndex(([value]) => value > 0);
    return units
      .slice(first, first + 2)
      .filter(([value]) => value > 0)
      .map(([value, fa, en]) => `${this.number(value)} ${this.fa ? fa : en}`)
      .join(this.fa ? ' و ' : ' ');
  }

  /** `2:48`, `1:02:48`; shown inside `dir="ltr"`. */
  clock(seconds: number): string {
    const whole = Math.max(0, Math.floor(seconds));
    const two = (value: number): string => this.digits(String(value).padStart(2, '0'));
    const hours = Math.floor(whole / HOUR);
    const minutes = Math.floor((whole % HOUR) / MINUTE);
    const rest = two(whole % MINUTE);
    return hours > 0
      ? `${this.digits(String(hours))}:${two(minutes)}:${rest}`
      : `${this.digits(String(minutes))}:${rest}`;
  }

  /** Time left: exact below three minutes, `about 8 min` above. */
  left(seconds: number): string {
    if (seconds < 3 * MINUTE) {
      return this.duration(Math.max(1, seconds));
    }
    const rough =
      seconds < HOUR
        ? Math.round(seconds / MINUTE) * MINUTE
        : seconds < DAY
          ? Math.round(seconds / (10 * MINUTE)) * 10 * MINUTE
          : Math.round(seconds / HOUR) * HOUR;
    return this.fa ? `حدود ${this.duration(rough)}` : `about ${this.duration(rough)}`;
  }

  /** `3 min ago`, `yesterday 16:20`, `22 Nov 2026`. */
  moment(at: Date | string, now: Date = new Date()): string {
    const then = typeof at === 'string' ? new Date(at) : at;
    const age = (now.getTime() - then.getTime()) / 1000;
    if (age < 0 && age > -MINUTE) {
      return this.fa ? 'هم‌اکنون' : 'just now';
    }
    if (age >= 0 && age < DAY && sameDay(then, now)) {
      if (age < MINUTE) {
        return this.fa ? 'هم‌اکنون' : 'just now';
      }
      const hours = age >= HOUR;
      const value = this.number(Math.floor(age / (hours ? HOUR : MINUTE)));
      return this.fa ? `${value} ${hours ? 'ساعت' : 'دقیقه'} پیش` : `${value} ${hours ? 'h' : 'min'} ago`;
    }
    const yesterday = new Date(now);
    yesterday.setDate(now.getDate() - 1);
    if (sameDay(then, yesterday)) {
      return `${this.fa ? 'دیروز' : 'yesterday'} ${this.time(then)}`;
    }
    return this.date(then);
  }

  date(at: Date | string): string {
    const then = typeof at === 'string' ? new Date(at) : at;
    return new Intl.DateTimeFormat(this.dateTag, { day: 'numeric', month: this.fa ? 'long' : 'short', year: 'numeric' })
      .formatToParts(then)
      .filter((part) => part.type !== 'era')
      .map((part) => part.value)
      .join('')
      .trim();
  }

  /** A day of the data, or a day and time, in the Jalali calendar: `1405/09/07 16:20`; what is none is left as it is. */
  jalali(iso: string): string {
    const day = new Date(`${iso.slice(0, 10)}T00:00:00Z`);
    if (Number.isNaN(day.getTime())) return iso;
    const parts = JALALI.formatToParts(day);
    const of = (type: string): string => parts.find((part) => part.type === type)?.value ?? '';
    return this.digits(`${of('year')}/${of('month')}/${of('day')}${iso.slice(10).replace('T', ' ')}`);
  }

  /** `13:04` */
  time(at: Date | string): string {
    const then = typeof at === 'string' ? new Date(at) : at;
    const two = (value: number): string => String(value).padStart(2, '0');
    return this.digits(`${two(then.getHours())}:${two(then.getMinutes())}`);
  }

  /** Local time and UTC, for titles. */
  exact(at: Date | string): string {
    const then = typeof at === 'string' ? new Date(at) : at;
    const between = this.fa ? '، ساعت ' : ' ';
    return `${this.date(then)}${between}${this.time(then)} (\u2066${then.toISOString().slice(0, 16).replace('T', ' ')} UTC\u2069)`;
  }

  /** Latin figures of a string in the chosen digits; those of a Latin word, `UTF-8` or `c10`, are part of its name. */
  digits(text: string): string {
    return this.locale.digits === 'fa' && this.fa
      ? text.replace(/[\w.+-]*[A-Za-z][\w.+-]*|\d/g, (found) =>
          /^\d$/.test(found) ? String.fromCharCode(0x06f0 + Number(found)) : found,
        )
      : text;
  }

  /** `fa-IR` keeps Persian separators beside Latin digits; with Latin digits all of it is Latin. */
  private latinMarks(text: string): string {
    return this.locale.digits === 'latn'
      ? text
          .replace(/٫/g, '.')
          .replace(/٬/g, ',')
          .replace(/\u200e/g, '')
      : text;
  }
}

function sameDay(a: Date, b: Date): boolean {
  return a.getFullYear() === b.getFullYear() && a.getMonth() === b.getMonth() && a.getDate() === b.getDate();
}
