// Plain @tus/server on its FileStore, as its own documentation starts it; says its address on stdout.
import { createServer } from 'node:http';
import { FileStore } from '@tus/file-store';
import { Server } from '@tus/server';

const tus = new Server({ path: '/files', datastore: new FileStore({ directory: process.argv[2] }) });
const server = createServer(tus.handle.bind(tus));
server.listen(0, '127.0.0.1', () => process.stdout.write(`http://127.0.0.1:${String(server.address().port)}\n`));
