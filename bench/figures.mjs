/** The value below which the share `q` of `values` lies (nearest rank). */
export function quantile(values, q) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1))];
}

export const median = (values) => quantile(values, 0.5);

const digits = (value) => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2));
export const ms = (value) => (value >= 1000 ? `${digits(value / 1000)} s` : `${digits(value)} ms`);
export const mb = (bytes) => `${(bytes / 2 ** 20).toFixed(0)} MB`;
export const kb = (bytes) => `${(bytes / 1024).toFixed(0)} KB`;
/** Of each round how often the second goes into the first: of times, `(rival, ours)`; of rates, `(ours, rival)`. */
export const ratios = (above, below) => above.map((value, at) => value / below[at]);
export const ratio = (rival, ours) => `${digits(rival / ours)}×`;

/** A row that could not be measured says why instead of showing a figure. */
export const unmeasured = (what, error) => ({
  what,
  ours: 'not measured',
  rival: '',
  ratio: '',
  note: String(error.message ?? error).split('\n')[0],
});

/** Prints rows as a Markdown table, padded so that it also reads well in a terminal. */
export function print(rows) {
  const columns = [
    ['what', 'what'],
    ['ours', 'Kargah'],
    ['rival', 'beside it, same run'],
    ['ratio', 'ratio'],
    ['note', 'how'],
  ];
  const widths = columns.map(([key, title]) => Math.max(title.length, ...rows.map((row) => row[key].length)));
  const line = (cells) => `| ${cells.map((cell, i) => cell.padEnd(widths[i])).join(' | ')} |\n`;
  process.stdout.write(
    `\n${line(columns.map(([, title]) => title))}| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |\n`,
  );
  for (const row of rows) process.stdout.write(line(columns.map(([key]) => row[key])));
}
