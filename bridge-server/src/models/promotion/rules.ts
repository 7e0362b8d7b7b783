import { stringify } from 'yaml';
import type { Person } from '../../access/caller.js';
import { KargahError } from '../../lib/errors.js';
import { checkAlias } from '../registry/names.js';
import { rules as rulesSchema, type ModelRules, type Rules } from './contract.js';
import type { AliasPlace } from './records/rows.js';
import { readYaml } from './rules-yaml.js';
import type { RulesStore } from './records/rules-store.js';

/** What holds where nobody set anything: alone one promotes alone; with others another person approves. */
const DEFAULT: Rules = rulesSchema.parse({
  challenger: {},
  champion: { report: true, test_rows: true, approval: 'if_there_is_another' },
});

/** Which aliases of a project are protected, and what is asked before one moves. */
export class ProjectRules {
  constructor(private readonly store: RulesStore) {}

  async of(projectId: string): Promise<Rules> {
    return (await this.read(projectId)).aliases;
  }

  async read(projectId: string): Promise<{ readonly aliases: Rules; readonly revision: number }> {
    const row = await this.store.get(projectId);
    if (row === undefined) return { aliases: DEFAULT, revision: 0 };
    return { aliases: rulesSchema.parse(JSON.parse(row.rules_json)), revision: row.revision };
  }

  /** @throws {KargahError} `alias_not_protected` */
  async require({ projectId, alias }: Pick<AliasPlace, 'projectId' | 'alias'>): Promise<void> {
    if (!Object.hasOwn(await this.of(projectId), alias)) throw new KargahError('alias_not_protected', { alias });
  }

  async view(projectId: string): Promise<ModelRules> {
    const row = await this.store.get(projectId);
    const aliases = await this.of(projectId);
    return {
      aliases,
      yaml: stringify({ aliases }),
      revision: row?.revision ?? 0,
      changed_by: row === undefined ? null : { user_id: row.changed_by, name: row.changed_name },
      changed_at: row?.changed_at ?? null,
    };
  }

  /** @throws {KargahError} `rules_unreadable`, `rules_moved`, `alias_refused` */
  async set(
    person: Person,
    projectId: string,
    given: { readonly aliases?: Rules | undefined; readonly yaml?: string | undefined; readonly revision: number },
  ): Promise<ModelRules> {
    const aliases = given.aliases ?? readYaml(given.yaml ?? '');
    for (const alias of Object.keys(aliases)) checkAlias(alias);
    await this.store.set(person, projectId, aliases, given.revision);
    return this.view(projectId);
  }
}
