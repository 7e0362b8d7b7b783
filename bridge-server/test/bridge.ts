import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pino } from 'pino';
import { removeFolder } from './folders.js';
import { startBridge, type RunningBridge } from '../src/bridge.js';
import { loadConfig } from '../src/config.js';
import { openLog } from '../src/observability/log.js';

export const ROOT = resolve(import.meta.dirname, '../..');

export interface TestBridge extends RunningBridge {
  readonly dataDir: string;
  call(
    method: string,
    path: string,
    options?: { token?: string; body?: unknown; headers?: Record<string, string> },
  ): Promise<Response>;
  /** Makes an account as the panel does: the first one with the code of this start. */
  signUp(email: string, password?: string): Promise<Response>;
  /** A new person's access token. */
  register(email: string): Promise<string>;
}

/** A whole bridge in this process on a folder of its own, every answer checked against the contract. */
export async function testBridge(
  env: Record<string, string> = {},
  hear: ((line: string) => void) | null = null,
): Promise<TestBridge> {
  const dataDir = env['KARGAH_DATA_DIR'] ?? mkdtempSync(join(tmpdir(), 'kargah-bridge-'));
  const config = loadConfig(
    { KARGAH_PYTHON: join(ROOT, '.venv/bin/python'), KARGAH_DATA_DIR: dataDir, KARGAH_SIGNUP: 'open', ...env },
    [],
  );
  const log = hear === null ? pino({ level: 'silent' }) : openLog(config.logLevel, { write: hear });
  const bridge = await startBridge(config, log, 'checked');
  const call: TestBridge['call'] = (method, path, { token, body, headers } = {}) =>
    fetch(bridge.url + path, {
      method,
      headers: {
        ...(token === undefined ? {} : { 'X-Kargah-Token': token }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const signUp: TestBridge['signUp'] = (email, password = 'a quiet blue lamp') => {
    const signup_code = bridge.signUpCode() ?? undefined;
    return call('POST', '/api/v1/auth/register', { body: { email, password, signup_code } });
  };
  return {
    url: bridge.url,
    folderLost: bridge.folderLost,
    signUpCode: bridge.signUpCode,
    dataDir,
    call,
    signUp,
    register: async (email) => ((await (await signUp(email)).json()) as { token: string }).token,
    close: async () => {
      await bridge.close();
      if (env['KARGAH_DATA_DIR'] === undefined) removeFolder(dataDir);
    },
  };
}
