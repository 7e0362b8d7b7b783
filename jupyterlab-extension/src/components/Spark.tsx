/** A small line of recent values; time always runs left to right. */
export function Spark({
  values,
  width = 56,
  height = 16,
  color = 'var(--kg-s1)',
}: {
  readonly values: readonly number[];
  readonly width?: number;
  readonly height?: number;
  readonly color?: string;
}): JSX.Element | null {
  if (values.length < 2) {
    return null;
  }
  const low = Math.min(...values);
  const span = Math.max(...values) - low || 1;
  const x = (index: number): number => 1 + (index * (width - 4)) / (values.length - 1);
  const y = (value: number): number => height - 2 - ((value - low) / span) * (height - 4);
  const line = values.map((v, i) => `${i === 0 ? 'M' : 'L'}${x(i).toFixed(1)} ${y(v).toFixed(1)}`).join('');
  const last = values.length - 1;
  return (
    <svg className="kg-Spark" width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      <path d={`${line}L${x(last)} ${height}L1 ${height}Z`} fill={color} opacity=".12" />
      <path d={line} fill="none" stroke={color} strokeWidth="1.5" strokeLinejoin="round" />
      <circle cx={x(last)} cy={y(values[last] ?? low)} r="2" fill={color} />
    </svg>
  );
}
