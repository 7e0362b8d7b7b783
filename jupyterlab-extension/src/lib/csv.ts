/** Rows as a CSV file: the bare values, whatever the language, and nothing that a spreadsheet would run. */
export function csvFile(rows: readonly (readonly (number | string | null)[])[]): string {
  // The byte order mark, without which Excel takes the file for another encoding than UTF-8.
  return `\uFEFF${rows.map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`;
}

function cell(value: number | string | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = value.replace(/\p{Bidi_Control}/gu, '');
  // A leading apostrophe marks as text what a spreadsheet would run as a formula.
  const safe = /^[=+\-@\t\r]/u.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text;
  return /[",\r\n]/u.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
