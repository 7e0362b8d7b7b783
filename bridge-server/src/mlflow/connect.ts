import { createClient, type Fetch, type FetchResponse, type MlflowClient } from 'mlflow-js-client';
import type { RequestInit } from 'undici';
import type { MlflowAddress } from './address.js';

/** The MLflow client over the bridge's own connection, with every right; closing ends its connections. */
export function connect(
  address: MlflowAddress,
  authorization: () => Promise<string>,
): { client: MlflowClient; close: () => Promise<void> } {
  let opened: ReturnType<typeof open> | undefined;
  // undici's own stream types differ from the global ones in name only.
  const fetch: Fetch = async (url, init) => {
    const { send, agent } = await (opened ??= open(address));
    return (await send(url, { ...(init as RequestInit), dispatcher: agent })) as unknown as FetchResponse;
  };
  const baseUrl = address.kind === 'socket' ? 'http://mlflow' : address.url;
  return {
    client: createClient({ baseUrl, fetch, authorization }),
    close: async () => (await opened)?.agent.close(),
  };
}

/** undici is loaded when MLflow is first asked something, after the bridge's start. */
async function open(address: MlflowAddress) {
  const { Agent, fetch: send } = await import('undici');
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
