import { AsyncLocalStorage } from 'node:async_hooks';

/** What is known of a request besides who asks and for what. */
export interface RequestOrigin {
  readonly requestId: string;
  /** The address that the connection came from; through JupyterLab or another proxy on a unix socket it is `socket`. */
  readonly from: string;
}

const current = new AsyncLocalStorage<RequestOrigin>();

/** Everything that `act` does, also later, belongs to this request. */
export function duringRequest<T>(origin: RequestOrigin, act: () => T): T {
  return current.run(origin, act);
}

/** The request that is being answered; null in what the bridge does by itself. */
export function requestOrigin(): RequestOrigin | null {
  return current.getStore() ?? null;
}
