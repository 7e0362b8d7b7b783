import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Dataset } from '../src/contract/datasets/datasets.js';
import type { Connection } from '../src/contract/datasets/intake.js';
import { DEFAULT_LIMITS } from '../src/datasets/index.js';
import { DatabaseHosts } from '../src/datasets/ingest/sources/databases/database-hosts.js';
import { SqlReader } from '../src/datasets/ingest/sources/databases/sql-reader.js';
import { DatasetFixture, PYTHON } from './support/datasets.js';

const PASSWORD = 'گذر-p@ss:w/rd%';
const TABLE = `create table goods (
    n integer, price numeric(12, 2), at timestamptz, day date, sold boolean, more jsonb, tags text[], sizes numeric[],
    who text, wait interval, late_text text, late_day date);
  insert into goods values
    (1, 12.50, '2024-03-20 03:36:00+03:30', '2024-03-20', true, '{"رنگ": "سرخ", "n": [1, 2.5]}', '{الف,"b,c"}', '{1.5,2}', 'علی', '1 hour', null, null),
    (2, -0.01, '2024-12-31 23:59:59.5+00', '1999-01-01', false, '[]', '{}', null, 'می‌نا', null, null, null),
    (null, null, null, null, null, null, null, null, null, null, null, null)`;

/** A PostgreSQL that people read from, besides the one that the bridge may keep its tables in. */
export function readsFromPostgres(at: () => string): void {
  describe('PostgreSQL as a source', () => {
    let admin: pg.Client;
    let bench: DatasetFixture;
    let url: string;
    let connection: Connection;
    const logged: string[] = [];
    const answered: string[] = [];

    beforeAll(async () => {
      admin = new pg.Client({ connectionString: at() });
      await admin.connect();
      await admin.query(TABLE);
      // Who may do everything: what is refused is refused by us.
      await admin.query(`create role sara superuser login password '${PASSWORD}'; create sequence tickets`);
      const address = new URL(at());
      address.username = 'sara';
      address.password = encodeURIComponent(PASSWORD);
      url = address.href;
      bench = await DatasetFixture.open({}, { databaseHosts: ['*'] }, (line) => logged.push(line));
      const made = await post('connections', { name: 'shop', url });
      expect(made.status).toBe(201);
      connection = JSON.parse(made.text) as Connection;
    });
    afterAll(async () => {
      await bench.close();
      await admin.query('drop table goods; drop role sara');
      await admin.end();
    });

    const post = async (path: string, body: object): Promise<{ status: number; text: string }> => {
      const response = await bench.send('POST', `/${path}`, body);
      const text = await response.text();
      answered.push(text);
      return { status: response.status, text };
    };
    const begin = async (query: string): Promise<string> => {
      const { status, text } = await post('datasets/import/sql', { connection_id: connection.connection_id, query });
      expect([status, text]).toEqual([201, expect.any(String)]);
      return (JSON.parse(text) as Dataset).dataset_id;
    };
    const bring = async (query: string): Promise<Dataset> => {
      const dataset = await bench.settled(await begin(query));
      answered.push(JSON.stringify(dataset));
      return dataset;
    };
    const refusal = async (query: string): Promise<string> => {
      const { state, error } = await bring(query);
      expect(state).toBe('failed');
      return `${error?.code ?? ''}: ${String(error?.params?.['reason'])}`;
    };
    const count = async (what: string): Promise<number> =>
      Number((await admin.query<{ n: string }>(`select count(*) as n from ${what}`)).rows[0]?.n);
    const until = async (look: () => Promise<boolean> | boolean): Promise<void> => {
      await expect.poll(look, { interval: 50 }).toBe(true);
    };
    const asking = "pg_stat_activity where application_name = 'kargah' and state = 'active'";
    /** So many queries that do not end, all of them under way, and no others: those of deleted datasets may take a moment to go. */
    const beginEndless = async (many: number): Promise<string[]> => {
      await until(async () => (await count(asking)) === 0);
      const ids = await Promise.all(Array.from({ length: many }, () => begin('select pg_sleep(600), n from goods')));
      await until(async () => (await count(asking)) === many);
      return ids;
    };

    it('gives typed columns: numbers, moments in UTC, days, truths, texts; lists and JSON as JSON; nothing as nothing', async () => {
      const dataset = await bring('select * from goods order by n nulls last;');
      expect(dataset).toMatchObject({ state: 'ready', rows: 3, columns: 12, name: 'shop', format: 'parquet' });
      const profile = await bench.json<{ columns: { name: string; type: string }[] }>(
        `/datasets/${dataset.dataset_id}/profile`,
      );
      const types = Object.fromEntries(profile.columns.map(({ name, type }) => [name, type]));
      expect(types).toMatchObject({ n: 'integer', price: 'number', at: 'datetime', day: 'date', sold: 'boolean' });
      // Also where no row says what it is.
      expect(types['late_day']).toBe('date');
      const { rows } = await bench.json<{ rows: unknown[][] }>(`/datasets/${dataset.dataset_id}/preview`);
      expect(rows).toEqual([
        [
          1,
          12.5,
          '2024-03-20T00:06:00',
          '2024-03-20',
          true,
          '{"n": [1, 2.5], "رنگ": "سرخ"}',
          '["الف", "b,c"]',
          '[1.5, 2.0]',
          'علی',
          '1:00:00',
          null,
          null,
        ],
        [
          2,
          -0.01,
          expect.stringMatching(/^2024-12-31T23:59:59/u),
          '1999-01-01',
          false,
          '[]',
          '[]',
          null,
          'می‌نا',
          null,
          null,
          null,
        ],
        Array.from({ length: 12 }, () => null),
      ]);
      const { items } = await bench.json<{ items: { origin: object }[] }>(`/datasets/${dataset.dataset_id}/versions`);
      expect(items[0]?.origin).toEqual({
        kind: 'sql',
        connection: 'shop',
        query: 'select * from goods order by n nulls last;',
      });
    });

    it.each([
      ['read-only transaction', 'with added as (insert into goods (n) values (7) returning n) select * from added'],
      ['read-only transaction', "select nextval('tickets')"],
      ['read-write mode', "select set_config('transaction_read_only', 'off', true)"],
      ['multi', 'select 1; commit; delete from goods'],
      ['syntax', 'select 1) to stdout; drop table goods; --'],
      ['out of range', "select date '0044-03-15 BC' as ides"],
      ['NUL', 'select 1 -- \u0000'],
    ])('reads and does nothing else (%s): %s', async (reason, query) => {
      const told = await refusal(query);
      expect(told).toContain('query_failed');
      expect(told.toLowerCase()).toContain(reason.toLowerCase());
      expect([await count('goods'), await count("pg_class where relname = 'tickets'")]).toEqual([3, 1]);
    });

    it.each([
      'delete from goods',
      'copy goods to stdout',
      'set role kargah',
      'call x()',
      'do $$ begin end $$',
      '-- select\ndelete from goods',
    ])('is not asked at all what is no SELECT: %s', async (query) => {
      const { status, text } = await post('datasets/import/sql', { connection_id: connection.connection_id, query });
      expect([status, (JSON.parse(text) as { code: string }).code]).toEqual([422, 'query_not_select']);
      expect(await count('goods')).toBe(3);
    });

    it('asks within a transaction that is read-only', async () => {
      const { dataset_id: id } = await bring("select current_setting('transaction_read_only') as ro, n from goods");
      const { rows } = await bench.json<{ rows: unknown[][] }>(`/datasets/${id}/preview`);
      expect(rows[0]?.[0]).toBe('on');
    });

    it('gives a result far beyond the memory that may be used, piece by piece', async () => {
      const into = mkdtempSync(join(tmpdir(), 'kargah-sql-'));
      try {
        // What Python and Arrow reserve by themselves, and less than half of the result beside that.
        const limits = { ...DEFAULT_LIMITS, readerMemoryBytes: 600 * 2 ** 20 };
        const reader = new SqlReader(
          { python: PYTHON, limits, log: pino({ level: 'silent' }) },
          new DatabaseHosts(['*']),
        );
        const query = "select i, repeat('کارگاه ', 700) as t from generate_series(1, 60000) as i";
        const rows = await reader.read(url, query, join(into, 'rows'), new AbortController().signal);
        expect(rows).toBe(60_000);
        expect(readdirSync(into)).toEqual(['rows']);
      } finally {
        rmSync(into, { recursive: true });
      }
    });

    it('shows the password in no command line, and ends the query of a dataset that is deleted', async () => {
      const [id = ''] = await beginEndless(1);
      const lines = readdirSync('/proc')
        .filter((name) => /^\d+$/u.test(name))
        .map((name) => {
          try {
            const of = join('/proc', name);
            return readFileSync(join(of, 'cmdline'), 'utf8') + readFileSync(join(of, 'environ'), 'utf8');
          } catch {
            // It ended meanwhile.
            return '';
          }
        });
      expect(lines.some((line) => line.includes('kargah.datasets.verbs.sql'))).toBe(true);
      expect(lines.filter((line) => line.includes(PASSWORD) || line.includes(encodeURIComponent(PASSWORD)))).toEqual(
        [],
      );
      expect((await bench.call(`/datasets/${id}`, { method: 'DELETE' })).status).toBe(204);
      await until(async () => (await count(asking)) === 0);
      expect((await bench.call(`/datasets/${id}`)).status).toBe(404);
    });

    it('asks two things at once for a person, and the next when one has ended', async () => {
      const slow = await beginEndless(2);
      const [third, given] = [await begin('select n from goods'), await begin('select who from goods')];
      expect((await bench.call(`/datasets/${given}`, { method: 'DELETE' })).status).toBe(204);
      expect((await bench.json<Dataset>(`/datasets/${third}`)).state).toBe('uploading');
      for (const id of slow) await bench.call(`/datasets/${id}`, { method: 'DELETE' });
      expect(await bench.settled(third)).toMatchObject({ state: 'ready', rows: 3 });
      // One may still be ending: the next test would take it for its own.
      await until(async () => (await count(asking)) === 0);
    });

    it('says so where the server goes away in the middle', async () => {
      const [id = ''] = await beginEndless(1);
      await admin.query(`select pg_terminate_backend(pid) from ${asking}`);
      expect((await bench.settled(id)).error).toMatchObject({
        code: 'query_failed',
        params: { reason: expect.stringContaining('terminat') },
      });
    });

    it.each([
      ['a wrong password', (good: string) => good.replace(/sara:[^@]+@/u, 'sara:hunter2-wrong@')],
      ['a server that is away', (good: string) => good.replace(/:\d+\//u, ':1/')],
      ['a database that is not there', (good: string) => good.replace(/\/\w+$/u, '/nothing')],
    ])('says so where it is given %s, without the password', async (_what, change) => {
      const { status, text } = await post('connections', { name: 'x', url: change(url) });
      expect([status, (JSON.parse(text) as { code: string }).code]).toEqual([422, 'connection_failed']);
      expect(text).not.toContain('hunter2-wrong');
    });

    it('says so later where the password was changed meanwhile', async () => {
      await admin.query("alter role sara password 'another'");
      const { error } = await bring('select * from goods');
      await admin.query(`alter role sara password '${PASSWORD}'`);
      expect(error).toMatchObject({ code: 'connection_failed' });
    });

    it.each([
      'passfile=/etc/passwd',
      'sslkey=/etc/shadow',
      'host=/var/run/postgresql',
      'service=x',
      'password=open',
      'hostaddr=10.0.0.1',
    ])('is not reached by files and hosts that an address names besides: %s', async (parameter) => {
      const { status, text } = await post('connections', { name: 'x', url: `${url}?${parameter}` });
      expect([status, (JSON.parse(text) as { code: string }).code]).toEqual([422, 'connection_invalid']);
    });

    it('keeps the password to itself: nowhere in a log, an answer, an event or the tables', async () => {
      // All that was asked before counts as well; this much is there in any order.
      expect(await bring('select n from goods')).toMatchObject({ state: 'ready' });
      await bring('select n from nothing');
      await post('connections', { name: 'x', url: url.replace(/sara:[^@]+@/u, 'sara:hunter2-wrong@') });
      const rows = await bench.db.selectFrom('connections').selectAll().execute();
      expect(rows).toHaveLength(1);
      const said = [
        logged,
        answered,
        bench.changes.map((change) => JSON.stringify(change)),
        JSON.stringify(rows),
      ].flat();
      said.push(await (await bench.call('/connections')).text());
      expect(logged.filter((line) => line.includes('/datasets/import/sql'))).not.toEqual([]);
      for (const secret of [
        PASSWORD,
        encodeURIComponent(PASSWORD),
        'hunter2-wrong',
        encodeURIComponent(encodeURIComponent(PASSWORD)),
      ])
        expect(said.filter((text) => text.includes(secret))).toEqual([]);
      // What is found in the data folder.
      const found = spawnSync('grep', ['-rlF', PASSWORD, bench.dataDir], { encoding: 'utf8' }).stdout;
      expect(found).toBe('');
    });
  });
}
