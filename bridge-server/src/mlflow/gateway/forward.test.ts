import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Forwarder } from './forward.js';

const urlOf = (server: Server): string => `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;

describe('a request that is passed on to MLflow', () => {
  const mlflow = createServer((_, res) => res.end('{}'));
  let forwarder: Forwarder;
  beforeAll(async () => {
    await once(mlflow.listen(0, '127.0.0.1'), 'listening');
    forwarder = new Forwarder({ kind: 'url', url: urlOf(mlflow) }, tmpdir());
  });
  afterAll(() => {
    forwarder.close();
    mlflow.close();
  });

  it('harms nobody when whoever asked has left before MLflow answers', async () => {
    const { promise: refused, resolve, reject } = Promise.withResolvers<unknown>();
    const gateway = createServer((req, res) => {
      // As when a right is checked first, and takes its time.
      res.once('close', () => {
        const to = { method: 'GET', path: '/', headers: {}, body: Buffer.from('') };
        forwarder.forward(req, res, to).then(() => reject(new Error('it was answered')), resolve);
      });
      req.socket.resume();
      asked.destroy();
    });
    await once(gateway.listen(0, '127.0.0.1'), 'listening');
    const asked = request(urlOf(gateway));
    asked.on('error', () => undefined);
    asked.end();
    expect(await refused).toMatchObject({ code: 'mlflow_unavailable' });
    gateway.close();
  });
});
