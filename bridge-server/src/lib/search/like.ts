import { sql, type RawBuilder } from 'kysely';

/** Whether a column holds this very text somewhere: what LIKE reads as a pattern stands for itself. */
export function contains(column: string, text: string): RawBuilder<boolean> {
  const pattern = `%${text.replace(/[\\%_]/gu, '\\$&')}%`;
  // SQLite knows no escape character unless one is named.
  return sql<boolean>`${sql.ref(column)} like ${pattern} escape '\\'`;
}
