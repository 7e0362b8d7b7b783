import type { Person } from '../../access/caller.js';
import type { PageQuery } from '../../lib/pages.js';
import type { FeatureFeed } from '../../live/port.js';
import { stored, type PackageTexts } from '../../training/index.js';
import type { RegistryService } from '../registry/service.js';
import type { VersionRow } from '../registry/store.js';
import { cardFacts, type CardFields, type CardLanguage, type CardRevision, type ModelCard } from './contract.js';
import type { Facts } from './facts.js';
import { changedFields, fieldsOf, missingOf } from './fields.js';
import { cardMarkdown } from './markdown.js';
import type { CardRow, CardStore } from './store.js';

interface CardDeps {
  readonly store: CardStore;
  readonly facts: Facts;
  readonly registry: Pick<RegistryService, 'version'>;
  readonly live: FeatureFeed;
}

/** Cards of registered versions: what is known by itself, and what people write. */
export class CardService {
  constructor(private readonly deps: CardDeps) {}

  async read(person: Person, name: string, version: number): Promise<ModelCard> {
    return this.#cardOf(person, await this.deps.registry.version(person, 'model.read', name, version));
  }

  async markdown(person: Person, name: string, version: number, language: CardLanguage): Promise<string> {
    return cardMarkdown(await this.read(person, name, version), language);
  }

  /** As files of a package: English where tools look for it, Persian beside it. */
  async readmes(person: Person, name: string, version: number): Promise<PackageTexts> {
    const card = await this.read(person, name, version);
    return { 'README.md': cardMarkdown(card, 'en'), 'README.fa.md': cardMarkdown(card, 'fa') };
  }

  /** @throws {KargahError} `not_found`, `forbidden`, `card_moved` */
  async fill(
    person: Person,
    name: string,
    version: number,
    { fields, revision: seen }: { readonly fields: CardFields; readonly revision: number },
  ): Promise<ModelCard> {
    const { store, registry, facts, live } = this.deps;
    const row = await registry.version(person, 'model.write', name, version);
    const known = await facts.of(person, row, factsOf(await store.newest(row)));
    if (await store.write(person, row, { fields, facts: known.facts, seen }))
      live.tell(row.project_id, 'models_changed', { name });
    return this.#cardOf(person, row);
  }

  async revisions(
    person: Person,
    name: string,
    version: number,
    page: PageQuery,
  ): Promise<{ items: CardRevision[]; next_cursor: string | null }> {
    const { store, registry } = this.deps;
    const row = await registry.version(person, 'model.read', name, version);
    const { rows, next_cursor } = await store.revisions(row, page);
    const last = rows.at(-1);
    const below = last === undefined ? undefined : await store.revision(row, last.revision - 1);
    return { items: rows.map((one, at) => revisionOf(one, rows[at + 1] ?? below)), next_cursor };
  }

  async #cardOf(person: Person, row: VersionRow): Promise<ModelCard> {
    const written = await this.deps.store.newest(row);
    const { facts, current } = await this.deps.facts.of(person, row, factsOf(written));
    const fields = fieldsOf(written);
    return {
      name: row.name,
      version: row.version,
      revision: written?.revision ?? 0,
      fields,
      missing: missingOf(fields),
      facts,
      facts_current: current,
      changed_by: written === undefined ? null : { user_id: written.changed_by, name: written.changed_name },
      changed_at: written?.changed_at ?? null,
    };
  }
}

const factsOf = (row: CardRow | undefined) => stored(cardFacts, row?.facts_json ?? null);

function revisionOf(row: CardRow, before: CardRow | undefined): CardRevision {
  const fields = fieldsOf(row);
  return {
    revision: row.revision,
    fields,
    changed: changedFields(fieldsOf(before), fields),
    changed_by: { user_id: row.changed_by, name: row.changed_name },
    changed_at: row.changed_at,
  };
}
