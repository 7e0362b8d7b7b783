import type { z } from 'zod';
import type { putSharing, sharing } from '../../contract/datasets/datasets.js';
import { KargahError } from '../../lib/errors.js';
import type { Person } from '../../access/caller.js';
import type { Ledger } from '../../ledger/index.js';
import type { Access } from '../records/access.js';
import type { DatasetNotifier } from '../records/notifier.js';
import type { DatasetStore } from '../records/store.js';

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
    const people = await this.deps.people.byId(await this.deps.store.sharedWith(datasetId));
    return {
      everyone: row.shared === 'everyone',
      people: people.map(({ userId, email, name }) => ({ user_id: userId, email, name })),
    };
  }

  /** @throws {KargahError} `unknown_person` for an email that nobody here has; nothing is changed then. */
  async put(
    caller: Person,
    datasetId: string,
    { everyone = false, emails: given = [] }: z.output<(typeof putSharing)['body']>,
  ): Promise<Sharing> {
    const row = await this.deps.access.dataset(caller, 'dataset.share', datasetId);
    const emails = [...new Set(given.map((email) => email.toLowerCase()))];
    const found = await this.deps.people.byEmail(emails);
    const missing = emails.find((email) => !found.some((person) => person.email.toLowerCase() === email));
    if (missing !== undefined) throw new KargahError('unknown_person', { email: missing });
    const others = found.filter((person) => person.userId !== row.user_id);
    const before = await this.deps.notifier.audienceOf(row);
    const shared = everyone ? 'everyone' : others.length > 0 ? 'people' : 'nobody';
    const sharedWith = others.map((person) => person.userId);
    const sharedBefore = await this.deps.store.sharedWith(datasetId);
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
    await this.deps.store.share(datasetId, shared, sharedWith, tell);
    await this.deps.notifier.sharingChanged(datasetId, before);
    return this.get(caller, datasetId);
  }
}

function sameMembers(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((one) => b.includes(one));
}
