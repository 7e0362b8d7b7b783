import type { z } from 'zod';
import type { putSharing, sharing } from '../../contract/datasets/datasets.js';
import { KargahError } from '../../lib/errors.js';
import type { Person } from '../../access/caller.js';
import { otherProjects, type Grantee } from '../../access/grants.js';
import { inProject, namesOf } from '../../access/projects.js';
import type { Ledger } from '../../ledger/index.js';
import type { Access } from '../records/access.js';
import type { DatasetNotifier } from '../records/notifier.js';
import { sharingOf, type DatasetStore } from '../records/store.js';

type Sharing = z.infer<typeof sharing>;

/** The people of this server, as accounts know them. */
export interface People {
  /** By email in lower case; those that nobody has are left out. */
  byEmail(emails: readonly string[]): Promise<PersonEntry[]>;
  byId(userIds: readonly string[]): Promise<PersonEntry[]>;
}
export interface PersonEntry {
  readonly userId: string;
  readonly email: string;
  readonly name: string;
}

interface SharingDeps {
  readonly ledger: Ledger;
  readonly store: DatasetStore;
  readonly people: People;
  readonly access: Access;
  readonly notifier: DatasetNotifier;
}

/** Who besides its owner may read a dataset. */
export class SharingService {
  constructor(private readonly deps: SharingDeps) {}

  async get(caller: Person, datasetId: string): Promise<Sharing> {
    const row = await this.deps.access.dataset(caller, 'dataset.share', datasetId);
    const { store, people } = this.deps;
    const to = await store.sharedWith(datasetId);
    const idsOf = (kind: Grantee['kind']): string[] => to.flatMap((one) => (one.kind === kind ? [one.id] : []));
    const found = await people.byId(idsOf('person'));
    return {
      everyone: row.shared === 'everyone',
      people: found.map(({ userId, email, name }) => ({ user_id: userId, email, name })),
      projects: await namesOf(store.db, idsOf('project')),
    };
  }

  /**
   * @throws {KargahError} `unknown_person` for an email that nobody here has, `not_found` for a project that the caller is not in and that
   *   does not have it already; nothing is changed then.
   */
  async put(
    caller: Person,
    datasetId: string,
    { everyone = false, emails: given = [], project_ids: projects = [] }: z.output<(typeof putSharing)['body']>,
  ): Promise<Sharing> {
    const row = await this.deps.access.dataset(caller, 'dataset.share', datasetId);
    const emails = [...new Set(given.map((email) => email.toLowerCase()))];
    const found = await this.deps.people.byEmail(emails);
    const missing = emails.find((email) => !found.some((person) => person.email.toLowerCase() === email));
    if (missing !== undefined) throw new KargahError('unknown_person', { email: missing });
    const others = found.filter((person) => person.userId !== row.user_id);
    const held = await this.deps.store.sharedWith(datasetId);
    for (const id of projects) if (!held.some((one) => one.id === id)) inProject(caller, id);
    const before = await this.deps.notifier.audienceOf(row);
    const to: Grantee[] = [
      ...(everyone ? [{ kind: 'everyone', id: '' } as const] : []),
      ...others.map((person) => ({ kind: 'person', id: person.userId }) as const),
      ...otherProjects(row, projects).map((id) => ({ kind: 'project', id }) as const),
    ];
    const shared = sharingOf(to);
    const [sharedBefore, sharedWith] = [namedIn(held), namedIn(to)];
    const isSame = row.shared === shared && sameMembers(sharedBefore, sharedWith);
    const tell = this.deps.ledger.telling(
      isSame
        ? null
        : {
            caller,
            action: 'dataset.share',
            object: { kind: 'dataset', id: datasetId },
            projectId: row.project_id,
            before: { shared: row.shared, shared_with: sharedBefore },
            after: { shared, shared_with: sharedWith },
          },
    );
    await this.deps.store.share(datasetId, { to, by: caller.userId }, tell);
    await this.deps.notifier.sharingChanged(datasetId, before);
    return this.get(caller, datasetId);
  }
}

/** The people and projects among them. */
const namedIn = (all: readonly Grantee[]): string[] => all.flatMap(({ id }) => (id === '' ? [] : [id]));

function sameMembers(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((one) => b.includes(one));
}
