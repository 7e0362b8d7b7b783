import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server, type Socket } from 'socket.io';

/** A real Socket.IO server, driven by the test. */
export class TestLive {
  readonly sockets: Socket[] = [];
  private readonly waiting: ((socket: Socket) => void)[] = [];

  private constructor(
    private readonly http: HttpServer,
    private readonly io: Server,
    readonly url: string,
  ) {
    io.on('connection', (socket) => {
      this.sockets.push(socket);
      this.waiting.splice(0).forEach((tell) => tell(socket));
    });
  }

  static async start(port = 0): Promise<TestLive> {
    const http = createServer();
    const io = new Server(http, { path: '/socket.io/', transports: ['websocket'], cors: { origin: '*' } });
    await new Promise<void>((resolve) => http.listen(port, '127.0.0.1', resolve));
    return new TestLive(http, io, `http://127.0.0.1:${(http.address() as AddressInfo).port}`);
  }

  /** The next connection that opens. */
  next(): Promise<Socket> {
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  async stop(): Promise<void> {
    await this.io.close();
    this.http.closeAllConnections();
  }
}

/** The next event of this name, with its payload and acknowledgement. */
export function heard(socket: Socket, event: string): Promise<{ payload: unknown; ack: (answer: unknown) => void }> {
  return new Promise((resolve) => {
    socket.once(event, (payload: unknown, ack: (answer: unknown) => void) => resolve({ payload, ack }));
  });
}
