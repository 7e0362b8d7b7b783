import type { Kysely, Selectable, Transaction } from 'kysely';
import type { Person } from '../../../access/caller.js';
import type { Ledger } from '../../../ledger/index.js';
import type { Clock } from '../../../lib/clock.js';
import { KargahError } from '../../../lib/errors.js';
import type { Database, ModelRulesTable } from '../../../storage/schema.js';
import { lockProject } from '../../project-lock.js';
import type { Rules } from '../contract.js';
import { requireStill } from './roles-store.js';

/** The rules of each project, by which its protected aliases move. */
export class RulesStore {
  constructor(
    private readonly db: Kysely<Database>,
    private readonly ledger: Ledger,
    private readonly clock: Clock,
  ) {}

  get(projectId: string): Promise<Selectable<ModelRulesTable> | undefined> {
    return this.db.selectFrom('model_rules').selectAll().where('project_id', '=', projectId).executeTakeFirst();
  }

  /** @throws {KargahError} `rules_moved` */
  async set(person: Person, projectId: string, rules: Rules, revision: number): Promise<void> {
    const row = {
      project_id: projectId,
      rules_json: JSON.stringify(rules),
      revision: revision + 1,
      changed_by: person.userId,
      changed_name: person.name,
      changed_at: new Date(this.clock.now()).toISOString(),
    };
    await this.db.transaction().execute(async (trx) => {
      await lockProject(trx, projectId);
      await requireStill(trx, person, { projectId, permission: 'project.manage' });
      const before = await trx
        .selectFrom('model_rules')
        .selectAll()
        .where('project_id', '=', projectId)
        .executeTakeFirst();
      const written =
        revision === 0
          ? (
              await trx
                .insertInto('model_rules')
                .values(row)
                .onConflict((conflict) => conflict.doNothing())
                .executeTakeFirst()
            ).numInsertedOrUpdatedRows
          : (
              await trx
                .updateTable('model_rules')
                .set(row)
                .where('project_id', '=', projectId)
                .where('revision', '=', revision)
                .executeTakeFirst()
            ).numUpdatedRows;
      if (written !== 1n) throw new KargahError('rules_moved');
      // What is protected no longer is MLflow's alone; its history stays.
      for (const table of ['model_stages', 'model_outbox'] as const)
        await trx
          .deleteFrom(table)
          .where('project_id', '=', projectId)
          .where('alias', 'not in', ['', ...Object.keys(rules)])
          .execute();
      await this.ledger.record(trx, {
        caller: person,
        action: 'model.set_rules',
        object: { kind: 'model', id: '*' },
        projectId,
        before: before === undefined ? null : { rules: before.rules_json },
        after: { rules: row.rules_json },
      });
    });
  }
}

export async function revisionOf(trx: Transaction<Database>, projectId: string): Promise<number> {
  const row = await trx
    .selectFrom('model_rules')
    .select('revision')
    .where('project_id', '=', projectId)
    .executeTakeFirst();
  return row?.revision ?? 0;
}
