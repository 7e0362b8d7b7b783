import { constants } from 'node:os';
import { startBridge, type RunningBridge } from './bridge.js';
import { ConfigError, loadConfig } from './config.js';
import { FolderTaken } from './lock.js';
import { openLog } from './observability/index.js';

/** EX_IOERR. */
const FOLDER_LOST = 74;
const LOST_CLOSE_MS = 15_000;
/** A parent that is gone is noticed within this time. */
const PARENT_LOOK_MS = 500;

try {
  const config = loadConfig(process.env, process.argv.slice(2));
  const log = openLog(config.logLevel);
  const parent = process.ppid;
  const bridge = await startBridge(config, log);
  // Whoever read the first line may have closed the pipe: that ends nothing.
  process.stdout.on('error', () => undefined);
  const code = bridge.signUpCode();
  // To the terminal alone, as Jupyter prints its token: the log is kept. In one piece, for who reads no further than the address.
  const codeLine = code === null ? '' : `code for the first account: ${code}\n`;
  process.stdout.write(`listening on ${bridge.url}\n${codeLine}`);

  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
    process.once(signal, () => end(bridge, 128 + constants.signals[signal]));
  void bridge.folderLost.then(() => {
    process.stderr.write(`${config.dataDir} was deleted, moved or replaced; the bridge ends.\n`);
    end(bridge, FOLDER_LOST);
    // Parts that write to the folder as they close may find no place for it.
    setTimeout(() => process.exit(FOLDER_LOST), LOST_CLOSE_MS).unref();
  });
  if (config.parentWatch) {
    setInterval(() => {
      if (process.ppid !== parent) end(bridge, 128 + constants.signals.SIGHUP);
    }, PARENT_LOOK_MS).unref();
  }
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'a promise was left alone'));
} catch (error) {
  const known = error instanceof ConfigError || error instanceof FolderTaken;
  process.stderr.write(known ? `${error.message}\n` : `The bridge could not start: ${reason(error)}\n`);
  process.exit(known ? error.exitCode : 70);
}

/** Never with 0: jupyter-server-proxy would not start it again. */
function end(bridge: RunningBridge, code: number): void {
  bridge.close().then(
    () => process.exit(code),
    (error: unknown) => {
      process.stderr.write(`The bridge did not end as it should: ${reason(error)}\n`);
      process.exit(70);
    },
  );
}

function reason(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
