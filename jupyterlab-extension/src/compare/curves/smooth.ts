/** Exponential moving average with the bias of its start corrected. */
export function smooth(values: ArrayLike<number>, weight: number): Float64Array {
  const out = new Float64Array(values.length).fill(Number.NaN);
  let [average, mass] = [0, 0];
  for (let at = 0; at < values.length; at += 1) {
    const value = values[at]!;
    if (Number.isNaN(value)) continue;
    average = weight * average + (1 - weight) * value;
    mass = weight * mass + (1 - weight);
    out[at] = average / mass;
  }
  return out;
}
