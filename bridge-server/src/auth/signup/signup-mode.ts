import type { Kysely } from 'kysely';
import type { Person } from '../../access/caller.js';
import { signUpMode, type SignUpMode } from '../../contract/server/server.js';
import type { Ledger } from '../../ledger/index.js';
import type { Database } from '../../storage/schema.js';

const NAME = 'signup';

/** Who may make an account: what an administrator said last, on this bridge or another of the same database, else the setting. */
export class SignUpModes {
  constructor(
    private readonly db: Kysely<Database>,
    private readonly ledger: Ledger,
    private readonly setting: SignUpMode,
  ) {}

  async now(): Promise<SignUpMode> {
    return (await this.#set(this.db)) ?? this.setting;
  }

  async shown(): Promise<{ signup: SignUpMode; signup_setting: SignUpMode }> {
    return { signup: await this.now(), signup_setting: this.setting };
  }

  /** @param mode null: what the setting says */
  async change(caller: Person, mode: SignUpMode | null): Promise<void> {
    await this.db.transaction().execute(async (trx) => {
      const before = await this.#set(trx);
      if (before === mode) return;
      if (mode === null) await trx.deleteFrom('server_settings').where('name', '=', NAME).execute();
      else {
        const set = { value_json: JSON.stringify(mode), changed_at: new Date().toISOString() };
        await trx
          .insertInto('server_settings')
          .values({ name: NAME, ...set })
          .onConflict((both) => both.column('name').doUpdateSet(set))
          .execute();
      }
      await this.ledger.record(trx, {
        caller,
        action: 'server.signup',
        object: { kind: 'server', id: 'kargah' },
        projectId: null,
        before: { signup: before ?? this.setting },
        after: { signup: mode ?? this.setting },
      });
    });
  }

  async #set(db: Kysely<Database>): Promise<SignUpMode | null> {
    const row = await db.selectFrom('server_settings').select('value_json').where('name', '=', NAME).executeTakeFirst();
    return row === undefined ? null : signUpMode.parse(JSON.parse(row.value_json));
  }
}
