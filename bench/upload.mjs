// Bytes a second of an upload: ours are hashed, and on the disk before they are acknowledged; beside it plain @tus/server with its FileStore,
// which does neither, in a process of its own in the same run; the same FileStore made to wait for the disk before each answer, still without a
// hash; and what the disk itself takes: the same pieces, written and fsynced by nobody's server.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import http from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { median, ratio, ratios } from './figures.mjs';

const MIB = 2 ** 20;
const SIZE = 192 * MIB;
/** What our store writes in one go. */
const BATCH = 256 * 1024;
const ROUNDS = 5;
const PIECES = [
  [8 * MIB, 'in pieces of 8 MiB'],
  [SIZE, 'in one piece'],
];

export async function measureUpload(api, dataDir) {
  const folder = mkdtempSync(join(dataDir, 'rival-'));
  const rivals = ['plain', 'durable'].map((promise) =>
    spawn(process.execPath, [join(import.meta.dirname, 'upload-rival.mjs'), folder, promise], {
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
  );
  try {
    const [theirs, durable] = await Promise.all(
      rivals.map(async ({ stdout }) => {
        const [url] = await once(createInterface({ input: stdout }), 'line');
        return { endpoint: `${url}/files`, headers: {} };
      }),
    );
    const ours = { endpoint: `${api.url}/api/v1/uploads`, headers: { authorization: `Bearer ${api.token}` } };
    const bytes = randomBytes(SIZE);
    const rows = [];
    for (const [piece, words] of PIECES)
      rows.push(...(await compare({ ours, theirs, durable, folder }, bytes, piece, words)));
    return rows;
  } finally {
    for (const rival of rivals) rival.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

async function compare({ ours, theirs, durable, folder }, bytes, piece, words) {
  const rates = { ours: [], theirs: [], durable: [], disk: [] };
  const sides = {
    ours: () => send(ours, bytes, piece),
    theirs: () => send(theirs, bytes, piece),
    durable: () => send(durable, bytes, piece),
    disk: () => store(folder, bytes, piece),
  };
  // The first of each opens connections and warms the code up.
  for (let round = -1; round < ROUNDS; round += 1) {
    for (const [name, measure] of Object.entries(sides)) {
      const rate = await measure();
      if (round >= 0) rates[name].push(rate);
    }
  }
  const [a, b, c, d] = ['ours', 'theirs', 'durable', 'disk'].map((side) => median(rates[side]));
  const show = (rate) => `${(rate / 1e6).toFixed(0)} MB/s`;
  const key = piece === SIZE ? 'whole' : 'pieces';
  const what = `upload of ${String(SIZE / MIB)} MiB ${words}`;
  const note = `median of ${String(ROUNDS)}, by turns`;
  return [
    {
      what,
      ours: `${show(a)} hashed (sha256) and fsynced`,
      rival: `@tus/server FileStore: ${show(b)}, neither`,
      ratio: ratio(a, b),
      compared: { [`upload.${key}`]: ratios(rates.ours, rates.theirs) },
      note: `${note}; over HTTP, both behind one sender`,
    },
    {
      what: `${what}, beside one that is on the disk too`,
      ours: show(a),
      rival: `FileStore, fdatasync before each answer, no hash: ${show(c)}`,
      ratio: ratio(a, c),
      compared: { [`upload.${key}-durable`]: ratios(rates.ours, rates.durable) },
      note,
    },
    {
      what: `${what}, beside the disk`,
      ours: show(a),
      rival: `written and fsynced, no server: ${show(d)}`,
      ratio: ratio(a, d),
      compared: { [`upload.${key}-disk`]: ratios(rates.ours, rates.disk) },
      note,
    },
  ];
}

/** Bytes a second of the disk: `bytes` in pieces, each of which is on it before the next begins. */
async function store(folder, bytes, piece) {
  const path = join(folder, 'disk');
  const file = await open(path, 'w');
  try {
    const began = performance.now();
    for (let at = 0; at < bytes.length; at += piece) {
      for (let from = at; from < Math.min(at + piece, bytes.length); from += BATCH)
        await file.write(bytes, from, Math.min(BATCH, bytes.length - from), from);
      await file.datasync();
    }
    return bytes.length / ((performance.now() - began) / 1000);
  } finally {
    await file.close();
    rmSync(path);
  }
}

/** Bytes a second of everything but the last byte, so that nothing begins to read the file while the other side is measured. */
async function send(side, bytes, piece) {
  const agent = new http.Agent({ keepAlive: true });
  try {
    const created = await ask(agent, 'POST', side.endpoint, {
      ...side.headers,
      'upload-length': String(bytes.length + 1),
      'upload-metadata': `filename ${Buffer.from('bench.parquet').toString('base64')}`,
    });
    const url = new URL(created.headers.location, side.endpoint);
    const began = performance.now();
    for (let at = 0; at < bytes.length; at += piece) {
      const headers = {
        ...side.headers,
        'upload-offset': String(at),
        'content-type': 'application/offset+octet-stream',
      };
      await ask(agent, 'PATCH', url, headers, bytes.subarray(at, at + piece));
    }
    const seconds = (performance.now() - began) / 1000;
    await ask(agent, 'DELETE', url, side.headers);
    return bytes.length / seconds;
  } finally {
    agent.destroy();
  }
}

function ask(agent, method, url, headers, body) {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': body.length };
    const all = { 'tus-resumable': '1.0.0', ...headers, ...length };
    const request = http.request(url, { method, agent, headers: all }, (answer) => {
      answer.resume().once('end', () => {
        if (answer.statusCode < 300) resolve(answer);
        else reject(new Error(`${method} was answered ${String(answer.statusCode)}`));
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}
