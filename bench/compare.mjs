// What became slower than a recorded run. Compared are ratios against the rival of the same run, one for each round and the
// greater the better, since times are a machine's; a difference counts only beyond what the rounds of both runs differ by themselves.

/** The least noise assumed: even unchanged code differs by this between two runs. */
const LEAST = 0.1;
/** The most noise assumed, so that rounds that differ widely do not hide every change. */
const MOST = 0.5;
/** The noise assumed of what was measured only once. */
const UNKNOWN = 0.25;

const sorted = (values) => [...values].sort((a, b) => a - b);
function middle(values) {
  const all = sorted(values);
  return (all[(all.length - 1) >> 1] + all[all.length >> 1]) / 2;
}
/** How far rounds lie from their middle, as a share of it: half of what lies between the outermost. */
function spread(values) {
  if (values.length < 2) return UNKNOWN / 2;
  const all = sorted(values);
  return (all.at(-1) - all[0]) / 2 / middle(values);
}

/** `{key: [ratio, …]}` of all rows, as it is recorded. */
export function ratiosOf(rows) {
  const all = rows.flatMap(({ compared = {} }) => Object.entries(compared));
  for (const [key, values] of all)
    if (values.length === 0 || !values.every((value) => Number.isFinite(value) && value > 0))
      throw new Error(`${key} has no ratio that can be compared: ${values.join(', ')}`);
  return Object.fromEntries(all);
}

/**
 * One line for each ratio: `{key, before, now, change, noise, verdict}`; `change` and `noise` are shares of `before`. `verdict` is `slower`
 * or `faster` beyond the noise, `same`, `new`, or `missing` for what was recorded, belongs to what was asked for, and was not measured.
 */
export function compared(recorded, now, isAsked = () => true) {
  const keys = [...new Set([...Object.keys(recorded), ...Object.keys(now)])];
  return keys.flatMap((key) => {
    if (!(key in now)) return isAsked(key) ? [{ key, before: middle(recorded[key]), verdict: 'missing' }] : [];
    if (!(key in recorded)) return [{ key, now: middle(now[key]), verdict: 'new' }];
    const [before, after] = [middle(recorded[key]), middle(now[key])];
    const change = after / before - 1;
    const noise = Math.min(MOST, Math.max(LEAST, spread(recorded[key]) + spread(now[key])));
    // The same factor in both directions: half the speed is as large a change as twice.
    const verdict = change < -noise ? 'slower' : change > 1 / (1 - noise) - 1 ? 'faster' : 'same';
    return [{ key, before, now: after, change, noise, verdict }];
  });
}

const times = (value) => (value === undefined ? '–' : `${value.toPrecision(3)}×`);
const percent = (share) => `${share > 0 ? '+' : ''}${(100 * share).toFixed(0)} %`;

/** Prints what became slower or was not measured, then all the rest; returns whether nothing did. */
export function printCompared(lines, write) {
  const bad = lines.filter(({ verdict }) => verdict === 'slower' || verdict === 'missing');
  write(
    bad.length === 0 ? '\nNothing became slower beyond noise.\n' : '\nSlower than the recorded run beyond noise:\n',
  );
  for (const { key, before, now, change, noise, verdict } of [...bad, ...lines.filter((one) => !bad.includes(one))]) {
    const figures = verdict === 'missing' ? `${times(before)} → not measured` : `${times(before)} → ${times(now)}`;
    const by = change === undefined ? '' : ` (${percent(change)}, noise ${(100 * noise).toFixed(0)} %)`;
    write(`  ${verdict.padEnd(7)} ${key}: ${figures}${by}\n`);
  }
  return bad.length === 0;
}
