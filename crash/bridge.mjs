// The bridge under test: the built one, killed and started again on the same folder, spoken to as a client would.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';

const START_MS = 240_000;
const PATIENCE_MS = 240_000;

export class Bridge {
  url = '';
  #child = null;
  #exited = Promise.resolve();
  #token = null;
  /** One at a time takes the bridge away. */
  #held = Promise.resolve();

  #ending = false;

  /** @param died called when it ends though nobody ended it */
  constructor(facts, died) {
    this.facts = facts;
    this.died = died;
  }

  get pid() {
    return this.#child.pid;
  }

  get token() {
    return this.#token;
  }

  /**
   * Resolves with the time it took to listen.
   *
   * @param launcher what it starts jobs with: `local` (forks of a warm Python) or `local-cold`
   */
  async start(launcher) {
    const { main, dataDir, workspaceDir, python, leaseSeconds, parallel } = this.facts;
    const began = performance.now();
    const log = openSync(join(dataDir, 'bridge.log'), 'a');
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main], {
      env: {
        ...process.env,
        KARGAH_DATA_DIR: dataDir,
        KARGAH_WORKSPACE_DIR: workspaceDir,
        KARGAH_PYTHON: python,
        KARGAH_PORT: '0',
        KARGAH_LAUNCHER: launcher,
        KARGAH_MAX_PARALLEL_JOBS: String(parallel),
        KARGAH_LEASE_SECONDS: String(leaseSeconds),
        KARGAH_ACCESS_TOKEN_SECONDS: '86400',
      },
      stdio: ['ignore', 'pipe', log],
    });
    this.#child = child;
    this.#ending = false;
    child.once('exit', (code, signal) => {
      if (!this.#ending) this.died(`the bridge ended by itself: ${String(code ?? signal)}`);
    });
    this.#exited = once(child, 'exit');
    this.url = await new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('the bridge did not say where it listens')), START_MS);
      createInterface({ input: child.stdout }).on('line', (line) => {
        const found = /listening on (http:\/\/\S+)/u.exec(line);
        if (!found) return;
        clearTimeout(timer);
        resolve(found[1].replace(/\/$/u, ''));
      });
      child.once('exit', (code) => reject(new Error(`the bridge ended with code ${String(code)} while it started`)));
    });
    return performance.now() - began;
  }

  async end(signal) {
    this.#ending = true;
    this.#child.kill(signal);
    await this.#exited;
  }

  /** Runs `work` while nobody else takes the bridge away. */
  async alone(work) {
    const before = this.#held;
    const { promise, resolve } = Promise.withResolvers();
    this.#held = promise;
    await before;
    try {
      return await work();
    } finally {
      resolve();
    }
  }

  async signUp() {
    const signup_code = readFileSync(join(this.facts.dataDir, 'signup-code'), 'utf8').trim();
    const account = { email: 'crash@example.org', password: 'a sentence nobody guesses', name: 'Crash', signup_code };
    const { body } = await this.ask('POST', '/api/v1/auth/register', account);
    this.#token = body.token;
  }

  /** One request; throws where nobody answers. */
  async ask(method, path, body) {
    const answer = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        'content-type': 'application/json',
        'x-kargah-client': 'crash',
        ...(this.#token === null ? {} : { authorization: `Bearer ${this.#token}` }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? null : JSON.parse(text) };
  }

  /** Asks again while the bridge, or MLflow behind it, is away. */
  async askPatiently(method, path, body) {
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      const answer = await this.ask(method, path, body).catch((error) => ({ status: 0, body: String(error) }));
      if (answer.status !== 0 && answer.status < 500) return answer;
      if (performance.now() > deadline)
        throw new Error(`${method} ${path} went unanswered: ${String(answer.status)} ${JSON.stringify(answer.body)}`);
      await wait(50);
    }
  }
}
