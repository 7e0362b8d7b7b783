export const ROW_PX = 28;
/** Browsers lose count of pixels beyond some 17 million; longer tables are scrolled by proportion. */
const MOST_PX = 8_000_000;

export interface Sight {
  /** Height of what is scrolled, in pixels. */
  readonly height: number;
  /** The first row in sight, and how many pixels of it are above the edge. */
  readonly first: number;
  readonly cut: number;
}

/** Which rows of `total` are in sight when `scroll` pixels of a view of `view` pixels are scrolled away. */
export function sight(total: number, scroll: number, view: number): Sight {
  const real = total * ROW_PX;
  const height = Math.min(real, MOST_PX);
  if (real <= MOST_PX) return { height, first: Math.floor(scroll / ROW_PX), cut: scroll % ROW_PX };
  const away = Math.min(1, Math.max(0, scroll / (height - view)));
  const first = Math.floor(away * (total - view / ROW_PX));
  return { height, first, cut: 0 };
}

/** How far to scroll to have row `first` at the top; the other way round of `sight`. */
export function scrollTo(total: number, first: number, view: number): number {
  const real = total * ROW_PX;
  if (real <= MOST_PX) return first * ROW_PX;
  return (first / (total - view / ROW_PX)) * (MOST_PX - view);
}
