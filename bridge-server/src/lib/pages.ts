import { sql, type SelectQueryBuilder } from 'kysely';
import { KargahError } from './errors.js';

/**
 * Lists by keyset paging. A list stands in the order of two columns, both from the highest down unless it says otherwise, of which the second tells rows apart that are
 * the same in the first. A page begins behind the last row of the one before, which the cursor names by its values in these columns:
 *
 * - what is added or deleted meanwhile neither repeats a row nor leaves one out, and the row that a cursor names may itself be gone;
 * - a page deep within costs what the first one does, where an index ends with the two columns (`…_newest`), behind those that the query
 *   compares with one value;
 * - a cursor is an opaque text that any list takes whose order is of the same kind; `null` says that there is no further page.
 *
 * Both columns hold text that is compared byte by byte, as ids and moments in ISO 8601 are. A long text orders by its beginning alone
 * (`letters`), since the cursor carries it and goes into an address.
 */
export interface PageQuery {
  readonly limit: number;
  /** `next_cursor` of the page before; left out for the first. */
  readonly cursor?: string | undefined;
}
export interface Page<Row> {
  readonly rows: readonly Row[];
  readonly next_cursor: string | null;
}
/** The two columns of the order; `table` is their table's name in a query of several. */
export interface Order<Row> {
  readonly by: keyof Row & string;
  readonly then: keyof Row & string;
  readonly table?: string;
  /** From the lowest up instead. */
  readonly ascending?: boolean;
  /** How many letters of `by` count; left out where it is short. */
  readonly letters?: number;
}
/** The beginning of a text for search by which a list is in the order of names. A name, the first in it, is hardly longer. */
export const LETTERS_OF_ORDER = 200;

/**
 * The page of a query that is in no order yet, or of several queries whose rows stand in one list.
 *
 * @throws {KargahError} `validation_failed` for a cursor that no list gave
 */
export async function readPage<DB, Tables extends keyof DB, Row>(
  queries: readonly SelectQueryBuilder<DB, Tables, Row>[],
  order: Order<Row>,
  { limit, cursor }: PageQuery,
): Promise<Page<Row>> {
  const prefix = order.table === undefined ? '' : `${order.table}.`;
  const { letters } = order;
  const [whole, then] = [sql.ref(prefix + order.by), sql.ref(prefix + order.then)];
  const by = letters === undefined ? whole : sql`substr(${whole}, 1, ${sql.lit(letters)})`;
  const direction = order.ascending === true ? 'asc' : 'desc';
  const behind = order.ascending === true ? sql`>` : sql`<`;
  const place = cursor === undefined ? null : decodeCursor(cursor);
  const found = await Promise.all(
    queries.map((query) => {
      // One more than asked for tells whether there is a further page.
      const ordered = query
        .orderBy(by, direction)
        .orderBy(then, direction)
        .limit(limit + 1);
      return (
        place === null ? ordered : ordered.where(sql<boolean>`(${by}, ${then}) ${behind} (${place[0]}, ${place[1]})`)
      ).execute();
    }),
  );
  const sign = order.ascending === true ? 1 : -1;
  const placeOf = (row: Row): [string, string] => [
    // By code points, as both databases count.
    Array.from(String(row[order.by])).slice(0, letters).join(''),
    String(row[order.then]),
  ];
  const merged = found.length === 1 ? found[0]! : found.flat().sort((a, b) => sign * compare(placeOf(a), placeOf(b)));
  const rows = merged.slice(0, limit);
  const last = merged.length > limit ? rows.at(-1) : undefined;
  return { rows, next_cursor: last === undefined ? null : encodeCursor(placeOf(last)) };
}

function compare(a: readonly [string, string], b: readonly [string, string]): number {
  const at = a[0] === b[0] ? 1 : 0;
  return a[at] < b[at] ? -1 : Number(a[at] > b[at]);
}

export const BAD_CURSOR = {
  path: 'cursor',
  message: 'This is not a cursor of this list.',
  message_fa: 'این نشانگر از این فهرست نیست.',
  code: 'invalid_cursor',
};

/** A place in a list, as its next page is asked for. */
export function encodeCursor(place: readonly [string, string]): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/** @throws {KargahError} `validation_failed` for anything that no list gave. */
export function decodeCursor(cursor: string): [string, string] {
  const invalid = (cause?: unknown): KargahError =>
    new KargahError('validation_failed', {}, { errors: [BAD_CURSOR], cause });
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(value) && isPlain(value[0]) && isPlain(value[1])) return [value[0], value[1]];
  } catch (error) {
    throw invalid(error);
  }
  throw invalid();
}

/** PostgreSQL takes no NUL in a text. */
function isPlain(value: unknown): value is string {
  return typeof value === 'string' && !value.includes('\0');
}
