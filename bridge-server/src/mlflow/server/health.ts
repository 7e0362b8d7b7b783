import { EventEmitter, once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import type { MlflowState } from '../../contract/server/system.js';
import { KargahError } from '../../lib/errors.js';
import type { MlflowAddress } from './address.js';

/** What is known of MLflow now, and who wants to hear of it. */
export class Health {
  #state: MlflowState = 'starting';
  readonly #events = new EventEmitter<{ state: [MlflowState] }>().setMaxListeners(0);

  state(): MlflowState {
    return this.#state;
  }

  become(state: MlflowState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#events.emit('state', state);
  }

  onState(listener: (state: MlflowState) => void): () => void {
    this.#events.on('state', listener);
    return () => this.#events.off('state', listener);
  }

  async whenUp(signal?: AbortSignal): Promise<void> {
    while (this.#state !== 'up') {
      try {
        await once(this.#events, 'state', signal ? { signal } : {});
      } catch (cause) {
        throw new KargahError('mlflow_unavailable', {}, { cause });
      }
    }
  }
}

/** True where MLflow answers `/health` within two seconds. */
export async function answers(address: MlflowAddress): Promise<boolean> {
  const options = { ...connectionTo(address, '/health'), headers: { host: 'mlflow' }, timeout: 2000, agent: false };
  return new Promise((resolve) => {
    const request = (isHttps(address) ? https : http).request(options, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on('timeout', () => request.destroy(new Error('timeout')));
    request.on('error', () => resolve(false));
    request.end();
  });
}

export const isHttps = (address: MlflowAddress): boolean => address.kind === 'url' && address.url.startsWith('https:');

/** How Node's `http.request` reaches `path` of MLflow. */
export function connectionTo(address: MlflowAddress, path: string): http.RequestOptions {
  if (address.kind === 'socket') return { socketPath: address.path, path };
  const { hostname, port, pathname } = new URL(address.url);
  return { hostname, ...(port === '' ? {} : { port }), path: pathname.replace(/\/$/u, '') + path };
}
