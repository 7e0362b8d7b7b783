/** People type Persian digits; parameters are Latin. */
export function latin(text: string): string {
  return text
    .replace(/[۰-۹]/g, (digit) => String(digit.charCodeAt(0) - 0x06f0))
    .replace(/[٠-٩]/g, (digit) => String(digit.charCodeAt(0) - 0x0660))
    .replace('٫', '.');
}

const GROUPED = /^[+-]?\d{1,3}([,،٬]\d{3})+(?=[./]|$)/;
const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

/**
 * The number that a person typed, in digits of any of the three kinds; undefined where it is none.
 * `٬`, `،` and `,` between groups of three are thousands, `٫`, `.` and `/` decimals, `−` is a minus.
 */
export function numberOf(text: string): number | undefined {
  const plain = latin(text.replace(/[\s\u200c\u200e\u200f\u061c\u2066-\u2069]/g, '')).replace('\u2212', '-');
  const ungrouped = GROUPED.test(plain) ? plain.replace(/[,،٬]/g, '') : plain;
  const decimal = ungrouped.replace(/^([+-]?\d+)\/(\d+)$/, '$1.$2');
  return NUMBER.test(decimal) ? Number(decimal) : undefined;
}
