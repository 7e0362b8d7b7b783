import { chmodSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { NodeSqliteDialect } from '@better-auth/kysely-adapter/node-sqlite-dialect';
import { Kysely, Migrator, PostgresDialect, sql, type Migration, type MigratorProps } from 'kysely';
import { migrations } from './migrations/index.js';
import type { Database } from './schema.js';

export interface Storage {
  readonly db: Kysely<Database>;
  readonly engine: 'sqlite' | 'postgres';
  /** Throws when the database does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** Where the tables lie: a SQLite file (`:memory:` in tests) or a PostgreSQL server. */
export type StorageLocation = { readonly file: string } | { readonly url: string };

type Migrations = Readonly<Record<string, Migration>>;

/** Opens the database and brings the tables of the core up to date. */
export async function openStorage(location: StorageLocation): Promise<Storage> {
  const engine = 'url' in location ? 'postgres' : 'sqlite';
  const db = 'url' in location ? await openPostgres(location.url) : openSqlite(location.file);
  try {
    await migrate(db, migrations);
  } catch (error) {
    await db.destroy();
    throw error;
  }
  return {
    db,
    engine,
    ping: async () => {
      await sql`select 1`.execute(db);
    },
    close: () => db.destroy(),
  };
}

/**
 * Brings the tables of a feature up to date. Which of its migrations ran is kept in a table of its own, so that they stand in no order
 * with those of the core or of another feature, and a bridge without the feature opens the database all the same.
 */
export async function migrateFeature(db: Kysely<Database>, name: string, own: Migrations): Promise<void> {
  await migrate(db, own, { migrationTableName: `kysely_migration_${name}` });
}

async function migrate(db: Kysely<Database>, all: Migrations, names: Partial<MigratorProps> = {}): Promise<void> {
  const provider = { getMigrations: () => Promise.resolve({ ...all }) };
  const { error } = await new Migrator({ db, provider, ...names }).migrateToLatest();
  if (error !== undefined) throw new Error('The database could not be brought up to date', { cause: error });
}

function openSqlite(file: string): Kysely<Database> {
  const database = new DatabaseSync(file);
  if (file !== ':memory:') chmodSync(file, 0o600);
  // busy_timeout first: the switch to WAL itself may meet another connection.
  database.exec('PRAGMA busy_timeout = 5000');
  database.exec('PRAGMA journal_mode = WAL');
  database.exec('PRAGMA synchronous = FULL');
  database.exec('PRAGMA foreign_keys = ON');
  return new Kysely<Database>({ dialect: new NodeSqliteDialect({ database }) });
}

async function openPostgres(url: string): Promise<Kysely<Database>> {
  const { default: pg } = await import('pg');
  // count() and bigint columns come as text by default; every number of ours fits a double.
  const types = new pg.TypeOverrides();
  types.setTypeParser(pg.types.builtins.INT8, Number);
  const pool = new pg.Pool({ connectionString: url, max: 10, connectionTimeoutMillis: 5000, types });
  // An idle connection that breaks must not end the process; the next query opens another.
  pool.on('error', () => undefined);
  return new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
}
