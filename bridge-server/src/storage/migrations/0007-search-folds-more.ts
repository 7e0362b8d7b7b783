import { sql, type Kysely, type Migration, type RawBuilder } from 'kysely';

/** What search compares alike since: other forms of a letter, and marks that nobody sees. */
const LETTERS = { آ: 'ا', أ: 'ا', إ: 'ا', ٱ: 'ا', ؤ: 'و', ئ: 'ی' } as const;
const INVISIBLE = [0x061c, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2060, 0x2061, 0x2062, 0x2063, 0x2064, 0x2065]
  .concat([0x2066, 0x2067, 0x2068, 0x2069, 0xfeff])
  .map((code) => String.fromCodePoint(code));

/** Texts that are searched are kept folded; those that were folded otherwise would never be found again. */
export const searchFoldsMore: Migration = {
  async up(db: Kysely<unknown>) {
    const pairs: (readonly [string, string])[] = [
      ...Object.entries(LETTERS),
      ...INVISIBLE.map((mark) => [mark, ''] as const),
    ];
    const refolded = pairs.reduce<RawBuilder<string>>(
      (text, [from, to]) => sql`replace(${text}, ${sql.lit(from)}, ${sql.lit(to)})`,
      sql`search_text`,
    );
    for (const table of ['datasets', 'jobs'])
      await sql`update ${sql.table(table)} set search_text = ${refolded} where search_text <> ${refolded}`.execute(db);
  },
};
