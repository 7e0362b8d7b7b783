import type { ComparedJob, Comparison } from '../api/types.js';

export function comparedJob(change: Partial<ComparedJob> = {}): ComparedJob {
  return {
    job_id: 'job_aaaaaa',
    name: 'first',
    state: 'succeeded',
    recipe: 'tabular',
    script: null,
    params: {},
    dataset: { dataset_id: 'ds_aaaaaa', name: 'digits.csv', version: 1, sha256: null, split_id: null },
    owner: { user_id: 'user_1', name: 'سارا' },
    created_at: '2026-11-22T08:00:00Z',
    started_at: '2026-11-22T08:00:00Z',
    ended_at: '2026-11-22T08:10:00Z',
    seq: null,
    began: 1_764_325_000_000,
    series: [],
    report: null,
    ...change,
  };
}

/** An answer of the bridge: the text, and the numbers behind it. */
export function comparisonBytes(change: Partial<Comparison>, floats: readonly number[]): ArrayBuffer {
  const jobs = change.jobs ?? [];
  const metrics = change.metrics ?? [];
  const names = metrics.map(({ key }) => key);
  const text = JSON.stringify({ jobs, not_found: [], metrics, names, name_count: names.length, ...change });
  const bytes = new TextEncoder().encode(text);
  const length = Math.ceil(bytes.length / 4) * 4;
  const whole = new ArrayBuffer(8 + length + floats.length * 4);
  new Uint8Array(whole).set(new TextEncoder().encode('KGC1'));
  new DataView(whole).setUint32(4, length, true);
  new Uint8Array(whole, 8, length).fill(32).set(bytes);
  new Float32Array(whole, 8 + length).set(floats);
  return whole;
}
