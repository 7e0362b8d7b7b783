import { createHmac, randomBytes } from 'node:crypto';
import { chmodSync, closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { signUpMode, type SignUpMode } from './contract/server/server.js';
import { launcherName, type LauncherName } from './contract/training/training.js';
import { dataFolder } from './data-folder.js';

/** Every setting of the bridge, checked once before anything opens. */
export interface Config {
  readonly env: 'development' | 'staging' | 'production';
  readonly dataDir: string;
  readonly host: string;
  /** 0: any free port, then the same one at every start on this data folder. */
  readonly port: number;
  /** Unix socket that jupyter-server-proxy speaks to. */
  readonly socket: string | null;
  /** Jupyter's base URL (`/user/x/`), or null when the bridge is reached directly. */
  readonly jupyterBase: string | null;
  /** Where browsers see the bridge: `/user/x/kargah/` under Jupyter, `/` when reached directly. Begins and ends with a slash. */
  readonly publicPath: string;
  readonly databaseUrl: string | null;
  readonly mlflowUrl: string | null;
  /** Key material; keys for one purpose are derived from it by {@link deriveKey}. */
  readonly secret: string;
  /** Where jobs may run, the usual first: `local` forks them from a Python that has everything loaded, `local-cold` starts a new one for each. */
  readonly launchers: readonly [LauncherName, ...LauncherName[]];
  /** The interpreter that runs jobs, readers and MLflow. */
  readonly python: string;
  /** The folder that Jupyter shows: scripts must lie in it. */
  readonly workspaceDir: string | null;
  /** Variables of this process's environment that scripts get: names, or beginnings that end with `*`. */
  readonly scriptEnv: readonly string[];
  /** The administrator's list of datasets (YAML). */
  readonly catalogueFile: string | null;
  /** How many jobs run at once at most, however much room there is. */
  readonly maxParallelJobs: number;
  /** How many of them one person may have. */
  readonly maxJobsPerUser: number;
  /** How long a job's supervisor is believed without a sign of life. */
  readonly leaseSeconds: number;
  /** How long a job goes on while no bridge runs; null: for ever. */
  readonly orphanSeconds: number | null;
  readonly maxUploadBytes: number;
  /** What one person's datasets and unfinished uploads may come to; null: as much as there is room for. */
  readonly quotaBytes: number | null;
  /** The beginning of a job's log that is kept; beyond it only the end is. */
  readonly maxLogBytes: number;
  /** What people may read databases of besides machines elsewhere: this one, by the name it has in their addresses. */
  readonly databaseHosts: readonly string[];
  readonly allowedOrigins: readonly string[];
  /** Where others reach a shared bridge: it answers to these names besides those of this machine. */
  readonly publicUrls: readonly string[];
  /** The mail server, and what letters say of where they come from; null: nothing is sent. */
  readonly mail: MailSettings | null;
  readonly logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
  /** Who may make an account, where no administrator said otherwise. */
  readonly signup: SignUpMode;
  readonly accessTokenSeconds: number;
  /** How old a key that signs tokens may become before another takes its place; null: as old as it likes. */
  readonly keyMaxAgeDays: number | null;
  readonly sessionDays: number;
  /** How long a deleted project can be restored. */
  readonly projectRetentionDays: number;
  /** How long deleted jobs can be restored. */
  readonly jobRetentionMinutes: number;
  /** End when the parent process changes, since a killed Jupyter cannot tell its children. */
  readonly parentWatch: boolean;
}

/** How letters are sent, and where their links lead. */
export interface MailSettings {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte; else STARTTLS where the server offers it. */
  readonly secure: boolean;
  readonly user: string | null;
  readonly password: string;
  readonly from: string;
  /** Where people open JupyterLab. */
  readonly labUrl: string;
}

/** A setting that the bridge cannot start with; `message` is one line that names the variable and what it may be. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  /** EX_CONFIG of sysexits. Never 0: jupyter-server-proxy does not restart a child that exits 0. */
  readonly exitCode = 78;
}

const integer = (min: number, max: number) => z.coerce.number().int().min(min).max(max);
const origin = z
  .url()
  .refine((url) => new URL(url).origin === url.replace(/\/$/u, ''))
  .transform((url) => new URL(url).origin);

/** Each setting: how it is read, and what it may be, in words. */
const SETTINGS = {
  KARGAH_ENV: [
    z.enum(['development', 'staging', 'production']).default('development'),
    'development, staging or production',
  ],
  KARGAH_DATA_DIR: [z.string().min(1).optional(), 'a folder'],
  KARGAH_HOST: [
    z
      .string()
      .regex(/^[\w.:-]+$/u)
      .default('127.0.0.1'),
    'a host name or an address',
  ],
  KARGAH_PORT: [integer(0, 65_535).default(0), 'a number from 0 to 65535'],
  KARGAH_BASE_URL: [
    z
      .string()
      .regex(/^\/(?:[^\s?#]*\/)?$/u)
      .optional(),
    'a path that begins and ends with /',
  ],
  KARGAH_MLFLOW_URL: [z.url({ protocol: /^https?$/u }).optional(), 'an http or https URL'],
  DATABASE_URL: [
    z
      .string()
      .regex(/^postgres(?:ql)?:\/\/\S+$/u)
      .optional(),
    'a postgres:// URL',
  ],
  KARGAH_SECRET: [z.string().optional(), 'at least 32 characters that nobody knows'],
  KARGAH_SECRET_FILE: [z.string().min(1).optional(), 'a readable file with at least 32 characters that nobody knows'],
  KARGAH_LAUNCHER: [
    z
      .string()
      .transform((text) => text.split(/[\s,]+/u).filter(Boolean))
      .pipe(z.tuple([launcherName], launcherName))
      .refine((names) => new Set(names).size === names.length)
      .default(['local']),
    `${launcherName.options.join(' or ')}, or several of them, separated by commas, the usual one first`,
  ],
  KARGAH_PYTHON: [z.string().min(1).optional(), 'a Python interpreter'],
  KARGAH_WORKSPACE_DIR: [z.string().min(1).optional(), 'a folder'],
  KARGAH_SCRIPT_ENV: [
    z
      .string()
      .transform((text) => text.split(/[\s,]+/u).filter(Boolean))
      .pipe(z.array(z.string().regex(/^[A-Za-z_]\w*\*?$/u)))
      .default([]),
    'names of variables such as HF_TOKEN or WANDB_*, separated by commas',
  ],
  KARGAH_CATALOGUE: [z.string().min(1).optional(), 'a YAML file'],
  KARGAH_MAX_PARALLEL_JOBS: [integer(1, 1024).optional(), 'a number from 1 to 1024'],
  KARGAH_MAX_JOBS_PER_USER: [integer(1, 1024).optional(), 'a number from 1 to 1024'],
  KARGAH_ORPHAN_SECONDS: [
    integer(0, 31_536_000).default(86_400),
    'a number of seconds up to 31536000; 0 lets jobs go on without a bridge for ever',
  ],
  KARGAH_LEASE_SECONDS: [integer(2, 86_400).default(30), 'a number of seconds from 2 to 86400'],
  KARGAH_MAX_UPLOAD_BYTES: [
    integer(1, Number.MAX_SAFE_INTEGER).default(20 * 2 ** 30),
    'a number of bytes of at least 1',
  ],
  KARGAH_QUOTA_GB: [z.coerce.number().positive().max(1_000_000).optional(), 'a number of GB above 0'],
  KARGAH_MAX_LOG_BYTES: [
    integer(65_536, Number.MAX_SAFE_INTEGER).default(256 * 2 ** 20),
    'a number of bytes of at least 65536',
  ],
  KARGAH_ALLOWED_ORIGINS: [
    z
      .string()
      .transform((text) => text.split(/[\s,]+/u).filter(Boolean))
      .pipe(z.array(origin))
      .default([]),
    'origins such as https://lab.example.org, separated by commas',
  ],
  KARGAH_DATABASE_HOSTS: [
    z
      .string()
      .transform((text) => text.split(/[\s,]+/u).filter(Boolean))
      .pipe(z.array(z.string().regex(/^(?:\*|[\w.:-]{1,253})$/u)))
      .default([]),
    'host names or addresses such as localhost, separated by commas, or *',
  ],
  KARGAH_PUBLIC_URL: [
    z
      .string()
      .transform((text) => text.split(/[\s,]+/u).filter(Boolean))
      .pipe(z.array(z.url({ protocol: /^https?$/u })))
      .default([]),
    'addresses such as https://kargah.example.org, separated by commas',
  ],
  KARGAH_SMTP_URL: [
    z
      .url({ protocol: /^smtps?$/u })
      .refine((url) => /^(?:smtps?:\/\/[^/?#]+)\/?$/u.test(url) && new URL(url).hostname !== '')
      .optional(),
    'an address such as smtps://user:password@mail.example.org:465 or smtp://mail.example.org:587, with no path',
  ],
  KARGAH_SMTP_FROM: [
    z
      .string()
      .regex(/^(?:[^<>\r\n"]*<[^\s<>@,;]+@[^\s<>@,;]+>|[^\s<>@,;]+@[^\s<>@,;]+)$/u)
      .optional(),
    'the address that letters come from, such as kargah@example.org or Kargah <kargah@example.org>',
  ],
  KARGAH_LAB_URL: [
    z
      .url({ protocol: /^https?$/u })
      .refine((url) => !/[?#]/u.test(url))
      .optional(),
    'where people open JupyterLab, such as https://lab.example.org/lab or https://hub.example.org/hub/user-redirect/lab',
  ],
  KARGAH_LOG_LEVEL: [
    z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
    'fatal, error, warn, info, debug, trace or silent',
  ],
  KARGAH_SIGNUP: [signUpMode.default('first'), 'first, open, invitation or closed'],
  KARGAH_ACCESS_TOKEN_SECONDS: [integer(1, 86_400).default(900), 'a number of seconds from 1 to 86400'],
  KARGAH_KEY_MAX_AGE_DAYS: [integer(1, 3660).optional(), 'a number of days from 1 to 3660'],
  KARGAH_SESSION_DAYS: [integer(1, 366).default(14), 'a number of days from 1 to 366'],
  KARGAH_JOB_RETENTION_MINUTES: [integer(1, 525_600).default(60), 'a number of minutes from 1 to 525600'],
  KARGAH_PROJECT_RETENTION_DAYS: [integer(1, 3660).default(30), 'a number of days from 1 to 3660'],
  KARGAH_PARENT_WATCH: [z.enum(['0', '1']).default('0'), '0 or 1'],
} as const satisfies Record<string, readonly [z.ZodType, string]>;

type Name = keyof typeof SETTINGS;
type Values = { [N in Name]: z.output<(typeof SETTINGS)[N][0]> };

const refuse = (name: Name): ConfigError => new ConfigError(`${name} must be ${SETTINGS[name][1]}.`);

/**
 * Reads the settings from the environment and `--socket=<path>` from the arguments; makes the data folder and, where the bridge
 * is embedded, its secret.
 *
 * @throws {ConfigError} for the first wrong value.
 */
export function loadConfig(env: Readonly<Record<string, string | undefined>>, argv: readonly string[]): Config {
  const values = {} as Record<Name, unknown>;
  for (const name of Object.keys(SETTINGS) as Name[]) {
    // An empty variable is one that is not set: compose files and unit files cannot leave one out.
    const parsed = SETTINGS[name][0].safeParse(env[name] === '' ? undefined : env[name]);
    if (!parsed.success) throw refuse(name);
    values[name] = parsed.data;
  }
  const v = values as Values;
  const socket = socketOf(argv);
  const dataDir = dataFolder(env);
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    chmodSync(dataDir, 0o700);
  } catch (cause) {
    throw new ConfigError(`KARGAH_DATA_DIR must be a folder that can be written: ${String(cause)}`, { cause });
  }
  const jupyterBase = v.KARGAH_BASE_URL ?? null;
  // A job takes one core at least.
  const maxParallelJobs = v.KARGAH_MAX_PARALLEL_JOBS ?? availableParallelism();
  return {
    env: v.KARGAH_ENV,
    dataDir,
    host: v.KARGAH_HOST,
    port: v.KARGAH_PORT,
    socket,
    jupyterBase,
    publicPath: jupyterBase === null ? '/' : `${jupyterBase}kargah/`,
    databaseUrl: v.DATABASE_URL ?? null,
    mlflowUrl: v.KARGAH_MLFLOW_URL ?? null,
    secret: secretOf(v, dataDir),
    launchers: v.KARGAH_LAUNCHER,
    python: v.KARGAH_PYTHON ?? besideRepository(),
    workspaceDir: v.KARGAH_WORKSPACE_DIR === undefined ? null : resolve(v.KARGAH_WORKSPACE_DIR),
    scriptEnv: v.KARGAH_SCRIPT_ENV,
    catalogueFile: v.KARGAH_CATALOGUE === undefined ? null : resolve(v.KARGAH_CATALOGUE),
    maxParallelJobs,
    maxJobsPerUser: v.KARGAH_MAX_JOBS_PER_USER ?? maxParallelJobs,
    leaseSeconds: v.KARGAH_LEASE_SECONDS,
    orphanSeconds: v.KARGAH_ORPHAN_SECONDS === 0 ? null : v.KARGAH_ORPHAN_SECONDS,
    maxUploadBytes: v.KARGAH_MAX_UPLOAD_BYTES,
    quotaBytes: v.KARGAH_QUOTA_GB === undefined ? null : Math.floor(v.KARGAH_QUOTA_GB * 2 ** 30),
    maxLogBytes: v.KARGAH_MAX_LOG_BYTES,
    databaseHosts: v.KARGAH_DATABASE_HOSTS,
    allowedOrigins: v.KARGAH_ALLOWED_ORIGINS,
    publicUrls: v.KARGAH_PUBLIC_URL,
    mail: mailOf(v),
    logLevel: v.KARGAH_LOG_LEVEL,
    signup: v.KARGAH_SIGNUP,
    accessTokenSeconds: v.KARGAH_ACCESS_TOKEN_SECONDS,
    keyMaxAgeDays: v.KARGAH_KEY_MAX_AGE_DAYS ?? null,
    sessionDays: v.KARGAH_SESSION_DAYS,
    projectRetentionDays: v.KARGAH_PROJECT_RETENTION_DAYS,
    jobRetentionMinutes: v.KARGAH_JOB_RETENTION_MINUTES,
    parentWatch: v.KARGAH_PARENT_WATCH === '1' || socket !== null,
  };
}

/** Links lead where the settings say, never where a request's Host does: so a mail server needs both other settings. */
function mailOf(v: Values): MailSettings | null {
  if (v.KARGAH_SMTP_URL === undefined) return null;
  if (v.KARGAH_SMTP_FROM === undefined) throw refuse('KARGAH_SMTP_FROM');
  if (v.KARGAH_LAB_URL === undefined) throw refuse('KARGAH_LAB_URL');
  const { protocol, hostname, port, username, password } = new URL(v.KARGAH_SMTP_URL);
  const secure = protocol === 'smtps:';
  return {
    host: hostname.replace(/^\[|\]$/gu, ''),
    port: port === '' ? (secure ? 465 : 587) : Number(port),
    secure,
    user: username === '' ? null : decoded(username),
    password: decoded(password),
    from: v.KARGAH_SMTP_FROM,
    labUrl: v.KARGAH_LAB_URL,
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw refuse('KARGAH_SMTP_URL');
  }
}

/** A key of 32 bytes for one purpose: nothing signed for one can be shown for another. */
export function deriveKey(secret: string, purpose: string): Buffer {
  return createHmac('sha256', secret).update(`kargah:${purpose}`).digest();
}

function socketOf(argv: readonly string[]): string | null {
  const argument = argv.find((arg) => arg.startsWith('--socket='));
  const unknown = argv.find((arg) => arg !== argument);
  if (unknown !== undefined)
    throw new ConfigError(`${unknown} is not an argument of the bridge; there is --socket=<path>.`);
  if (argument === undefined) return null;
  const path = argument.slice('--socket='.length);
  // Linux keeps at most 107 bytes of a socket's path and cuts the rest off in silence.
  if (path === '' || Buffer.byteLength(path) > 107) throw new ConfigError('--socket must be a path of 1 to 107 bytes.');
  return path;
}

const KNOWN_SECRETS = /^(?:(?:change|replace)[-_ ]?(?:me|this)|secret|password|kargah|example|test)+[\W\d]*$/iu;

function secretOf(v: Values, dataDir: string): string {
  if (v.KARGAH_SECRET !== undefined) return checkedSecret(v.KARGAH_SECRET, 'KARGAH_SECRET');
  if (v.KARGAH_SECRET_FILE !== undefined) {
    try {
      return checkedSecret(readFileSync(v.KARGAH_SECRET_FILE, 'utf8').trim(), 'KARGAH_SECRET_FILE');
    } catch (error) {
      throw error instanceof ConfigError ? error : refuse('KARGAH_SECRET_FILE');
    }
  }
  if (v.KARGAH_ENV !== 'development')
    throw new ConfigError(`KARGAH_SECRET must be ${SETTINGS.KARGAH_SECRET[1]} (or name a file in KARGAH_SECRET_FILE).`);
  const path = join(dataDir, 'secret');
  try {
    const file = openSync(path, 'wx', 0o600);
    writeSync(file, randomBytes(48).toString('base64url'));
    fsyncSync(file);
    closeSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST')
      throw new ConfigError(`KARGAH_DATA_DIR must be a folder that can be written: ${String(error)}`, { cause: error });
  }
  return checkedSecret(readFileSync(path, 'utf8').trim(), 'KARGAH_SECRET_FILE');
}

function checkedSecret(text: string, name: 'KARGAH_SECRET' | 'KARGAH_SECRET_FILE'): string {
  if (text.length < 32 || new Set(text).size < 8 || KNOWN_SECRETS.test(text)) throw refuse(name);
  return text;
}

/** In a checkout, the environment that set-up made; else whatever `python3` is on PATH. */
function besideRepository(): string {
  let folder = dirname(import.meta.filename);
  for (let depth = 0; depth < 4; depth += 1) {
    const candidate = join(folder, '.venv/bin/python');
    if (existsSync(candidate)) return candidate;
    folder = dirname(folder);
  }
  return 'python3';
}
