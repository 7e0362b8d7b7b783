import { createClient, type Fetch, type FetchResponse, type MlflowClient } from 'mlflow-js-client';
import type { RequestInit } from 'undici';
import type { MlflowAddress } from './address.js';

/** The MLflow client over the bridge's own connection, with every right; closing ends its connections. */
export function connect(
  address: MlflowAddress,
  authorization: () => Promise<string>,
): { client: MlflowClient; close: () => Promise<void> } {
  let opened: ReturnType<typeof load> | undefined;
  // undici's own stream types differ from the global ones in name only.
  const fetch: Fetch = async (url, init) => {
    const { send, agent } = await (opened ??= load(address));
    return (await send(url, { ...(init as RequestInit), dispatcher: agent })) as unknown as FetchResponse;
  };
  const baseUrl = address.kind === 'socket' ? 'http://mlflow' : address.url;
  return {
    client: createClient({ baseUrl, fetch, authorization }),
    close: async () => (await opened)?.agent.close(),
  };
}

/**
 * undici is loaded when MLflow is first asked something, after the bridge's start; through a module of ours, since the
 * bundle gives a CommonJS package that is imported directly no names.
 */
async function load(address: MlflowAddress) {
  const { open } = await import('./agent.js');
  return open(address);
}
