import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { Memberships } from '../../src/access/memberships.js';
import { createAuth, type Auth } from '../../src/auth/index.js';
import type { LedgerRow } from '../../src/contract/ledger.js';
import type { Mailed } from '../../src/contract/mail.js';
import type { Invitation, Project, ProjectRole } from '../../src/contract/projects.js';
import { Events } from '../../src/events.js';
import { Ledger, LedgerStore } from '../../src/ledger/index.js';
import type { MailSettings } from '../../src/config.js';
import { createMail } from '../../src/mail/index.js';
import { systemClock } from '../../src/lib/clock.js';
import { createProjects, type Projects, type ProjectsDeps } from '../../src/projects/index.js';
import type { Storage } from '../../src/storage/storage.js';
import { serve, type Served } from '../app.js';
import { HandClock } from '../clock.js';
import { removeFolder } from '../folders.js';
import { testStorage } from '../storage.js';

export interface Signed {
  readonly token: string;
  readonly user: { readonly user_id: string };
}
export type NewInvitation = Invitation & { readonly token: string; readonly mailed: Mailed | null };
export interface Answered<T> {
  readonly status: number;
  readonly body: T & { readonly code?: string };
}
/** What of the bridge follows a project that is deleted or purged. */
type Followers = Pick<ProjectsDeps, 'training' | 'datasetsOfProjects' | 'mlflow'>;

export interface ProjectsApp {
  readonly storage: Storage;
  readonly auth: Auth;
  /** Moves what is deleted and purged; sessions go by the real one. */
  readonly clock: HandClock;
  readonly projects: Projects;
  /** Whom it was told that they see other things now. */
  readonly told: string[];
  /** Each call of what follows a project, in order. */
  readonly followed: string[];
  /** Makes the feature anew on the same tables, as a bridge does that starts. */
  again(followers?: Partial<Followers>): Projects;
  ask<T = unknown>(who: Signed | null, method: string, path: string, body?: unknown): Promise<Answered<T>>;
  register(name: string): Promise<Signed>;
  made(who: Signed, name: string): Promise<string>;
  invited(who: Signed, project: string, role: ProjectRole): Promise<NewInvitation>;
  accept(who: Signed, token: string): Promise<Answered<Project>>;
  joined(name: string, owner: Signed, project: string, role: ProjectRole): Promise<Signed>;
  /** Oldest first. */
  ledger(): Promise<LedgerRow[]>;
  close(): Promise<void>;
}

export const refusal = ({ status, body }: Answered<unknown>): unknown[] => [status, body.code];

/** Accounts and projects on a database of their own, every answer checked against the contract. */
export async function projectsApp(mailSettings: MailSettings | null = null): Promise<ProjectsApp> {
  const storage = await testStorage();
  const { db } = storage;
  const dataDir = mkdtempSync(join(tmpdir(), 'kargah-projects-'));
  const told: string[] = [];
  const followed: string[] = [];
  const memberships = new Memberships(db);
  const clock = new HandClock(Date.now());
  const ledger = new Ledger(systemClock);
  const silent = pino({ level: 'silent' });
  const mail = createMail(mailSettings, silent, clock);
  const auth = await createAuth({
    storage,
    mail,
    memberships,
    ledger,
    config: {
      secret: 'k'.repeat(8) + 'secret-of-this-test-1234567890',
      sessionDays: 14,
      accessTokenSeconds: 900,
      keyMaxAgeDays: null,
      publicPath: '/',
      signup: 'open',
      dataDir,
      socket: null,
    },
    sessionEnded: () => undefined,
    log: silent,
  });
  const note = (what: string): Promise<void> => Promise.resolve(void followed.push(what));
  const recorded: Followers = {
    training: {
      stopAllOf: (id) => note(`stop jobs of ${id}`),
      removeAllOf: async (id) => {
        await note(`remove jobs of ${id}`);
        await db.deleteFrom('jobs').where('project_id', '=', id).execute();
      },
    },
    datasetsOfProjects: {
      tellOutsiders: (id, gone) => note(`${gone ? 'hide' : 'show'} datasets of ${id}`),
      removeAllOf: (id) => note(`remove datasets of ${id}`),
    },
    mlflow: { deleteWorkspace: (workspace) => note(`remove ${workspace}`), onState: () => () => undefined },
  };
  const again: ProjectsApp['again'] = (followers = {}) =>
    createProjects(
      {
        config: { projectRetentionDays: 30 },
        db,
        events: new Events((error) => {
          throw error;
        }),
        memberships,
        ledger,
        mail,
        live: { membershipsChanged: (userIds: readonly string[]) => Promise.resolve(void told.push(...userIds)) },
        log: silent,
        ...recorded,
        ...followers,
      },
      clock,
    );
  const projects = again();
  const served: Served = await serve({
    authenticator: auth.authenticator,
    routes: [...auth.routes, ...projects.routes],
  });
  const ask: ProjectsApp['ask'] = async (who, method, path, body) => {
    const answer = await fetch(`${served.url}/api/v1/${path}`, {
      method,
      headers: {
        ...(who === null ? {} : { 'X-Kargah-Token': who.token }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: (text === '' ? {} : JSON.parse(text)) as never };
  };
  const register: ProjectsApp['register'] = async (name) => {
    const signup_code = auth.signUpCode() ?? undefined;
    const account = { email: `${name}@example.org`, name, password: 'a quiet blue lamp', signup_code };
    return (await ask<Signed>(null, 'POST', 'auth/register', account)).body;
  };
  const invited: ProjectsApp['invited'] = async (who, project, role) =>
    (await ask<NewInvitation>(who, 'POST', `projects/${project}/invitations`, { role })).body;
  const accept: ProjectsApp['accept'] = (who, token) => ask<Project>(who, 'POST', 'invitations/accept', { token });
  return {
    storage,
    auth,
    clock,
    projects,
    told,
    followed,
    again,
    ask,
    register,
    invited,
    accept,
    made: async (who, name) => (await ask<Project>(who, 'POST', 'projects', { name })).body.project_id,
    joined: async (name, owner, project, role) => {
      const who = await register(name);
      const { status } = await accept(who, (await invited(owner, project, role)).token);
      if (status !== 200) throw new Error(`${name} did not come in: ${String(status)}`);
      return who;
    },
    ledger: async () => (await new LedgerStore(db).page({ within: null }, 200, null)).reverse(),
    close: async () => {
      await served.close();
      await storage.close();
      removeFolder(dataDir);
    },
  };
}
