import type { Kysely } from 'kysely';
import type { Person } from '../access/caller.js';
import { LimitStore, type Subject } from '../access/limits.js';
import { requireAccess } from '../access/require-access.js';
import { projectOf } from '../access/resource.js';
import * as contract from '../contract/server/limits.js';
import type { Limits, LimitsInUse } from '../contract/server/limits.js';
import { route, type Route } from '../http/route.js';
import type { Facts, Ledger } from '../ledger/index.js';
import { KargahError } from '../lib/errors.js';
import type { Database } from '../storage/schema.js';
import { SubjectStore } from './subject-store.js';

interface LimitsDeps {
  readonly db: Kysely<Database>;
  readonly ledger: Ledger;
  /** Limits of everybody who has none of their own. */
  readonly usual: { readonly jobs: number; readonly bytes: number | null };
  readonly running: {
    useOf(subject: Subject): Promise<Omit<LimitsInUse['use'], 'bytes'>>;
    limitsChanged(): Promise<void>;
  };
  readonly bytesOf: (subject: Subject) => Promise<number>;
}

/** Limits of people and projects, and their use: everybody sees their own, administrators all. */
export function limitsRoutes(deps: LimitsDeps): Route[] {
  const { db, ledger, usual, running, bytesOf } = deps;
  const store = new LimitStore(db);
  const subjects = new SubjectStore(db);

  async function inUse(subject: Subject): Promise<LimitsInUse> {
    const own = await store.own(subject);
    const [use, bytes] = [await running.useOf(subject), await bytesOf(subject)];
    const counts =
      subject.kind === 'person' ? { ...own, jobs: own.jobs ?? usual.jobs, bytes: own.bytes ?? usual.bytes } : own;
    return { limits: counts, own, use: { ...use, bytes } };
  }
  async function set(caller: Person, subject: Subject, limits: Limits): Promise<LimitsInUse> {
    await db.transaction().execute(async (trx) => {
      const before = await store.own(subject, trx);
      const [was, is] = [factsOf(before), factsOf(limits)];
      if (JSON.stringify(was) === JSON.stringify(is)) return;
      await store.set(trx, subject, limits);
      const told = { caller, projectId: null, before: was, after: is } as const;
      await ledger.record(
        trx,
        subject.kind === 'person'
          ? { ...told, action: 'person.limit', object: { kind: 'person', id: subject.id } }
          : { ...told, action: 'project.limit', object: { kind: 'project', id: subject.id } },
      );
    });
    await running.limitsChanged();
    return inUse(subject);
  }
  /** @throws {KargahError} `not_found` */
  async function person(id: string): Promise<Subject> {
    if (!(await subjects.isPerson(id))) throw new KargahError('not_found');
    return { kind: 'person', id };
  }
  /** @throws {KargahError} `not_found` */
  async function project(id: string): Promise<Subject> {
    if (!(await subjects.isProject(id))) throw new KargahError('not_found');
    return { kind: 'project', id };
  }

  return [
    route(contract.getLimits, async ({ caller }) => {
      requireAccess(caller, 'project.read', projectOf(caller));
      const json = {
        person: await inUse({ kind: 'person', id: caller.userId }),
        project: await inUse({ kind: 'project', id: caller.projectId }),
      };
      return { status: 200, json };
    }),
    route(contract.getPersonLimits, async ({ params }) => ({
      status: 200,
      json: await inUse(await person(params.user_id)),
    })),
    route(contract.putPersonLimits, async ({ caller, params, body }) => ({
      status: 200,
      json: await set(caller, await person(params.user_id), body),
    })),
    route(contract.listServerProjects, async ({ query }) => ({ status: 200, json: await subjects.projects(query) })),
    route(contract.getProjectLimits, async ({ params }) => ({
      status: 200,
      json: await inUse(await project(params.project_id)),
    })),
    route(contract.putProjectLimits, async ({ caller, params, body }) => ({
      status: 200,
      json: await set(caller, await project(params.project_id), body),
    })),
  ];
}

/** Limits in the form in which the ledger keeps them. */
function factsOf({ jobs, cpus, gpus, bytes }: Limits): Facts<'person'> & Facts<'project'> {
  const named = Object.entries({ jobs, cpus, gpus, bytes }).filter(([, limit]) => limit !== null);
  return { limits: named.map(([name, limit]) => `${name}=${String(limit)}`) };
}
