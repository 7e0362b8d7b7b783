/** Four digits of a figure tell it, and none before the point is made up: 1,234,568, not 1,235,000. */
function written(language: string, value: number): string {
  const whole = Math.abs(value) >= 1_000;
  const digits = Number.isInteger(value) ? {} : whole ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 4 };
  return new Intl.NumberFormat(language, digits).format(value);
}

/** As the data have it, every digit and no other mark: a year is not 1,998. */
function exactly(language: string, value: number): string {
  const digits = { useGrouping: false, maximumSignificantDigits: 17 };
  return new Intl.NumberFormat(language, digits).format(String(value) as `${number}`);
}

/** How English and Persian write figures, moments and what lies between them. */
export const inEnglish = {
  number: (value: number): string => written('en', value),
  bound: (value: number): string => exactly('en', value),
  day: (at: string): string =>
    new Intl.DateTimeFormat('en', { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(at)),
  quoted: (text: string): string => `“${text}”`,
  between: (low: string, high: string): string => `between ${low} and ${high}`,
  from: (low: string): string => `${low} or more`,
  upTo: (high: string): string => `${high} or less`,
};
export const inPersian = {
  number: (value: number): string => written('fa-IR', value),
  bound: (value: number): string => exactly('fa-IR', value),
  day: (at: string): string =>
    new Intl.DateTimeFormat('fa-IR', { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(at)),
  quoted: (text: string): string => `«${text}»`,
  between: (low: string, high: string): string => `بین ${low} و ${high}`,
  from: (low: string): string => `${low} یا بیشتر`,
  upTo: (high: string): string => `${high} یا کمتر`,
};

const MOST_LETTERS = 200;
/** As much of a name as anybody reads: names of columns and classes are of any length. */
export const short = (name: string): string =>
  name.length <= MOST_LETTERS ? name : `${name.slice(0, MOST_LETTERS - 1).replace(/\p{Cs}$/u, '')}…`;
