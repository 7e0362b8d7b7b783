import type { z } from 'zod';
import type { jobMetricNames } from '../../contract/training/metrics.js';
import { folded } from '../../lib/search/folding.js';
import { decodeCursor, encodeCursor } from '../../lib/pages.js';
import type { Columns, Series } from './columns.js';

/** How many points are made into text before others get their turn. */
const AT_ONCE = 10_000;

/** A `MetricHistory` as JSON, in pieces: a hundred thousand points are no object in memory, and nobody waits for all of them. */
export async function* historyJson(columns: Columns, series: readonly Series[], seq: number): AsyncGenerator<string> {
  let text = '{"items":[';
  let parted = '';
  let made = 0;
  for (const { key, at } of series) {
    const head = `{"key":${JSON.stringify(key)},"value":`;
    for (const index of at) {
      text += parted + head + json(columns.valueOf(index));
      text += `,"step":${json(columns.stepOf(index))},"timestamp":${json(columns.timeOf(index))}}`;
      parted = ',';
      made += 1;
      if (made % AT_ONCE > 0) continue;
      yield text;
      text = '';
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  yield `${text}],"seq":${String(seq)}}`;
}

type Asked = z.output<(typeof jobMetricNames)['query']>;
type Names = z.output<(typeof jobMetricNames)['responses'][200]>;

/** A page of a job's metrics by name. New ones come at the end, so that a page holds while a job runs. */
export function namesOf(columns: Columns, { limit, cursor, search }: Asked): Names {
  const sought = search === undefined ? '' : folded(search).trim();
  const found = columns.series((key) => folded(key).includes(sought));
  const from = cursor === undefined ? 0 : Math.max(0, Number.parseInt(decodeCursor(cursor)[0], 10) || 0);
  const page = found.slice(from, from + limit);
  const items = page.map(({ key, at }) => {
    const last = at.at(-1)!;
    const point = { key, value: columns.valueOf(last), step: columns.stepOf(last), timestamp: columns.timeOf(last) };
    return { key, points: at.length, last: point };
  });
  const next = from + limit;
  return { items, next_cursor: next < found.length ? encodeCursor([String(next), '']) : null };
}

const json = (value: number | string): string => (typeof value === 'number' ? String(value) : `"${value}"`);
