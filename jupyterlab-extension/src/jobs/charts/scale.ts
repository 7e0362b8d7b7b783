/** The vertical axis as somebody wants it. */
export interface YScale {
  readonly log: boolean;
  /** Its ends; null: as the values need it. */
  readonly low: number | null;
  readonly high: number | null;
}

/** The ends of a vertical axis for values between `least` and `most`. Ends that would leave nothing between them are not taken. */
export function yRange(least: number | null, most: number | null, { log, low, high }: YScale): [number, number] {
  const [bottom, top] = fitting(least, most, log);
  const from = low !== null && !(log && low <= 0) ? low : bottom;
  const to = high ?? top;
  return from < to ? [from, to] : [bottom, top];
}

function fitting(low: number | null, high: number | null, log: boolean): [number, number] {
  // Values of which there is no logarithm have no place.
  if (low === null || high === null || !(low <= high) || (log && low <= 0)) return log ? [0.1, 1] : [0, 1];
  if (log) return low === high ? [low / 2, high * 2] : [low / 1.1, high * 1.1];
  if (low === high) return [low - (Math.abs(low) || 1) * 0.1, high + (Math.abs(high) || 1) * 0.1];
  const more = (high - low) * 0.06;
  return [low >= 0 && low < (high - low) * 0.25 ? 0 : low - more, high + more];
}

/** Seconds as `1:02:03`, on the axis of time. */
export function clock(seconds: number): string {
  const whole = Math.round(seconds);
  const two = (value: number): string => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** What a chart shows, on the ground of its theme. */
export function pictureOf(drawn: HTMLCanvasElement | undefined, ground: string): Promise<Blob | null> {
  const copy = document.createElement('canvas');
  const ctx = copy.getContext('2d');
  if (drawn === undefined || ctx === null) return Promise.resolve(null);
  copy.width = drawn.width;
  copy.height = drawn.height;
  ctx.fillStyle = ground;
  ctx.fillRect(0, 0, copy.width, copy.height);
  ctx.drawImage(drawn, 0, 0);
  return new Promise((resolve) => copy.toBlob(resolve));
}
