import { createHmac } from 'node:crypto';
import { sql, type Kysely } from 'kysely';
import { deriveKey, type Config } from '../../config.js';
import type { Actor, Ledger } from '../../ledger/index.js';
import type { Clock } from '../../lib/clock.js';
import type { Database } from '../../storage/schema.js';

const DAY_MS = 86_400_000;
/** Another bridge of the same database signs with a new key by then. */
export const LOOK_MS = 60_000;
/** A token of an unknown key leads to a look into the table; no oftener than this, however many such tokens arrive. */
const LEAST_BETWEEN_MS = 1_000;

/** What a key is derived from besides the secret; null: the first key, which every data folder has. */
interface Seed {
  readonly seed: string | null;
  /** When the next one took its place; null for the one that signs. */
  readonly replacedAt: number | null;
}

/** Which seeds there are, oldest first; the last one signs. */
export interface Seeds {
  all(): readonly Seed[];
  /** Looks whether another bridge has made one. */
  lookAgain(): Promise<void>;
}
/** A key that never changes. */
export const ONLY_THE_FIRST: Seeds = {
  all: () => [{ seed: null, replacedAt: null }],
  lookAgain: () => Promise.resolve(),
};

interface KeyRingDeps {
  readonly db: Kysely<Database>;
  readonly ledger: Ledger;
  readonly config: Pick<Config, 'secret' | 'keyMaxAgeDays'>;
  readonly clock: Clock;
  readonly failed: (error: unknown) => void;
}

/**
 * The seeds of the keys that tokens are signed with. The table has them, so that all bridges of a database sign alike, and without the
 * server's secret they open nothing.
 */
export class KeyRing implements Seeds {
  #seeds: readonly (Seed & { readonly from: number })[] = [];
  #looked = -Infinity;
  #looking = false;
  readonly #stop: () => void;

  private constructor(private readonly deps: KeyRingDeps) {
    this.#stop = deps.clock.every(LOOK_MS, () => {
      // A slow database is not queried again while a query is under way.
      if (this.#looking) return;
      this.#looking = true;
      void this.#look()
        .catch(deps.failed)
        .finally(() => (this.#looking = false));
    });
  }

  static async open(deps: KeyRingDeps): Promise<KeyRing> {
    const ring = new KeyRing(deps);
    await ring.#look();
    return ring;
  }

  all(): readonly Seed[] {
    return this.#seeds;
  }

  async lookAgain(): Promise<void> {
    const now = this.deps.clock.elapsed();
    if (now - this.#looked < LEAST_BETWEEN_MS) return;
    this.#looked = now;
    await this.#read();
  }

  /** From now on a new key signs; the ones before verify until what they signed is over. Answers when it began. */
  async rotate(caller: Actor, reason?: string): Promise<string> {
    await this.#read();
    const { db, ledger, clock } = this.deps;
    const newest = this.#seeds.at(-1)!.seed;
    // Each seed is derived from the one before, so that two bridges that replace the same key make the same new one.
    const seed = this.#after(newest);
    const created_at = new Date(clock.now()).toISOString();
    await db.transaction().execute(async (trx) => {
      const { numInsertedOrUpdatedRows } = await trx
        .insertInto('token_keys')
        .values({ seed, created_at })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      if (numInsertedOrUpdatedRows === 0n) return;
      const object = { kind: 'server', id: 'kargah' } as const;
      await ledger.record(trx, { caller, action: 'server.rotate_keys', object, projectId: null, reason });
    });
    await this.#read();
    return created_at;
  }

  stop(): void {
    this.#stop();
  }

  async #look(): Promise<void> {
    await this.#read();
    const { keyMaxAgeDays: days } = this.deps.config;
    const { from } = this.#seeds.at(-1)!;
    if (days !== null && this.deps.clock.now() - from > days * DAY_MS) await this.rotate({ kind: 'server' }, 'age');
  }

  async #read(): Promise<void> {
    const rows = await this.deps.db.selectFrom('token_keys').selectAll().execute();
    const made = new Map(rows.map(({ seed, created_at }) => [seed, Date.parse(created_at)]));
    const found: { seed: string | null; from: number }[] = [{ seed: null, from: await this.#began() }];
    // The order is that of derivation, not of the clock's times.
    for (;;) {
      const seed = this.#after(found.at(-1)!.seed);
      const from = made.get(seed);
      if (from === undefined) break;
      found.push({ seed, from });
    }
    this.#seeds = found.map((one, at) => ({ ...one, replacedAt: found[at + 1]?.from ?? null }));
  }

  #after(seed: string | null): string {
    return createHmac('sha256', deriveKey(this.deps.config.secret, 'key-seeds'))
      .update(seed ?? '')
      .digest('base64url');
  }

  /** Since when the first key can have signed anything: there was an account. */
  async #began(): Promise<number> {
    const { rows } = await sql<{ first: string | Date | null }>`select min("createdAt") as first from "user"`.execute(
      this.deps.db,
    );
    const first = rows[0]?.first ?? null;
    return first === null ? this.deps.clock.now() : new Date(first).getTime();
  }
}
