import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';

const root = join(import.meta.dirname, '../..');
const python = join(root, '.venv/bin/python');

export interface Lab {
  /** Address of JupyterLab, its token included. */
  readonly url: string;
  /** Address below which the bridge answers, and the Jupyter token to reach it without a browser. */
  readonly bridgeUrl: string;
  readonly jupyterToken: string;
  /** Holds all that follows; another Lab may be started on it after this one has ended. */
  readonly home: string;
  readonly dataDir: string;
  readonly workspace: string;
  /** What the bridge wrote about itself. */
  bridge(): { pid: number; url: string };
  /** The process number of the MLflow that the bridge started last. */
  mlflowPid(): number;
  /** The processes of a job: the one that looks after it, and the one that trains. */
  jobPids(jobId: string): { supervisor: number; child: number };
  /** Ends JupyterLab alone with SIGKILL, as a crash would; what it left stays. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

export interface LabOptions {
  /** An earlier Lab's; else a fresh one. */
  readonly home?: string;
  /** Settings of the bridge. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts a real JupyterLab with the extension, below a prefix as a hub would, on a data folder of its own. */
export async function startLab(options: LabOptions = {}): Promise<Lab> {
  const home = options.home ?? mkdtempSync(join(tmpdir(), 'kargah-e2e-'));
  const [dataDir, workspace, runtime, config] = ['data', 'workspace', 'runtime', 'config'].map((name) => {
    const folder = join(home, name);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return folder;
  }) as [string, string, string, string];
  const jupyterToken = 'end-to-end-only';
  const child = spawn(
    python,
    [
      '-m',
      'jupyterlab',
      '--no-browser',
      '--allow-root',
      '--ServerApp.port=0',
      '--ServerApp.ip=127.0.0.1',
      '--ServerApp.base_url=/user/sara/',
      `--ServerApp.root_dir=${workspace}`,
      '--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate',
      '--LabApp.extension_manager=readonly',
      // Commands are reached through the application, as JupyterLab's own tests do.
      '--LabApp.expose_app_in_browser=True',
    ],
    {
      cwd: home,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: {
        ...process.env,
        HOME: home,
        JUPYTER_TOKEN: jupyterToken,
        JUPYTER_CONFIG_DIR: config,
        JUPYTER_RUNTIME_DIR: runtime,
        JUPYTER_DATA_DIR: join(home, 'jupyter'),
        JUPYTERLAB_SETTINGS_DIR: join(config, 'settings'),
        JUPYTERLAB_WORKSPACES_DIR: join(config, 'workspaces'),
        KARGAH_DATA_DIR: dataDir,
        KARGAH_NODE: join(root, 'node_modules/node/bin/node'),
        KARGAH_PYTHON: python,
        // Each story has people of its own.
        KARGAH_SIGNUP: 'open',
        ...options.env,
      },
    },
  );
  const log: string[] = [];
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stderr }).on('line', (line) => {
      log.push(line);
      const found = /(http:\/\/127\.0\.0\.1:\d+\/user\/sara\/)lab/u.exec(line);
      if (found?.[1]) resolve(found[1]);
    });
    child.on('exit', (code) => {
      reject(new Error(`JupyterLab ended with ${String(code)}:\n${log.join('\n')}`));
    });
  });
  await listening(url, child);
  return {
    url: `${url}lab?token=${jupyterToken}`,
    bridgeUrl: `${url}kargah`,
    jupyterToken,
    home,
    dataDir,
    workspace,
    bridge: () => JSON.parse(readFileSync(join(dataDir, 'bridge.json'), 'utf8')) as { pid: number; url: string },
    mlflowPid: () => (JSON.parse(readFileSync(join(dataDir, 'mlflow/server.json'), 'utf8')) as { pid: number }).pid,
    jobPids: (jobId) => {
      const file = join(dataDir, 'jobs', jobId, 'supervisor.json');
      const { pid, child_pid } = JSON.parse(readFileSync(file, 'utf8')) as { pid: number; child_pid: number };
      return { supervisor: pid, child: child_pid };
    },
    kill: () => end(child, 'SIGKILL'),
    stop: async () => {
      await end(child, 'SIGTERM');
      const artefacts = join(root, 'artefacts');
      mkdirSync(artefacts, { recursive: true });
      writeFileSync(join(artefacts, 'jupyterlab.log'), log.join('\n').replaceAll(jupyterToken, '…'));
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** JupyterLab says its address before it listens there, and nothing once it does. */
async function listening(url: string, child: ChildProcess): Promise<void> {
  for (;;) {
    try {
      await fetch(`${url}api`);
      return;
    } catch (error) {
      if (child.exitCode !== null) throw error;
      await wait(10);
    }
  }
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}
