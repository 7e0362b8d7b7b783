/** A gateway with a real MLflow behind it; below `/as/<name>/` everybody is let in as the person of that name. Prints its address. */
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startTestMlflow } from './mlflow.js';

const world = await startTestMlflow();
const people = new Map<string, string>();
const { hostname, port, pathname } = new URL(world.url);

const front = createServer((req, res) => {
  const [, name, path] = /^\/as\/(\w+)(.*)$/su.exec(req.url ?? '') ?? [];
  if (name === undefined || path === undefined) {
    res.writeHead(404).end();
    return;
  }
  const token = people.get(name) ?? world.newPerson(name).token;
  people.set(name, token);
  const headers = { ...req.headers, host: `${hostname}:${port}`, authorization: `Bearer ${token}` };
  const up = request({ hostname, port, path: pathname + path, method: req.method, headers }, (answer) => {
    res.writeHead(answer.statusCode!, answer.headers);
    answer.pipe(res);
  });
  up.on('error', () => res.destroy());
  req.pipe(up);
});
await world.mlflow.port.whenUp(AbortSignal.timeout(120_000));
front.listen(0, '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${String((front.address() as AddressInfo).port)}\n`);
});
for (const name of ['SIGINT', 'SIGTERM'] as const)
  process.once(name, () => {
    front.close();
    front.closeAllConnections();
    void world.close().then(() => process.exit(0));
  });
