import { spawn } from 'node:child_process';
import { generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    mlflowUrl: string;
    mlflowToken: string;
  }
}

/** One real MLflow for every test file, run as the bridge runs it, on a loopback port. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const root = mkdtempSync(join(tmpdir(), 'mlflow-js-client-'));
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const pem = join(root, 'key.pem');
  writeFileSync(pem, publicKey.export({ type: 'spki', format: 'pem' }));
  const port = await freePort();
  const repository = resolve(import.meta.dirname, '../../..');
  const bind = `127.0.0.1:${String(port)}`;
  const child = spawn(
    join(repository, '.venv/bin/python'),
    [
      ...['-m', 'kargah_mlflow.serve', '--root', join(root, 'mlflow'), '--bind', bind],
      ...['--public-key', pem, '--parent', String(process.pid)],
    ],
    { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, PYTHONPATH: join(repository, 'mlflow') } },
  );
  const exited = once(child, 'exit');
  const url = `http://${bind}`;
  const deadline = Date.now() + 240_000;
  while (
    !(await fetch(`${url}/health`, { headers: { host: 'mlflow' } }).then(
      ({ ok }) => ok,
      () => false,
    ))
  ) {
    if (Date.now() > deadline || child.exitCode !== null) throw new Error('MLflow did not start');
    await sleep(100);
  }
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const iat = Math.floor(Date.now() / 1000);
  const claims = { sub: 'kargah', role: 'service', iss: 'kargah', aud: 'mlflow', iat, exp: iat + 3600 };
  const signed = `${encode({ alg: 'EdDSA', typ: 'JWT' })}.${encode(claims)}`;
  project.provide('mlflowUrl', url);
  project.provide('mlflowToken', `${signed}.${sign(null, Buffer.from(signed), privateKey).toString('base64url')}`);
  return async () => {
    child.kill('SIGTERM');
    await exited;
    rmSync(root, { recursive: true, force: true });
  };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
