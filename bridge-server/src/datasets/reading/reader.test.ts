import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../deps.js';
import { Reader } from './reader.js';

/** Answers a preview with how many exports it was asked for and the seconds of the last one, and no export ever. */
const WORKER = `#!${process.execPath}
import { createInterface } from 'node:readline';
console.log(JSON.stringify({ ready: true }));
let exports = 0;
let seconds = 0;
createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, verb, request } = JSON.parse(line);
  if (verb === 'export') [exports, seconds] = [exports + 1, request.seconds];
  else console.log(JSON.stringify({ id, ok: true, result: { rows: [[seconds]], images: [], total_rows: exports } }));
});
`;

let folder: string;
let reader: Reader;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kargah-reader-'));
  const python = join(folder, 'python');
  await writeFile(python, WORKER, { mode: 0o700 });
  reader = new Reader({ python, limits: DEFAULT_LIMITS, log: pino({ level: 'silent' }) });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('previews do not wait behind exports, of which two are written at once, in a time that grows with them', async () => {
  await reader.warm();
  const asked = Array.from({ length: 8 }, (_, n) =>
    reader.export({ folder, format: 'zip', into: 'x' }, 2 ** 30, { userId: `person ${n}` }),
  );
  const ended = Promise.allSettled(asked);
  const shown = await reader.preview({ folder, kind: 'images', offset: 0, limit: 1 }, { userId: 'sara' });
  expect(shown).toMatchObject({ total_rows: 2, rows: [[300 + 1024]] });
  await reader.stop();
  expect((await ended).map(({ status }) => status)).toEqual(asked.map(() => 'rejected'));
});
