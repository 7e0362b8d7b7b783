/** Rows as a CSV file: the bare values, whatever the language, and nothing that a spreadsheet would run. */
export function csvFile(rows: readonly (readonly (number | string | null)[])[]): string {
  // The byte order mark, without which Excel takes the file for another encoding than UTF-8.
  return `\uFEFF${rows.map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`;
}

function cell(value: number | string | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  // A leading apostrophe marks as text what a spreadsheet would run as a formula, also behind marks of direction, which it may pass over.
  const safe = /^\p{Bidi_Control}*[=+\-@\t\r]/u.test(value) && Number.isNaN(Number(value)) ? `'${value}` : value;
  return /[",\r\n]/u.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
