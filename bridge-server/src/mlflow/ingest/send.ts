import http from 'node:http';
import https from 'node:https';
import type { MlflowAddress } from '../server/address.js';
import { connectionTo, isHttps } from '../server/health.js';

export interface Answered {
  readonly status: number;
  readonly text: string;
}

/** Sends a `log-batch` to MLflow over kept connections; rejects where no whole answer comes. */
export interface BatchSender {
  send(batch: { readonly workspace: string; readonly authorization: string; readonly body: string }): Promise<Answered>;
  close(): void;
}

const PATH = '/api/2.0/mlflow/runs/log-batch';
const TIMEOUT_MS = 60_000;

export function batchSender(address: MlflowAddress): BatchSender {
  const client = isHttps(address) ? https : http;
  const agent = new client.Agent({ keepAlive: true, maxSockets: 8, timeout: TIMEOUT_MS });
  return {
    send: ({ workspace, authorization, body }) =>
      new Promise((resolve, reject) => {
        const request = client.request(
          {
            ...connectionTo(address, PATH),
            method: 'POST',
            agent,
            timeout: TIMEOUT_MS,
            headers: {
              host: 'mlflow',
              // A documentation address (RFC 5737): nobody is "local" to MLflow.
              'x-forwarded-for': '192.0.2.1',
              authorization,
              'x-mlflow-workspace': workspace,
              'content-type': 'application/json',
              'content-length': Buffer.byteLength(body),
            },
          },
          (answer) => {
            const chunks: Buffer[] = [];
            answer.on('data', (chunk: Buffer) => chunks.push(chunk));
            answer.on('error', reject);
            answer.on('end', () => resolve({ status: answer.statusCode!, text: Buffer.concat(chunks).toString() }));
          },
        );
        request.on('timeout', () => request.destroy(new Error('MLflow took too long')));
        request.on('error', reject);
        request.end(body);
      }),
    close: () => agent.destroy(),
  };
}
