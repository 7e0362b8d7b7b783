import { Agent, fetch as send } from 'undici';
import type { MlflowAddress } from './address.js';

/** Connections to MLflow, and the `fetch` that uses them. */
export function open(address: MlflowAddress): { send: typeof send; agent: Agent } {
  const agent = new Agent({
    connections: 8,
    // gunicorn keeps an idle connection for 75 s; ours ends first.
    keepAliveTimeout: 30_000,
    headersTimeout: 60_000,
    bodyTimeout: 300_000,
    ...(address.kind === 'socket' ? { connect: { socketPath: address.path } } : {}),
  });
  return { send, agent };
}
