import { mkdirSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { encodeBody, type MlflowClient } from 'mlflow-js-client';
import { isInProject, type Permission } from '../../contract/permissions.js';
import { isRefusal, KargahError } from '../../lib/errors.js';
import type { Authenticator } from '../../http/route.js';
import type { Caller, Person } from '../../access/caller.js';
import { inProject, inWorkspace } from '../../access/projects.js';
import { workspaceUser, type WorkspaceUser } from '../../access/workspace-user.js';
import { requireHere } from '../../access/require-access.js';
import type { Outcome, OutsideTelling } from '../../ledger/index.js';
import { projectNamed, tokenOf } from '../../http/guards/policy.js';
import { EMPTY_FOR_THE_PAGE, NOT_IMPLEMENTED } from './allowed.js';
import { readJson } from './body.js';
import { DefaultExperiment } from '../rules/default-experiment.js';
import { Forwarder } from './forward.js';
import { Ingest, type Exchange, type IngestDeps } from '../ingest/ingest.js';
import { takeIn } from './intake.js';
import { NamedExperiments } from '../rules/named-experiments.js';
import { NestedRuns } from '../rules/nested.js';
import { JobRunRedirect, type ResolvedRequest } from '../rules/job-run-redirect.js';
import { match, type Match } from './paths.js';
import type { GatewayListener } from '../port.js';
import { JobScope } from '../rules/reach.js';
import { registryChange } from '../rules/registry-change.js';
import type { RegistryGuard } from '../registry-port.js';
import { nameFault, refuse, unavailable } from './refusal.js';
import type { MlflowServer } from '../server/server.js';
import { refuseUnsound } from '../rules/sound.js';
import { Streams } from './streams.js';
import { actOf } from '../rules/told.js';

export interface GatewayLog {
  error(fields: object, message: string): void;
}

/** Told of what somebody who is signed in asked for and may not have. */
type GatewayRefused = (
  caller: Caller,
  permission: Permission,
  object: { readonly kind: string; readonly id: string },
) => void;

/** What is known of a request so far. */
interface Asked {
  caller?: Caller;
  match?: Match;
}

export interface GatewayDeps {
  readonly server: Pick<MlflowServer, 'address' | 'health'>;
  readonly client: MlflowClient;
  readonly authenticator: Authenticator;
  readonly access: {
    mint(caller: Caller): Promise<string>;
    callerOfCookie(req: IncomingMessage): Promise<Person | null>;
  };
  /** Gives the caller's project its workspace, once. */
  readonly ensureWorkspace: (workspace: string, user: WorkspaceUser) => Promise<void>;
  readonly listener: GatewayListener;
  readonly refused: GatewayRefused;
  /** For what MLflow does and the ledger tells. */
  readonly acts: OutsideTelling;
  /** Who guards MLflow's registry, where somebody does. */
  readonly registry: { readonly guard: RegistryGuard | null };
  readonly spool: IngestDeps['spool'];
  readonly log: GatewayLog;
  /** Where files lie while they pass. */
  readonly folder: string;
}

export interface Gateway {
  /** Answers everything below the mount point; `req.url` is what follows it. */
  readonly handle: (req: IncomingMessage & { originalUrl?: string }, res: ServerResponse) => void;
  readonly close: () => void;
}

/** Lets through an exact list of MLflow's API, as the person or job who asks, and tells the bridge of the points that pass. */
export function createGateway(deps: GatewayDeps): Gateway {
  const { spool, listener, folder } = deps;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const forwarder = new Forwarder(deps.server.address, folder);
  const reach = new JobScope(listener, deps.client);
  const ownRun = new JobRunRedirect(listener, deps.client);
  const defaults = new DefaultExperiment(deps.client);
  const experiments = new NamedExperiments(listener, deps.client);
  const [sent, fetched] = [new Streams(), new Streams()];
  const isUp = (): boolean => deps.server.health.state() === 'up';
  const nested = new NestedRuns(listener, deps.client);
  const ingest = new Ingest({ spool, listener, nested, mlflow: () => (isUp() ? 'up' : 'away') });

  async function answer(
    req: IncomingMessage & { originalUrl?: string },
    res: ServerResponse,
    known: Asked,
  ): Promise<void> {
    if (req.url === '/' && /\/mlflow$/u.test(req.originalUrl ?? '')) {
      toFolder(res);
      return;
    }
    const asked = match(req.method, req.url ?? '');
    if (asked === null || req.headers.upgrade !== undefined) {
      await answerClosed(req, res);
      return;
    }
    known.match = asked;
    const who = (known.caller = await callerOf(req));
    const caller = (known.caller = isInProject(asked.row.permission) ? inNamed(who, req) : who);
    requireHere(caller, asked.row.permission);
    if (caller.kind === 'job' && asked.row.reach === 'people') throw new KargahError('forbidden');
    const turns = asked.row.body === 'stream' || isLong(req) ? sent : isFile(asked) ? fetched : null;
    if (turns === null) {
      await serve(req, res, caller, asked);
      return;
    }
    const left = new AbortController();
    res.once('close', () => left.abort(new KargahError('mlflow_unavailable')));
    const over = await turns.turn(caller.userId, left.signal);
    try {
      await serve(req, res, caller, asked);
    } finally {
      over();
    }
  }

  async function serve(req: IncomingMessage, res: ServerResponse, caller: Caller, asked: Match): Promise<void> {
    const body = asked.row.body === 'json' ? await readJson(req) : null;
    refuseUnsound(asked, body?.json ?? null);
    if (asked.name === CURRENT_USER && caller.kind === 'user' && tokenOf(req) === null) {
      // To MLflow all of a project's people are one user; its page shows the person's own name instead.
      const user = { id: 0, username: caller.name, is_admin: false };
      const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' };
      res.writeHead(200, headers).end(JSON.stringify({ user, is_basic_auth: false }));
      return;
    }
    const runId = Ingest.runOfPoints(asked, body);
    // Points are taken without MLflow, too.
    if (runId === null && !isUp()) throw unavailable();
    if (runId === null) await settle(caller);
    const own = () => (caller.kind === 'job' ? ownRun.experimentOf(caller) : defaults.of(caller.workspace));
    const named = runId === null ? await defaults.meant(own, asked, body) : { found: asked, body };
    if (caller.kind === 'job') await experiments.note(caller, named.found, named.body);
    const meant: ResolvedRequest =
      caller.kind === 'job' ? await ownRun.resolve(caller, named.found, named.body) : named;
    if ('answer' in meant) {
      res.writeHead(200, { 'content-type': 'application/json' }).end(encodeBody(meant.answer));
      return;
    }
    const { found } = meant;
    if (caller.kind === 'job') await reach.check(caller, found, meant.body?.json ?? null);
    const said = caller.kind === 'job' ? await experiments.meant(caller, found, meant.body) : meant.body;
    const { guard } = deps.registry;
    const change = guard === null ? null : registryChange(found, said?.json ?? null);
    if (change !== null) await guard!.allow(caller, change);
    const act = change === null ? actOf(caller, found, said?.json ?? null) : await guard!.told(caller, change);
    const exchange = { req, res, found, caller, body: said };
    const passOn = async (): Promise<number> => {
      if (!isUp()) throw unavailable();
      await settle(caller);
      const passed = change === null ? null : guard!.passing(caller, change);
      try {
        return await deps.acts.during(act, () => forward(exchange), outcomeOf);
      } finally {
        passed?.();
      }
    };
    if (runId === null) await ingest.other(exchange, passOn);
    else await ingest.log(exchange, runId, passOn);
  }

  /** Whoever comes the first time gets their workspace, and an experiment in it. */
  async function settle(caller: Caller): Promise<void> {
    await deps.ensureWorkspace(caller.workspace, workspaceUser(caller));
    await defaults.of(caller.workspace);
  }

  async function forward({ req, res, found, caller, body }: Exchange): Promise<number> {
    const { row, path, query } = found;
    const file = body === null ? await takeIn(req, folder) : null;
    try {
      const headers = {
        authorization: `Bearer ${await deps.access.mint(caller)}`,
        'x-mlflow-workspace': caller.workspace,
      };
      const whole = file ?? body?.bytes ?? Buffer.alloc(0);
      return await forwarder.forward(req, res, { method: row.method, path: path + query, headers, body: whole });
    } finally {
      await file?.close();
    }
  }

  /** @throws {KargahError} `mlflow_closed`, `mlflow_not_implemented`; for those who may not ask at all, that. */
  async function answerClosed(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const [path = ''] = (req.url ?? '').split('?');
    const tried = NOT_IMPLEMENTED.find((one) => one.path.test(path));
    if (tried !== undefined) {
      await callerOf(req);
      throw new KargahError('mlflow_not_implemented', { what: tried.what });
    }
    const list = /^\/ajax-api\/[23]\.0\/mlflow\/([\w/-]+)$/u.exec(path)?.[1];
    const empty = list !== undefined && tokenOf(req) === null ? EMPTY_FOR_THE_PAGE[list] : undefined;
    const lists = req.method === 'GET' || (req.method === 'POST' && list?.endsWith('/search') === true);
    if (empty === undefined || !lists || req.headers.upgrade !== undefined) throw new KargahError('mlflow_closed');
    await callerOf(req);
    req.resume();
    res.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(empty));
  }

  async function callerOf(req: IncomingMessage): Promise<Caller> {
    const token = tokenOf(req);
    if (token !== null) return deps.authenticator.authenticate(token, req.socket);
    const person = await deps.access.callerOfCookie(req);
    if (person === null) throw new KargahError('unauthenticated');
    // A browser sends the cookie with requests of other pages, too.
    if (!isOfThePage(req)) throw new KargahError('forbidden');
    return person;
  }

  return {
    handle: (req, res) => {
      const known: Asked = {};
      answer(req, res, known).catch((error: unknown) => {
        const fault = nameFault(error);
        if (fault.status === 500) deps.log.error({ err: error, method: req.method }, 'the MLflow gateway failed');
        const { caller, match: asked } = known;
        if (isRefusal(fault) && caller !== undefined && asked !== undefined)
          deps.refused(caller, asked.row.permission, objectOf(asked));
        refuse(req, res, fault);
      });
    },
    close: () => forwarder.close(),
  };
}

/** By the status of MLflow's answer. */
const outcomeOf = (status: number): Outcome => (status < 400 ? 'done' : status < 500 ? 'refused' : 'unknown');

/** What a request is about, as far as its address says so. */
function objectOf({ row, params, query }: Match): { readonly kind: string; readonly id: string } {
  const asked = new URLSearchParams(query);
  const named = ['run_id', 'experiment_id', 'name', 'model_id'].map((name) => asked.get(name)).find((id) => id);
  return { kind: row.permission.replace(/\.\w+$/u, ''), id: Object.values(params).at(-1) ?? named ?? '*' };
}

/** The caller in the project that the request names, as Kargah's clients name it, or as MLflow's own do. */
function inNamed(caller: Caller, req: IncomingMessage): Caller {
  const project = projectNamed(req);
  const workspace = req.headers['x-mlflow-workspace'];
  if (project !== null) return inProject(caller, project);
  return typeof workspace === 'string' && workspace !== '' ? inWorkspace(caller, workspace) : caller;
}

/** MLflow's page asks for its files relative to a folder; behind a proxy only a relative address is right. */
function toFolder(res: ServerResponse): void {
  res.writeHead(308, { location: 'mlflow/' }).end();
}

/** What MLflow's page asks to know whose it is. */
const CURRENT_USER = '/mlflow/users/current';

/** JSON of more than this waits for a turn, as files do: it lies in memory. */
const LONG_BYTES = 2 ** 20;
const isLong = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > LONG_BYTES;

/** Whether the answer is a file, which may be long. */
const isFile = ({ row, params }: Match): boolean =>
  /artifact/u.test(row.path) &&
  !row.path.endsWith('/list') &&
  (params['path'] !== undefined || /get-|files$/u.test(row.path));

/**
 * Whether a request that shows only the cookie can come from MLflow's page itself. Browsers say where a request comes from only
 * where they trust the address (https, localhost); elsewhere a change must be one that no foreign page can send unasked.
 */
function isOfThePage({ method, headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site'];
  if (site === 'same-origin') return true;
  // A page of another origin may lead here, in a tab or a frame, but not fetch: what it embeds it can measure.
  if (method === 'GET') return site === undefined || headers['sec-fetch-mode'] === 'navigate';
  return site === undefined && (method !== 'POST' || /^application\/json\b/iu.test(headers['content-type'] ?? ''));
}
