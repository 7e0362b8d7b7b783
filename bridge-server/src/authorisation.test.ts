import { mkdtempSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { io, type Socket } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { testBridge, type TestBridge } from '../test/bridge.js';
import { removeFolder } from '../test/folders.js';
import { HUNG_MS } from '../test/hung.js';
import { JOB_TOKENS, oneOfEverything } from '../test/support/everything.js';
import { exampleOf } from '../test/support/example.js';
import { ROLES } from './access/policy.js';
import type { Endpoint } from './contract/endpoint.js';
import { EVENT_PERMISSIONS } from './contract/live.js';
import { isInProject, type Permission } from './contract/permissions.js';
import { projectRole, type ProjectRole } from './contract/projects.js';
import { hasScope, scopeFor, SCOPES, type TokenScope } from './contract/scopes.js';
import { endpoints } from './endpoints.js';
import { KargahError } from './lib/errors.js';
import { ALLOWED } from './mlflow/gateway/allowed.js';
import { openStorage, type Storage } from './storage/storage.js';

// Every operation by every kind of caller. What is let in does nothing: the request ends where the permission that its endpoint names was
// given, for the very object or list. The expected answers come from the roles' lists of permissions and from the scopes, not from the
// code that decides.

/** The permission that is asked for just now, and how often it was given. */
const watched = vi.hoisted(() => ({ permission: null as string | null, given: 0 }));
function give(): never {
  watched.given += 1;
  throw new KargahError('conflict');
}
vi.mock('./access/require-access.js', async (original) => {
  const real = await original<typeof import('./access/require-access.js')>();
  const requireAccess: typeof real.requireAccess = (caller, permission, resource) => {
    const row = real.requireAccess(caller, permission, resource);
    return permission === watched.permission ? give() : row;
  };
  const requireHere: typeof real.requireHere = (caller, permission) => {
    real.requireHere(caller, permission);
    if (permission === watched.permission) give();
  };
  const mayAccess: typeof real.mayAccess = (caller, permission, resource) => {
    const may = real.mayAccess(caller, permission, resource);
    return may && permission === watched.permission ? give() : may;
  };
  return { ...real, requireAccess, requireHere, mayAccess };
});
vi.mock('./access/scope.js', async (original) => {
  const real = await original<typeof import('./access/scope.js')>();
  const scopeOf: typeof real.scopeOf = (caller, permission) => {
    const scope = real.scopeOf(caller, permission);
    return permission === watched.permission && scope.projectIds.length > 0 ? give() : scope;
  };
  return { ...real, scopeOf };
});
vi.mock('./http/route.js', async (original) => {
  const real = await original<typeof import('./http/route.js')>();
  const route: typeof real.route = (endpoint, handle) =>
    real.route(endpoint, (context) => {
      // Who was let in to what is their own or the server's has all that is asked for.
      if (watched.permission === null || isInProject(endpoint.permission as Permission)) return handle(context);
      return give();
    });
  return { ...real, route };
});

/** How somebody shows who they are, and what is expected to follow from it. */
interface Asker {
  readonly token: string | null;
  /** Refused before anything is asked, with this status. */
  readonly refused?: number;
  /** What they are in the project that everything here is of. */
  readonly role?: ProjectRole;
  readonly admin?: boolean;
  readonly byToken?: boolean;
  readonly scopes?: readonly TokenScope[];
  /** A job's token: whether of the job that is asked for. */
  readonly job?: 'this' | 'another';
}
type Answer = 'given' | 'empty' | number;

const NAMES = [
  'anonymous',
  'forged token',
  'expired token',
  'revoked token',
  'token of MLflow’s page',
  'disabled',
  'token of the disabled',
  'stranger',
  'admin',
  ...projectRole.options,
  'token without limits',
  ...SCOPES.map((scope) => `token for ${scope}`),
  'job',
  'another job',
] as const;

let bridge: TestBridge;
let storage: Storage;
const workspace = mkdtempSync(join(tmpdir(), 'kargah-authorisation-'));
let project: string;
let things: Record<string, string>;
const askers = new Map<string, Asker>();
let asked = 0;

interface Signed {
  readonly token: string;
  readonly user: { readonly user_id: string };
}
const json = async <T>(method: string, path: string, token: string, body?: unknown): Promise<T> =>
  (await (
    await bridge.call(method, `/api/v1/${path}`, { token, ...(body === undefined ? {} : { body }) })
  ).json()) as T;
const register = async (name: string): Promise<Signed> =>
  (await (await bridge.signUp(`${name}@example.org`)).json()) as Signed;
const tokenOf = (of: Signed, scopes?: readonly TokenScope[]): Promise<{ token: string; token_id: string }> =>
  json('POST', 'auth/tokens', of.token, { name: 't', ...(scopes === undefined ? {} : { scopes }) });

beforeAll(async () => {
  writeFileSync(join(workspace, 'a.csv'), 'a,b\n1,2\n');
  new DatabaseSync(join(workspace, 'shop.db')).close();
  // An MLflow that is away: what passes the gateway is told so.
  bridge = await testBridge({ KARGAH_MLFLOW_URL: 'http://127.0.0.1:9', KARGAH_WORKSPACE_DIR: workspace });
  storage = await openStorage({ file: join(bridge.dataDir, 'kargah.db') });
  const admin = await register('admin');
  const owner = await register('owner');
  const stranger = await register('stranger');
  const gone = await register('gone');
  ({ project_id: project } = await json<{ project_id: string }>('POST', 'projects', owner.token, { name: 'Team' }));
  const letIn = async (who: Signed, role: ProjectRole): Promise<void> => {
    const { token } = await json<{ token: string }>('POST', `projects/${project}/invitations`, owner.token, { role });
    await json('POST', 'invitations/accept', who.token, { token });
  };
  const members = new Map<ProjectRole, Signed>([['owner', owner]]);
  for (const role of ['viewer', 'editor'] as const) {
    members.set(role, await register(role));
    await letIn(members.get(role)!, role);
  }
  // Was one of its owners once: what holds for a stranger holds for whoever has left.
  await letIn(stranger, 'owner');
  const out = `/api/v1/projects/${project}/members/${stranger.user.user_id}`;
  expect((await bridge.call('DELETE', out, { token: owner.token })).status).toBe(204);

  const { items } = await json<{ items: { project_id: string }[] }>('GET', 'projects', stranger.token);
  const place = { project, userId: owner.user.user_id, elsewhere: items[0]!.project_id };
  const inTeam = { token: owner.token, headers: { 'X-Kargah-Project': project } };
  const body = { name: 'shop', url: 'sqlite:shop.db' };
  const made = await bridge.call('POST', '/api/v1/connections', { ...inTeam, body });
  const { connection_id } = (await made.json()) as { connection_id: string };
  const invitations = `projects/${project}/invitations`;
  const { invitation_id } = await json<{ invitation_id: string }>('POST', invitations, owner.token, { role: 'viewer' });
  things = { ...(await oneOfEverything(storage.db, place)), connection_id, invitation_id };

  const expired = await tokenOf(owner);
  await storage.db
    .updateTable('api_tokens')
    .set({ expires_at: '2020-01-01T00:00:00.000Z' })
    .where('token_id', '=', expired.token_id)
    .execute();
  const revoked = await tokenOf(owner);
  await bridge.call('DELETE', `/api/v1/auth/tokens/${revoked.token_id}`, { token: owner.token });
  const page = await bridge.call('POST', '/api/v1/auth/mlflow-session', { token: owner.token });
  const ofGone = await tokenOf(gone);
  await json('PATCH', `people/${gone.user.user_id}`, admin.token, { disabled: true });

  askers.set('anonymous', { token: null, refused: 401 });
  askers.set('forged token', { token: `kgp_${'A'.repeat(43)}`, refused: 401 });
  askers.set('expired token', { token: expired.token, refused: 401 });
  askers.set('revoked token', { token: revoked.token, refused: 401 });
  const pageToken = page.headers.getSetCookie()[0]!.split(';')[0]!.split('=')[1]!;
  askers.set('token of MLflow’s page', { token: pageToken, refused: 401 });
  askers.set('disabled', { token: gone.token, refused: 401 });
  askers.set('token of the disabled', { token: ofGone.token, refused: 403 });
  askers.set('stranger', { token: stranger.token });
  askers.set('admin', { token: admin.token, admin: true });
  for (const role of projectRole.options) askers.set(role, { token: members.get(role)!.token, role });
  askers.set('token without limits', { token: (await tokenOf(owner)).token, role: 'owner', byToken: true });
  for (const scope of SCOPES)
    askers.set(`token for ${scope}`, {
      token: (await tokenOf(owner, [scope])).token,
      role: 'owner',
      byToken: true,
      scopes: [scope],
    });
  askers.set('job', { token: JOB_TOKENS.this, job: 'this' });
  askers.set('another job', { token: JOB_TOKENS.another, job: 'another' });
});
afterAll(async () => {
  await storage.close();
  await bridge.close();
  removeFolder(workspace);
});

/** What a schema alone does not say of a body that is taken. */
const BODIES: Readonly<Record<string, () => object>> = {
  putSharing: () => ({ everyone: true }),
  importUrl: () => ({ url: 'https://example.org/a.csv' }),
  importFile: () => ({ path: 'a.csv' }),
  importSql: () => ({ connection_id: things['connection_id'], query: 'select 1' }),
  train: () => ({ recipe: 'tabular', dataset_id: things['dataset_id'] }),
  planTrain: () => ({ recipe: 'tabular', dataset_id: things['dataset_id'] }),
  shortTrain: () => ({ recipe: 'tabular', dataset_id: things['dataset_id'] }),
  putModelRules: () => ({ aliases: {}, revision: 0 }),
};
/** What members are answered otherwise: nothing here is deleted, and what the server can do is no secret. */
const OTHERWISE: Readonly<Record<string, { readonly given: Answer; readonly 403: Answer }>> = {
  restoreProject: { given: 404, 403: 404 },
  restoreJobs: { given: 404, 403: 404 },
  tusOptions: { given: 'empty', 403: 'empty' },
};

type Guarded = Endpoint & { readonly permission: Permission };
const GUARDED = endpoints.filter(({ permission }) => permission !== null) as Guarded[];
/** The parameters of a path that name something of the project. */
const namesThing = (path: string): boolean =>
  [...path.matchAll(/\{(\w+)\}/gu)].some(([, name]) => name !== 'version' && things[name!] !== undefined);
/** What is found by its path alone; the names of models are names in a project. */
const NAMED_ALONE = /\{(?:dataset|upload|connection|job|sweep|project|user|invitation|request)_id\}/u;

/** What the lists of permissions say. */
function expected(
  { policy, permission }: { readonly policy: Endpoint['policy']; readonly permission: Permission },
  path: string,
  asker: Asker,
): Answer[] {
  if (asker.refused !== undefined) return [asker.refused];
  if (asker.job !== undefined) {
    if (policy !== 'user_or_job') return [403];
    // A job reads itself and its dataset, and has no lists.
    if (!['job.read', 'dataset.read'].includes(permission)) return [403, 404, 'given'];
    if (!namesThing(path)) return ['empty', 404];
    return [asker.job === 'this' ? 'given' : 404];
  }
  const scope = scopeFor(permission);
  const scopeFails = asker.scopes !== undefined && scope !== null && !hasScope(asker.scopes, scope);
  if (!isInProject(permission) && permission === 'server.admin' && asker.admin !== true) return [403];
  if (scopeFails || (policy === 'account' && asker.byToken === true)) return [403];
  if (!isInProject(permission)) return ['given'];
  if (asker.role === undefined) return [404];
  const may = ROLES[asker.role];
  if (may.has(permission)) return ['given'];
  const sees = may.has(permission.replace(/\.\w+$/u, '.read') as Permission);
  return namesThing(path) ? [sees ? 403 : 404] : [403, 404, 'empty'];
}

const HEADERS: Readonly<Record<string, Record<string, string>>> = {
  tusCreate: { 'Upload-Length': '10', 'Upload-Metadata': `filename ${btoa('a.csv')}` },
  tusPatch: { 'Upload-Offset': '0', 'content-type': 'application/offset+octet-stream' },
};

/** Asks for what the path names, or, by `named`, for what nobody has. */
async function send(
  { id, method, path, params, query, body }: Guarded,
  { token }: Asker,
  named = things,
): Promise<Response> {
  const inPath = params === undefined ? {} : exampleOf(params, { ...named, source_id: 'iris' });
  const said = inPath as Record<string, unknown>;
  const meant = path.replace(/\{(\w+)\}/gu, (_, name: string) => encodeURIComponent(String(said[name])));
  const fields = query === undefined ? {} : (exampleOf(query, things) as Record<string, string>);
  return bridge.call(method.toUpperCase(), `${meant}?${new URLSearchParams(fields).toString()}`, {
    ...(token === null ? {} : { token }),
    headers: {
      'Tus-Resumable': '1.0.0',
      ...(NAMED_ALONE.test(path) ? {} : { 'X-Kargah-Project': project }),
      ...HEADERS[id],
    },
    ...(body === undefined ? {} : { body: BODIES[id]?.() ?? exampleOf(body, things) }),
  });
}

async function ask(endpoint: Guarded, asker: Asker): Promise<Answer> {
  watched.permission = endpoint.permission;
  const before = watched.given;
  const answer = await send(endpoint, asker);
  const text = await answer.text();
  watched.permission = null;
  asked += 1;
  if (watched.given > before) return 'given';
  return answer.ok && (text === '' || /"items":\[\]|^[^{]*$/u.test(text)) ? 'empty' : answer.status;
}

describe('every endpoint', () => {
  it.each(NAMES)('answers as the permissions say: %s', async (name) => {
    const asker = askers.get(name)!;
    const wrong: string[] = [];
    for (const endpoint of GUARDED) {
      const said = expected(endpoint, endpoint.path, asker);
      const isMember = asker.role !== undefined && asker.scopes === undefined;
      const wanted = said.map((one) =>
        one === 'given' || (one === 403 && isMember) ? (OTHERWISE[endpoint.id]?.[one] ?? one) : one,
      );
      const got = await ask(endpoint, asker);
      if (!wanted.includes(got))
        wrong.push(`${endpoint.id} (${endpoint.permission}): ${String(got)}, not ${wanted.join(' or ')}`);
    }
    expect(wrong).toEqual([]);
  });

  it('answers a stranger about what is there in the words for what nobody has', async () => {
    const stranger = askers.get('stranger')!;
    const nowhere = Object.fromEntries(
      Object.entries(things).map(([name, id]) => [
        name,
        name === 'version' ? id : id.replace(/[^_]+$/u, (end) => '0'.repeat(end.length)),
      ]),
    );
    const said = async (given: Response): Promise<unknown> => {
      const text = await given.text();
      return [given.status, text === '' ? null : { ...(JSON.parse(text) as object), request_id: null }];
    };
    const owned = GUARDED.filter(({ path, permission }) => namesThing(path) && isInProject(permission));
    expect(owned.length).toBeGreaterThan(60);
    for (const endpoint of owned) {
      const there = await said(await send(endpoint, stranger));
      expect([endpoint.id, await said(await send(endpoint, stranger, nowhere))]).toEqual([endpoint.id, there]);
    }
  });
});

describe('every row of the MLflow gateway', () => {
  it.each(NAMES)('answers as the permissions say: %s', async (name) => {
    const asker = askers.get(name)!;
    const wrong: string[] = [];
    for (const { method, path, permission, reach } of ALLOWED) {
      const { status } = await bridge.call(method, `/mlflow${path.replace(/\{\w+(?:\.\.\.)?\}/gu, 'x')}`, {
        headers: {
          ...(asker.job === undefined ? { 'X-Kargah-Project': project } : {}),
          ...(asker.token === null ? {} : { authorization: `Bearer ${asker.token}` }),
        },
        ...(method === 'GET' ? {} : { body: {} }),
      });
      asked += 1;
      const [wanted] = asker.job === undefined ? expected({ policy: 'user', permission }, '', asker) : [];
      // What a job's token reaches besides, MLflow's rules decide by the run that it names.
      const isOpen = wanted === 'given' || (asker.job !== undefined && reach !== 'people');
      const isRefused = [401, 403, 404].includes(status);
      const fits = isOpen ? asker.job !== undefined || !isRefused : status === (wanted ?? 403);
      if (!fits) wrong.push(`${method} ${path} (${permission}): ${String(status)}, not ${String(wanted)}`);
    }
    expect(wrong).toEqual([]);
  });
});

describe('every live event', () => {
  /** Connects in the project; answers the code of the refusal where there is one. */
  async function connect(asker: Asker): Promise<Socket | string> {
    const socket = io(bridge.url, {
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
      auth: { token: asker.token, project_id: project },
    });
    const came = await new Promise<string | null>((resolve) => {
      socket.once('connect', () => resolve(null));
      socket.once('connect_error', (error) => resolve(error.message));
    });
    if (came === null) return socket;
    socket.close();
    return came;
  }

  it.each(NAMES)('comes to, and is taken from, whom the permissions say: %s', async (name) => {
    const asker = askers.get(name)!;
    const socket = await connect(asker);
    const isMember = asker.role !== undefined;
    expect([name, typeof socket === 'string']).toEqual([name, !isMember]);
    for (const [event, permission] of Object.entries(EVENT_PERMISSIONS)) {
      asked += 1;
      if (typeof socket === 'string' || permission === null || !event.endsWith('scribe_job')) continue;
      const answer = (await socket.timeout(HUNG_MS).emitWithAck(event, { job_id: things['job_id'] })) as {
        ok: boolean;
      };
      const [wanted] = expected({ policy: 'user', permission }, '/{job_id}', asker);
      expect([event, answer.ok]).toEqual([event, wanted === 'given']);
    }
    if (typeof socket !== 'string') socket.close();
  });
});

it('is all of it, and says how much that is', () => {
  const operations = GUARDED.length + ALLOWED.length + Object.keys(EVENT_PERMISSIONS).length;
  expect(askers.size).toBe(NAMES.length);
  expect(asked).toBe(operations * NAMES.length);
  process.stdout.write(
    `authorisation matrix: ${String(operations)} operations × ${String(NAMES.length)} callers = ${String(asked)}\n`,
  );
});
