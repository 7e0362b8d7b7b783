// A CSV of a million rows, read, typed, kept as Parquet and profiled, turn by turn with pandas' read_csv and describe.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { python, root } from '../scripts/setup.mjs';
import { mb, median, ms, ratio, ratios } from './figures.mjs';

const ROUNDS = 3;
const run = promisify(execFile);

async function once(what, path) {
  const { stdout } = await run(python, [join(root, 'bench/million_rows.py'), what, path], { timeout: 300_000 });
  return JSON.parse(stdout);
}

export async function measureProfile(dataDir) {
  const path = join(dataDir, 'rows.csv');
  await once('make', path);
  const found = { ours: [], pandas: [] };
  for (let round = 0; round < ROUNDS; round += 1)
    for (const what of ['ours', 'pandas']) found[what].push(await once(what, path));
  const of = (what, key) => median(found[what].map((one) => one[key]));
  const each = (key) =>
    ratios(
      found.pandas.map((one) => one[key]),
      found.ours.map((one) => one[key]),
    );
  const side = (what) =>
    `${ms(1000 * of(what, 'seconds'))}, CPU ${ms(1000 * of(what, 'cpu'))}, peak ${mb(of(what, 'peak'))}`;
  return [
    {
      what: 'CSV of a million rows → typed Parquet and profile',
      ours: side('ours'),
      rival: `pandas read_csv + describe ${side('pandas')}`,
      ratio: ratio(of('pandas', 'seconds'), of('ours', 'seconds')),
      compared: { 'profile.time': each('seconds'), 'profile.memory': each('peak') },
      note: `median of ${String(ROUNDS)}, turn by turn, processes of their own; 12 columns, two of Persian text; memory ${ratio(of('pandas', 'peak'), of('ours', 'peak'))}`,
    },
  ];
}
