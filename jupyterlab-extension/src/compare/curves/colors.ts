/** The golden angle in degrees: neighbouring hues differ clearly, and no two of a thousand coincide. */
const GOLDEN_ANGLE = 137.508;

/** The colour of the nth job, on a light or a dark ground. */
export function colorOf(at: number, dark: boolean): string {
  const light = (dark ? 66 : 42) + (Math.floor(at / 12) % 3) * (dark ? -8 : 6);
  return `hsl(${(at * GOLDEN_ANGLE + 210) % 360}deg 65% ${light}%)`;
}

export const isDark = (): boolean => document.body.dataset['jpThemeLight'] === 'false';
