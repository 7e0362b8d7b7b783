const digits = { maximumSignificantDigits: 4 } as const;
const plain = (value: number): boolean => Number.isInteger(value);

/** How English and Persian write figures, moments and what lies between them. */
export const inEnglish = {
  number: (value: number): string => new Intl.NumberFormat('en', plain(value) ? {} : digits).format(value),
  day: (at: string): string =>
    new Intl.DateTimeFormat('en', { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(at)),
  quoted: (text: string): string => `“${text}”`,
  between: (low: string, high: string): string => `between ${low} and ${high}`,
  from: (low: string): string => `${low} or more`,
  upTo: (high: string): string => `${high} or less`,
};
export const inPersian = {
  number: (value: number): string => new Intl.NumberFormat('fa-IR', plain(value) ? {} : digits).format(value),
  day: (at: string): string =>
    new Intl.DateTimeFormat('fa-IR', { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(at)),
  quoted: (text: string): string => `«${text}»`,
  between: (low: string, high: string): string => `بین ${low} و ${high}`,
  from: (low: string): string => `${low} یا بیشتر`,
  upTo: (high: string): string => `${high} یا کمتر`,
};
