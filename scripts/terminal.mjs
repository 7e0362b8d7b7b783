import { spawn } from 'node:child_process';

const tty = process.stderr.isTTY === true && process.env.CI === undefined;

/** A failure whose message is all that a person needs to read. */
export class SetupError extends Error {}

const CAUSES = [
  [/ENOSPC|No space left on device|EDQUOT/u, 'The disk is full: free about 6 GB and run the command again.'],
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|NewConnectionError|Temporary failure in name resolution|Max retries exceeded|Could not fetch URL|ReadTimeoutError/u,
    'A package registry cannot be reached: check the network (or your proxy settings for npm and pip) and run the command again.',
  ],
  [/EACCES|Permission denied/u, 'A file could not be written: check who owns this folder.'],
];

/** Says in one line why `output` of a failed command looks the way it does, if it is a cause we know. */
export function diagnose(output) {
  return CAUSES.find(([pattern]) => pattern.test(output))?.[1];
}

/**
 * Runs one step of the set-up: shows its name, the time it takes and its last line of output while it runs.
 * @throws {SetupError} with the cause in one line, after the last lines of output.
 */
export function step(title, command, args, options = {}) {
  const started = Date.now();
  const seconds = () => `${String(Math.round((Date.now() - started) / 1000))} s`;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let last = '';
    const collect = (chunk) => {
      output = (output + chunk).slice(-20_000);
      last =
        output
          .trimEnd()
          .split(/[\r\n]/u)
          .at(-1) ?? '';
    };
    child.stdout.setEncoding('utf8').on('data', collect);
    child.stderr.setEncoding('utf8').on('data', collect);
    if (!tty) process.stderr.write(`· ${title} …\n`);
    const ticker = tty
      ? setInterval(
          () =>
            process.stderr.write(
              `\r\u001b[K· ${title} … ${seconds()}  ${last.slice(0, Math.max(0, (process.stderr.columns ?? 80) - title.length - 16))}`,
            ),
          250,
        )
      : undefined;
    child.on('error', (error) => {
      clearInterval(ticker);
      reject(new SetupError(`${title}: ${command} could not be started (${error.message}).`));
    });
    child.on('close', (code) => {
      clearInterval(ticker);
      if (code === 0) {
        process.stderr.write(`${tty ? '\r\u001b[K' : ''}✓ ${title} (${seconds()})\n`);
        resolve();
        return;
      }
      process.stderr.write(
        `${tty ? '\r\u001b[K' : ''}✗ ${title}\n${output.trimEnd().split('\n').slice(-25).join('\n')}\n`,
      );
      reject(
        new SetupError(
          `${title} failed. ${diagnose(output) ?? `Its last lines are above (exit code ${String(code)}).`}`,
        ),
      );
    });
  });
}

/**
 * Runs a command in the foreground and answers its exit code. Passes SIGINT and SIGTERM on to it and then ends with it, so that
 * nothing further runs after an interrupt.
 */
export function foreground(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', ...options });
    let interrupted = 0;
    const pass = (signal, number) => () => {
      interrupted = 128 + number;
      child.kill(signal);
    };
    const onInt = pass('SIGINT', 2);
    const onTerm = pass('SIGTERM', 15);
    process.on('SIGINT', onInt).on('SIGTERM', onTerm);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      process.off('SIGINT', onInt).off('SIGTERM', onTerm);
      if (interrupted > 0) process.exit(interrupted);
      resolve(code ?? (signal === null ? 1 : 130));
    });
  });
}
