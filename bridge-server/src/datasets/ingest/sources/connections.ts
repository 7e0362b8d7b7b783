import type { Kysely } from 'kysely';
import type { Connection } from '../../../contract/datasets/intake.js';
import { KargahError } from '../../../lib/errors.js';
import type { Person } from '../../../http/route.js';
import type { ConnectionTable, Database } from '../../../storage/schema.js';
import { decodeCursor, encodeCursor } from '../../../lib/pages.js';
import { newId } from '../../../lib/ids.js';
import type { Grounds } from '../../../lib/places.js';
import { jupyterFile } from './workspace-files.js';
import type { Seal } from '../../../lib/secret-box.js';
import type { SqlReader } from './sql-reader.js';

/** What an address may say besides; the others of libpq name files and hosts of this server. */
const PARAMETERS = ['sslmode', 'channel_binding', 'target_session_attrs', 'connect_timeout', 'options'];

/** Databases that people read from. Their addresses are sealed, and nothing that is answered holds a password. */
export class Connections {
  constructor(
    private readonly db: Kysely<Database>,
    private readonly seal: Seal,
    private readonly reader: SqlReader,
    private readonly grounds: Grounds | null,
  ) {}

  async list(
    caller: Person,
    query: { readonly limit: number; readonly cursor?: string | undefined },
  ): Promise<{ items: Connection[]; next_cursor: string | null }> {
    let select = this.db
      .selectFrom('connections')
      .selectAll()
      .where('project_id', '=', caller.projectId)
      .orderBy('created_at', 'desc')
      .orderBy('connection_id', 'desc')
      .limit(query.limit + 1);
    if (query.cursor !== undefined) {
      const [at, id] = decodeCursor(query.cursor);
      select = select.where((eb) =>
        eb.or([eb('created_at', '<', at), eb.and([eb('created_at', '=', at), eb('connection_id', '<', id)])]),
      );
    }
    const rows = await select.execute();
    const last = rows.length > query.limit ? rows[query.limit - 1] : undefined;
    return {
      items: rows.slice(0, query.limit).map(shown),
      next_cursor: last ? encodeCursor([last.created_at, last.connection_id]) : null,
    };
  }

  /** Tried before it is kept. @throws {KargahError} `connection_invalid`, `connection_failed`, or what a file is refused for */
  async create(caller: Person, name: string, url: string, signal: AbortSignal): Promise<Connection> {
    const { kind, address } = await this.recognised(url);
    await this.reader.try(kind === 'sqlite' ? await this.filed(url) : url, { userId: caller.userId, signal });
    const connectionId = newId('con');
    const row: ConnectionTable = {
      connection_id: connectionId,
      project_id: caller.projectId,
      user_id: caller.userId,
      name,
      kind,
      address,
      sealed_url: this.seal.close(url, connectionId),
      created_at: new Date().toISOString(),
    };
    await this.db.insertInto('connections').values(row).execute();
    return shown(row);
  }

  async remove(caller: Person, connectionId: string): Promise<void> {
    const done = await this.db
      .deleteFrom('connections')
      .where('connection_id', '=', connectionId)
      .where('project_id', '=', caller.projectId)
      .executeTakeFirst();
    if (done.numDeletedRows === 0n) throw new KargahError('not_found');
  }

  /** The address to read from, password and all. */
  async urlOf(caller: Person, connectionId: string): Promise<{ name: string; url: string }> {
    const row = await this.db
      .selectFrom('connections')
      .selectAll()
      .where('connection_id', '=', connectionId)
      .where('project_id', '=', caller.projectId)
      .executeTakeFirst();
    if (!row) throw new KargahError('not_found');
    const url = this.seal.open(row.sealed_url, connectionId);
    return { name: row.name, url: row.kind === 'sqlite' ? await this.filed(url) : url };
  }

  private async recognised(url: string): Promise<Pick<ConnectionTable, 'kind' | 'address'>> {
    if (url.startsWith('sqlite:')) {
      const { shown: path } = await jupyterFile(this.grounds, pathOf(url));
      return { kind: 'sqlite', address: path };
    }
    if (!URL.canParse(url)) throw new KargahError('connection_invalid');
    const parsed = new URL(url);
    const sound =
      /^postgres(?:ql)?:$/u.test(parsed.protocol) &&
      parsed.hostname !== '' &&
      !/[,%/]/u.test(parsed.hostname) &&
      parsed.pathname.length > 1 &&
      [...parsed.searchParams.keys()].every((name) => PARAMETERS.includes(name));
    if (!sound) throw new KargahError('connection_invalid');
    const port = parsed.port === '' ? '' : `:${parsed.port}`;
    return { kind: 'postgresql', address: `${parsed.hostname}${port}${parsed.pathname}` };
  }

  private async filed(url: string): Promise<string> {
    return `sqlite:${(await jupyterFile(this.grounds, pathOf(url))).absolute}`;
  }
}

const pathOf = (url: string): string => url.slice('sqlite:'.length).replace(/^\/\//u, '');

function shown(row: ConnectionTable): Connection {
  const { connection_id, name, address, created_at } = row;
  return { connection_id, name, kind: row.kind as Connection['kind'], address, created_at };
}
