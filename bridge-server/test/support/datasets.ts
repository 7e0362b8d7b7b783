import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pino } from 'pino';
import { person as anyPerson } from '../app.js';
import { removeFolder } from '../folders.js';
import { jobRow } from '../rows.js';
import { HUNG_MS } from '../hung.js';
import { projectRow } from '../rows.js';
import { testStorage } from '../storage.js';
import type { Dataset } from '../../src/contract/datasets/datasets.js';
import { Ledger } from '../../src/ledger/index.js';
import { systemClock } from '../../src/lib/clock.js';
import { KargahError } from '../../src/lib/errors.js';
import { createApp } from '../../src/http/app.js';
import type { Caller, Person } from '../../src/access/caller.js';
import type { DatasetProfileEvent } from '../../src/contract/live.js';
import type { LivePort } from '../../src/live/port.js';
import { openLog } from '../../src/observability/log.js';
import type { Storage } from '../../src/storage/storage.js';
import type { People, PersonEntry } from '../../src/datasets/list/sharing.js';
import { newId } from '../../src/lib/ids.js';
import type { OriginSettings } from '../../src/datasets/deps.js';
import { createDatasets, DEFAULT_LIMITS, type DatasetLimits, type Datasets } from '../../src/datasets/index.js';

const ROOT = resolve(import.meta.dirname, '../../..');
export const PYTHON = process.env['KARGAH_PYTHON'] ?? join(ROOT, '.venv/bin/python');

/** A picture. */
export const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

/** No way in but uploads. */
const NO_ORIGINS: OriginSettings = {
  secret: 'a secret of the tests, long enough',
  workspaceDir: null,
  databaseHosts: [],
  catalogueFile: null,
  outbound: { protocols: ['https:'], resolve: () => Promise.resolve([]), allows: () => false },
};

const PEOPLE: readonly string[] = ['sara', 'reza', 'mina'];

export function person(name: string): Person {
  return anyPerson(name, { projectId: `project-${name}`, workspace: `w-${name}` });
}

/** `sara`, `reza` and `mina`. */
class KnownPeople implements People {
  private readonly all = PEOPLE.map((name) => ({ userId: name, email: `${name}@example.org`, name }));

  byEmail(emails: readonly string[]): Promise<PersonEntry[]> {
    return Promise.resolve(this.all.filter((entry) => emails.includes(entry.email)));
  }
  byId(userIds: readonly string[]): Promise<PersonEntry[]> {
    return Promise.resolve(this.all.filter((entry) => userIds.includes(entry.userId)));
  }
}

/** Datasets of three people, `sara`, `reza` and `mina` (their names are their tokens), behind a real server on a real folder. */
export class DatasetFixture {
  /** To a project, to a person, or to all but a project. */
  readonly changes: { to: string; dataset: Dataset; deleted: boolean }[] = [];
  readonly profiled: { projectId: string; event: DatasetProfileEvent }[] = [];
  readonly jobs = new Map<string, Caller>();
  datasets!: Datasets;
  url = '';
  private readonly listeners = new Set<() => void>();
  private server = createServer();

  private constructor(
    readonly dataDir: string,
    private readonly storage: Storage,
    private readonly limits: Partial<DatasetLimits>,
    private readonly origins: Partial<OriginSettings>,
    private readonly hear: ((line: string) => void) | null,
  ) {}

  /** @param hear is told every line of the log */
  static async open(
    limits: Partial<DatasetLimits> = {},
    origins: Partial<OriginSettings> = {},
    hear: ((line: string) => void) | null = null,
  ): Promise<DatasetFixture> {
    const dataDir = await mkdtemp(join(tmpdir(), 'kargah-datasets-'));
    const storage = await testStorage();
    await storage.db
      .insertInto('projects')
      .values(PEOPLE.map((name) => projectRow(person(name).projectId)))
      .execute();
    const bench = new DatasetFixture(dataDir, storage, limits, origins, hear);
    await bench.start();
    return bench;
  }

  async start(): Promise<void> {
    const live: LivePort = {
      jobUpdated: () => undefined,
      jobChanged: () => undefined,
      logAppended: () => undefined,
      mlflowChanged: () => undefined,
      sweepChanged: () => undefined,
      seqOf: () => 0,
      membershipsChanged: () => Promise.resolve(),
      datasetChangedForOthers: (projectId, people, dataset, deleted) => {
        const others = people === 'everyone' ? [`all but ${projectId}`] : people;
        for (const to of others) this.changes.push({ to, dataset, deleted });
        for (const listener of this.listeners) listener();
      },
      datasetProfiled: (projectId, event) => void this.profiled.push({ projectId, event }),
      datasetChanged: (projectId, dataset, deleted = false) => {
        this.changes.push({ to: projectId, dataset, deleted });
        for (const listener of this.listeners) listener();
      },
    };
    const log =
      this.hear === null
        ? pino({ level: process.env['KARGAH_TEST_LOG'] ?? 'silent' })
        : openLog('trace', { write: this.hear });
    this.datasets = createDatasets({
      db: this.storage.db,
      live,
      ledger: new Ledger(systemClock),
      dataDir: this.dataDir,
      python: PYTHON,
      limits: { ...DEFAULT_LIMITS, ...this.limits },
      people: new KnownPeople(),
      origins: { ...NO_ORIGINS, ...this.origins },
      log,
    });
    const authenticate = (token: string): Promise<Caller> => {
      if (PEOPLE.includes(token)) return Promise.resolve(person(token));
      const job = this.jobs.get(token);
      return job ? Promise.resolve(job) : Promise.reject(new KargahError('unauthenticated'));
    };
    await this.datasets.start();
    const routes = this.datasets.routes;
    this.server = createServer(createApp({ routes, authenticator: { authenticate }, log, answers: 'checked' }));
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    this.url = `http://127.0.0.1:${String((this.server.address() as AddressInfo).port)}`;
  }

  /** As a killed bridge leaves it: connections cut, files and rows as they are. */
  async stop(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    await this.datasets.stop();
  }

  async close(): Promise<void> {
    await this.stop();
    await this.storage.close();
    removeFolder(this.dataDir);
  }

  get db(): Storage['db'] {
    return this.storage.db;
  }

  /** What people were told of one dataset, in its order; of others they may hear between. */
  changesOf(datasetId: string): DatasetFixture['changes'] {
    return this.changes.filter(({ dataset }) => dataset.dataset_id === datasetId);
  }

  /** Where the content of a version lies; of the head, if no number is given. */
  async stored(datasetId: string, file = '', number?: number): Promise<string> {
    const version = await this.db
      .selectFrom('dataset_versions as v')
      .innerJoin('datasets as d', 'd.dataset_id', 'v.dataset_id')
      .select('v.content_id')
      .where('v.dataset_id', '=', datasetId)
      .where((eb) =>
        number === undefined ? eb('v.version_id', '=', eb.ref('d.head_version_id')) : eb('v.number', '=', number),
      )
      .executeTakeFirstOrThrow();
    return join(this.dataDir, 'datasets', version.content_id, file);
  }

  call(path: string, init: RequestInit & { readonly as?: string } = {}): Promise<Response> {
    const { as = 'sara', ...rest } = init;
    const headers = new Headers(rest.headers);
    headers.set('authorization', `Bearer ${as}`);
    return fetch(`${this.url}/api/v1${path}`, { ...rest, headers });
  }

  create(filename: string, size: number | string, as = 'sara', told: Record<string, string> = {}): Promise<Response> {
    const metadata = Object.entries({ filename, ...told })
      .map(([name, value]) => `${name} ${Buffer.from(value).toString('base64')}`)
      .join();
    const headers = { 'tus-resumable': '1.0.0', 'upload-length': String(size), 'upload-metadata': metadata };
    return this.call('/uploads', { method: 'POST', headers, as });
  }

  patch(uploadId: string, offset: number, body: string | Uint8Array | ReadableStream, as = 'sara'): Promise<Response> {
    const headers = {
      'tus-resumable': '1.0.0',
      'upload-offset': String(offset),
      'content-type': 'application/offset+octet-stream',
    };
    const init = { method: 'PATCH', headers, body, as, duplex: 'half' };
    return this.call(`/uploads/${uploadId}`, init as unknown as RequestInit);
  }

  /** Uploads in one go and resolves with the dataset's id. */
  async upload(
    filename: string,
    content: string | Uint8Array,
    as = 'sara',
    told: Record<string, string> = {},
  ): Promise<string> {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    const created = await this.create(filename, bytes.length, as, told);
    if (created.status !== 201) throw new Error(await created.text());
    const uploadId = created.headers.get('location')?.split('/').at(-1) ?? '';
    const done = await this.patch(uploadId, 0, bytes, as);
    if (done.status !== 204) throw new Error(await done.text());
    return done.headers.get('kargah-dataset-id') ?? '';
  }

  /** Uploads and waits until it was read. */
  async dataset(filename: string, content: string | Uint8Array, as = 'sara'): Promise<Dataset> {
    return this.settled(await this.upload(filename, content, as));
  }

  /** Uploads the next version of a dataset and waits until it was read. */
  async version(datasetId: string, content: string, told: Record<string, string> = {}): Promise<Dataset> {
    const [before] = await this.db
      .selectFrom('dataset_versions')
      .select('number')
      .where('dataset_id', '=', datasetId)
      .orderBy('number', 'desc')
      .execute();
    const number = (before?.number ?? 0) + 1;
    await this.upload('next.csv', content, 'sara', { dataset_id: datasetId, ...told });
    return this.until(({ dataset: { dataset_id, version, pending } }) => {
      const failed = pending?.version === number && pending.state === 'failed';
      return dataset_id === datasetId && (version === number || failed);
    });
  }

  json<T>(path: string, as = 'sara'): Promise<T> {
    return this.call(path, { as }).then((answer) => answer.json() as Promise<T>);
  }

  send(method: string, path: string, body: unknown, as = 'sara'): Promise<Response> {
    return this.call(path, { method, as, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  }

  /** A job's row that names a version, as training would have written it. */
  async job(datasetId: string, number: number, facts: Partial<Parameters<typeof jobRow>[0]> = {}): Promise<string> {
    const version = await this.db
      .selectFrom('dataset_versions')
      .select(['version_id', 'sha256'])
      .where('dataset_id', '=', datasetId)
      .where('number', '=', number)
      .executeTakeFirstOrThrow();
    const row = jobRow({
      job_id: newId('job'),
      project_id: 'project-sara',
      dataset_id: datasetId,
      dataset_version_id: version.version_id,
      dataset_version: number,
      dataset_sha256: version.sha256,
      ...facts,
    });
    await this.db.insertInto('jobs').values(row).execute();
    return row.job_id;
  }

  settled(datasetId: string): Promise<Dataset> {
    return this.until((change) => {
      const { dataset } = change;
      return dataset.dataset_id === datasetId && (dataset.state === 'ready' || dataset.state === 'failed');
    });
  }

  /** The first change, past or coming, that fits. */
  until(fits: (change: DatasetFixture['changes'][number]) => boolean): Promise<Dataset> {
    return new Promise((resolveWith, reject) => {
      const timer = setTimeout(() => {
        this.listeners.delete(look);
        reject(new Error('no such change came'));
      }, HUNG_MS);
      const look = (): void => {
        const found = this.changes.find(fits);
        if (!found) return;
        clearTimeout(timer);
        this.listeners.delete(look);
        resolveWith(found.dataset);
      };
      this.listeners.add(look);
      look();
    });
  }
}

export async function codeOf(response: Response): Promise<string> {
  return ((await response.json()) as { code: string }).code;
}
