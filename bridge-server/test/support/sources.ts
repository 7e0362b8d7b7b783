import { Socket } from 'node:net';
import { vi } from 'vitest';

interface To {
  readonly host?: string;
  readonly port?: number | string;
  readonly path?: string;
}

/** Where this process opens sockets to, seen where every one is opened, plain or TLS. */
export class OpenedSockets {
  private readonly connect = vi.spyOn(Socket.prototype, 'connect');

  /** `host:port` of each since the last `forget`, but for those to `except`. */
  toward(except: string): string[] {
    return this.connect.mock.calls
      .map(([first]: readonly unknown[]) => (Array.isArray(first) ? first[0] : first) as To)
      .map(({ host, port, path }) => path ?? `${host ?? ''}:${String(port)}`)
      .filter((to) => to !== except);
  }
  forget(): void {
    this.connect.mockClear();
  }
  close(): void {
    this.connect.mockRestore();
  }
}
