import { type RefObject, useEffect, useReducer, useState } from 'react';
import type { LogLine } from './logBuffer.js';

export interface LineHeights {
  /** Where each line begins, and at the end where the last one ends. */
  readonly tops: (line: number) => number;
  /** The line at this height. */
  readonly at: (top: number) => number;
}

/**
 * The places of lines that are wrapped, of which only those in view are in the page: a line is taken to be one row high until it was
 * seen, and as high as it was from then on. `rows` holds the lines in view, the first of which is `first`.
 */
export function useLineHeights(
  lines: readonly LogLine[],
  { wrapped, height, rows }: { wrapped: boolean; height: number; rows: RefObject<HTMLElement> },
): LineHeights & { readonly measure: (first: number) => void } {
  const [known, setKnown] = useState(() => new WeakMap<LogLine, number>());
  const [, redraw] = useReducer((count: number) => count + 1, 0);

  useEffect(() => {
    const box = rows.current;
    if (!wrapped || box === null) return;
    let width = 0;
    // Of another width every line has other rows.
    const sizes = new ResizeObserver(() => {
      if (box.clientWidth === width) return;
      width = box.clientWidth;
      setKnown(new WeakMap());
    });
    sizes.observe(box);
    return () => sizes.disconnect();
  }, [rows, wrapped]);

  if (!wrapped)
    return {
      tops: (line) => line * height,
      at: (top) => Math.floor(top / height),
      measure: () => undefined,
    };
  const ends = new Float64Array(lines.length);
  let end = 0;
  lines.forEach((line, index) => {
    end += known.get(line) ?? height;
    ends[index] = end;
  });
  return {
    tops: (line) => (line <= 0 ? 0 : (ends[Math.min(line, lines.length) - 1] ?? 0)),
    at: (top) => {
      const found = ends.findIndex((one) => one > top);
      return found < 0 ? lines.length : found;
    },
    measure: (first) => {
      let changed = false;
      for (const [index, row] of [...(rows.current?.children ?? [])].entries()) {
        const line = lines[first + index];
        const seen = row.getBoundingClientRect().height;
        if (line === undefined || seen === 0 || Math.abs((known.get(line) ?? height) - seen) < 0.5) continue;
        known.set(line, seen);
        changed = true;
      }
      if (changed) redraw();
    },
  };
}
