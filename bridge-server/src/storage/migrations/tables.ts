import { sql, type Kysely } from 'kysely';

// What migrations are written with. A released migration is never edited, and so neither is what these make.

/** `text`, `text?` (may be null), `text key` (primary key); the rest is spelled out. */
export type Column = 'text' | 'text?' | 'integer' | 'integer?' | 'bigint' | 'bigint?' | 'real?' | 'text key';

export async function createTable(
  db: Kysely<unknown>,
  name: string,
  columns: Readonly<Record<string, Column>>,
): Promise<void> {
  let builder = db.schema.createTable(name);
  for (const [column, kind] of Object.entries(columns)) {
    const [type, key] = kind.replace('?', '').split(' ') as ['text' | 'integer' | 'bigint' | 'real', string?];
    builder = builder.addColumn(column, type === 'real' ? sql`double precision` : type, (c) =>
      key === 'key' ? c.primaryKey() : kind.endsWith('?') ? c : c.notNull(),
    );
  }
  await builder.execute();
}

export function isPostgres(db: Kysely<unknown>): boolean {
  return db.getExecutor().adapter.supportsTransactionalDdl;
}
