import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, get, request, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takeIn } from './gateway/intake.js';
import { relay } from './gateway/relay.js';
import { environment } from './server/server.js';
import { Streams } from './gateway/streams.js';

let folder: string;
const ends: (() => unknown)[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kargah-passing-'));
});
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
  rmSync(folder, { recursive: true });
});

async function serving(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  ends.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}

const BYTES = Buffer.alloc(48 * 2 ** 20, 'کارگاه');

describe('an answer that a reader takes slowly', () => {
  const relaying = async (idleSeconds?: number) => {
    const upstream = await serving((_req, res) => res.end(BYTES));
    const given = Promise.withResolvers<undefined>();
    const over = Promise.withResolvers<unknown>();
    const url = await serving((_req, res) => {
      get(upstream, (answer) => {
        answer.once('end', () => given.resolve(undefined));
        relay(answer, res, folder, idleSeconds).then(() => over.resolve(null), over.resolve);
      });
    });
    return { url, given: given.promise, over: over.promise };
  };

  it('is whole with us while the reader has it still to take, and reaches it as it was', async () => {
    const { url, given, over } = await relaying();
    const [reader] = (await once(get(url), 'response')) as [IncomingMessage];
    // Nothing is read before the other end has given everything.
    await given;
    const chunks: Buffer[] = [];
    for await (const chunk of reader as AsyncIterable<Buffer>) chunks.push(chunk);
    expect(Buffer.concat(chunks).equals(BYTES)).toBe(true);
    expect(await over).toBeNull();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is given up where the reader takes nothing at all', async () => {
    const { url, over } = await relaying(0.1);
    const asked = get(url);
    asked.on('error', () => undefined);
    await once(asked, 'response');
    expect(await over).toBeInstanceOf(Error);
  });

  it('is given up where the reader leaves', async () => {
    const { url, given, over } = await relaying();
    const asked = get(url);
    asked.on('error', () => undefined);
    await once(asked, 'response');
    await given;
    asked.destroy();
    expect(await over).toBeInstanceOf(Error);
  });
});

describe('a body that is sent slowly', () => {
  const taking = async (idleSeconds?: number) => {
    const taken = Promise.withResolvers<Buffer>();
    const begun = Promise.withResolvers<undefined>();
    const url = await serving((req, res) => {
      req.once('readable', () => begun.resolve(undefined));
      takeIn(req, folder, idleSeconds)
        .then(async (file) => {
          const chunks: Buffer[] = [];
          for await (const chunk of file.chunks()) chunks.push(chunk);
          await file.close();
          taken.resolve(Buffer.concat(chunks));
          res.end();
        })
        .catch((error: unknown) => {
          taken.reject(error);
          res.destroy();
        });
    });
    const sending = request(url, { method: 'PUT' });
    sending.on('error', () => undefined);
    return { sending, begun: begun.promise, taken: taken.promise };
  };

  it('is taken whole', async () => {
    const { sending, taken } = await taking();
    for (let at = 0; at < 8; at += 1) sending.write(BYTES.subarray(at * 1000, (at + 1) * 1000));
    sending.end();
    expect((await taken).equals(BYTES.subarray(0, 8000))).toBe(true);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is given up where nothing comes for long', async () => {
    const { sending, taken } = await taking(0.1);
    sending.write('x');
    await expect(taken).rejects.toMatchObject({ code: 'request_timeout' });
  });

  it('is given up where who sends it leaves', async () => {
    const { sending, begun, taken } = await taking();
    sending.write('x');
    await begun;
    sending.destroy();
    await expect(taken).rejects.toThrow();
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('turns of a person', () => {
  it('are eight at once, for each person; the ninth has its turn when one is given back', async () => {
    const streams = new Streams();
    const { signal } = new AbortController();
    const turns = await Promise.all(Array.from({ length: 8 }, () => streams.turn('sara', signal)));
    let ninth = false;
    const waiting = streams.turn('sara', signal).then((over) => {
      ninth = true;
      return over;
    });
    (await streams.turn('reza', signal))();
    expect(ninth).toBe(false);
    turns[0]!();
    turns[0]!();
    (await waiting)();
    expect(ninth).toBe(true);
  });

  it('are not waited for by one who left', async () => {
    const streams = new Streams();
    const stays = new AbortController();
    const turns = await Promise.all(Array.from({ length: 8 }, () => streams.turn('sara', stays.signal)));
    const leaves = new AbortController();
    const waiting = streams.turn('sara', leaves.signal);
    leaves.abort(new Error('left'));
    await expect(waiting).rejects.toThrow('left');
    for (const over of turns) over();
    (await streams.turn('sara', stays.signal))();
  });
});

describe('what MLflow gets of our environment', () => {
  it('is what Python needs, and no key, token or setting of anybody', () => {
    const ours = {
      ...{ PATH: '/bin', HOME: '/home/x', LC_ALL: 'fa_IR.UTF-8', VIRTUAL_ENV: '/v', CONDA_PREFIX: '/c' },
      ...{ AWS_SECRET_ACCESS_KEY: 'x', AWS_PROFILE: 'x', GOOGLE_APPLICATION_CREDENTIALS: 'x', AZURE_CLIENT_ID: 'x' },
      ...{ HF_TOKEN: 'x', OPENAI_API_KEY: 'x', DATABRICKS_HOST: 'x', MLFLOW_TRACKING_URI: 'x', KARGAH_SECRET: 'x' },
      ...{ HTTPS_PROXY: 'x', JUPYTERHUB_API_TOKEN: 'x', DATABASE_URL: 'x' },
    };
    expect(Object.keys(environment(ours)).toSorted()).toEqual([
      'CONDA_PREFIX',
      'HOME',
      'LC_ALL',
      'PATH',
      'VIRTUAL_ENV',
    ]);
  });
});
