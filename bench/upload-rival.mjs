// Plain @tus/server on its FileStore, as its own documentation starts it; says its address on stdout. With `durable` it keeps the one
// promise that ours does before it answers: what it acknowledges is on the disk.
import { open } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { FileStore } from '@tus/file-store';
import { Server } from '@tus/server';

const [, , directory, promise] = process.argv;

class DurableStore extends FileStore {
  async write(body, id, offset) {
    const reached = await super.write(body, id, offset);
    const file = await open(join(directory, id), 'r+');
    await file.datasync().finally(() => file.close());
    return reached;
  }
}

const Store = promise === 'durable' ? DurableStore : FileStore;
const tus = new Server({ path: '/files', datastore: new Store({ directory }) });
const server = createServer(tus.handle.bind(tus));
server.listen(0, '127.0.0.1', () => process.stdout.write(`http://127.0.0.1:${String(server.address().port)}\n`));
