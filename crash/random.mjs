// Choices that a seed repeats. What the machine makes of them (who is faster) no seed repeats.

/** Numbers from 0 to 1 that follow from `seed` and `cycle` alone, so that one cycle can be repeated without those before it. */
export function chooser(seed, cycle) {
  let state = (Math.imul(seed, 0x9e37_79b1) ^ Math.imul(cycle + 1, 0x85eb_ca6b)) >>> 0;
  const next = () => {
    // mulberry32
    state = (state + 0x6d2b_79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    below: (limit) => Math.floor(next() * limit),
    /** One of `[[weight, value], …]`. */
    weighted(choices) {
      let left = next() * choices.reduce((sum, [weight]) => sum + weight, 0);
      return choices.find(([weight]) => (left -= weight) < 0)?.[1] ?? choices.at(-1)[1];
    },
  };
}
