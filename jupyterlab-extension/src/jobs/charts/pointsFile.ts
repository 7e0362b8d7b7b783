import { type Api, data } from '../../api/client.js';
import { csvFile } from '../../lib/csv.js';

/** Every point of these metrics, also those that a chart had no room for: a row for each step, a column for each metric. */
export async function pointsFile(api: Api, jobId: string, keys: readonly string[]): Promise<Blob> {
  const params = { path: { job_id: jobId }, query: { key: [...keys] } };
  const { items } = await data(api.http.GET('/api/v1/train/jobs/{job_id}/metrics', { params }));
  const rows = new Map<string, (string | number | null)[]>();
  for (const { key, step, timestamp, value } of items) {
    const row = rows.get(String(step)) ?? [String(step), String(timestamp), ...keys.map(() => null)];
    row[keys.indexOf(key) + 2] = value;
    rows.set(String(step), row);
  }
  const inOrder = [...rows.values()].sort((a, b) => Number(a[0]) - Number(b[0]));
  return new Blob([csvFile([['step', 'timestamp_ms', ...keys], ...inOrder])], { type: 'text/csv' });
}
