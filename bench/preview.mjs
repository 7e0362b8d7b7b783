// Pages of a table of ten million rows, as the panel asks for them: over HTTP, in a fork that reads what is in sight.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { python } from '../scripts/setup.mjs';
import { ms, quantile } from './figures.mjs';

const ROWS = 10_000_000;
const ASKED = 15;
const READING_MS = 300_000;
const run = promisify(execFile);
const MAKE = `
import duckdb, sys
duckdb.sql("COPY (SELECT range AS id, random() AS a, random() * 1000 AS b, range % 97 AS c, "
           "'شهر ' || (range % 31) AS city, DATE '2020-01-01' + CAST(range % 1500 AS INTEGER) AS day "
           f"FROM range({sys.argv[2]})) TO '{sys.argv[1]}' (FORMAT parquet)")
`;

export async function measurePreview(api, workspaceDir) {
  await run(python, ['-c', MAKE, join(workspaceDir, 'ten-million.parquet'), String(ROWS)]);
  const began = performance.now();
  const { dataset_id: id } = await api.post('/api/v1/datasets/import/file', { path: 'ten-million.parquet' });
  let dataset = await api.get(`/api/v1/datasets/${id}`);
  while (dataset.state === 'profiling' && performance.now() - began < READING_MS) {
    await wait(200);
    dataset = await api.get(`/api/v1/datasets/${id}`);
  }
  if (dataset.state !== 'ready') throw new Error(`the table is ${dataset.state}`);
  const readIn = performance.now() - began;
  const page = async (query) => {
    const times = [];
    for (let at = 0; at < ASKED; at += 1) {
      const asked = performance.now();
      await api.get(`/api/v1/datasets/${id}/preview?limit=200&${query(at)}`);
      times.push(performance.now() - asked);
    }
    return ms(quantile(times, 0.5));
  };
  const first = await page((at) => `offset=${String(200 + at)}`);
  const deep = await page((at) => `offset=${String(1000 + at * 660_000)}`);
  const sorted = await page(() => 'sort=b&order=desc');
  return [
    {
      what: 'page of 200 rows of 10,000,000',
      ours: `first rows ${first}, anywhere ${deep}, sorted ${sorted}`,
      rival: '',
      ratio: '',
      note: `p50 of ${String(ASKED)} requests over HTTP, none from the page that is kept; read and profiled in ${ms(readIn)}`,
    },
  ];
}
