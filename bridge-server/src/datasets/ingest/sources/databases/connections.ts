import type { Connection } from '../../../../contract/datasets/intake.js';
import { KargahError } from '../../../../lib/errors.js';
import type { Person } from '../../../../access/caller.js';
import type { ConnectionTable } from '../../../../storage/schema.js';
import { requireAccess } from '../../../../access/require-access.js';
import { projectOf } from '../../../../access/resource.js';
import { scopeOf } from '../../../../access/scope.js';
import type { Ledger } from '../../../../ledger/index.js';
import { newId } from '../../../../lib/ids.js';
import type { Grounds } from '../../../../lib/places.js';
import type { ConnectionStore } from './connection-store.js';
import { jupyterFile } from '../workspace-files.js';
import type { SecretBox } from '../../../../lib/secret-box.js';
import type { SqlReader } from './sql-reader.js';

/** What an address may say besides; the others of libpq name files and hosts of this server. */
const PARAMETERS = ['sslmode', 'channel_binding', 'target_session_attrs', 'connect_timeout', 'options'];

interface ConnectionsDeps {
  readonly ledger: Ledger;
  readonly store: ConnectionStore;
  readonly secretBox: SecretBox;
  readonly reader: SqlReader;
  readonly grounds: Grounds | null;
}

/** Databases that people read from. Their addresses are sealed, and nothing that is answered holds a password. */
export class Connections {
  constructor(private readonly deps: ConnectionsDeps) {}

  async list(
    caller: Person,
    query: { readonly limit: number; readonly cursor?: string | undefined },
  ): Promise<{ items: Connection[]; next_cursor: string | null }> {
    const { rows, next_cursor } = await this.deps.store.list(scopeOf(caller, 'connection.read'), query);
    return { items: rows.map(shown), next_cursor };
  }

  /** Tried before it is kept. @throws {KargahError} `connection_invalid`, `connection_failed`, or what a file is refused for */
  async create(caller: Person, name: string, url: string, signal: AbortSignal): Promise<Connection> {
    requireAccess(caller, 'connection.write', projectOf(caller));
    const { kind, address } = await this.recognised(url);
    await this.deps.reader.try(kind === 'sqlite' ? await this.filed(url) : url, { userId: caller.userId, signal });
    const connectionId = newId('con');
    const row: ConnectionTable = {
      connection_id: connectionId,
      project_id: caller.projectId,
      user_id: caller.userId,
      name,
      kind,
      address,
      sealed_url: this.deps.secretBox.close(url, connectionId),
      created_at: new Date().toISOString(),
    };
    await this.deps.store.insert(
      row,
      this.deps.ledger.telling({ ...actOn(caller, row), action: 'connection.make', after: { name, kind } }),
    );
    return shown(row);
  }

  async remove(caller: Person, connectionId: string): Promise<void> {
    const row = requireAccess(caller, 'connection.write', await this.deps.store.resource(connectionId));
    const before = { name: row.name, kind: row.kind };
    const tell = this.deps.ledger.telling({ ...actOn(caller, row), action: 'connection.delete', before });
    if (!(await this.deps.store.delete(connectionId, tell))) throw new KargahError('not_found');
  }

  /** The address to read from, password and all. */
  async urlOf(caller: Person, connectionId: string): Promise<{ name: string; url: string }> {
    const row = requireAccess(caller, 'connection.use', await this.deps.store.resource(connectionId));
    const url = this.deps.secretBox.open(row.sealed_url, connectionId);
    return { name: row.name, url: row.kind === 'sqlite' ? await this.filed(url) : url };
  }

  private async recognised(url: string): Promise<Pick<ConnectionTable, 'kind' | 'address'>> {
    if (url.startsWith('sqlite:')) {
      const { shown: path } = await jupyterFile(this.deps.grounds, pathOf(url));
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
    return `sqlite:${(await jupyterFile(this.deps.grounds, pathOf(url))).absolute}`;
  }
}

/** The part of what the ledger says of a connection that is the same for every act; never its address. */
function actOn(caller: Person, { connection_id, project_id }: ConnectionTable) {
  return { caller, object: { kind: 'connection', id: connection_id }, projectId: project_id } as const;
}

const pathOf = (url: string): string => url.slice('sqlite:'.length).replace(/^\/\//u, '');

function shown(row: ConnectionTable): Connection {
  const { connection_id, name, address, created_at } = row;
  return { connection_id, name, kind: row.kind as Connection['kind'], address, created_at };
}
