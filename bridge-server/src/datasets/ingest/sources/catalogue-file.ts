import { readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { displayName } from '../../../contract/common.js';
import type { Source } from '../../../contract/datasets/intake.js';

const IN_BOTH = 'a text is needed: name and description are shown in English and in Persian';
const description = z.string({ error: IN_BOTH }).trim().min(1, IN_BOTH).max(2000);

const entry = z
  .strictObject({
    id: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/u, 'small letters, digits, - and _'),
    name: displayName,
    name_fa: displayName,
    description,
    description_fa: description,
    license: z.string().min(1),
    url: z.url({ protocol: /^https$/u }).optional(),
    /** A file or folder beside the list, or anywhere that the administrator names. */
    path: z.string().min(1).optional(),
    size: z.number().int().positive().optional(),
    /** Of one file. */
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/u)
      .optional(),
    /** The address may belong to the server's own network. */
    allow_private: z.boolean().default(false),
  })
  .refine(({ url, path }) => (url === undefined) !== (path === undefined), 'name either url or path');
export type CatalogueEntry = z.infer<typeof entry>;

const list = z.array(z.unknown());

/** The administrator's list of datasets: one YAML file, read again when it changes. */
export class CatalogueFile {
  private held: { readonly mtimeMs: number; readonly entries: readonly CatalogueEntry[] } | null = null;

  constructor(private readonly path: string) {}

  /** @throws {Error} one line that names the file, the entry and its field that is wrong */
  async entries(): Promise<readonly CatalogueEntry[]> {
    const { mtimeMs } = await stat(this.path);
    if (this.held?.mtimeMs !== mtimeMs) this.held = { mtimeMs, entries: await this.read() };
    return this.held.entries;
  }

  private async read(): Promise<CatalogueEntry[]> {
    const { parse } = await import('yaml');
    const text = await readFile(this.path, 'utf8');
    const parsed = list.safeParse(parse(text) ?? []);
    if (!parsed.success) throw new Error(`${this.path}: a list of datasets is expected`);
    const entries = parsed.data.map((value, at) => {
      const one = entry.safeParse(value);
      if (one.success) return one.data;
      const [issue] = one.error.issues;
      const field = issue?.path.join('.') ?? '';
      throw new Error([this.path, entryAt(at, value), field, issue?.message].filter(Boolean).join(': '));
    });
    const twice = entries.find(({ id }, at) => entries.findIndex((other) => other.id === id) !== at);
    if (twice) throw new Error(`${this.path}: two entries have the id ${twice.id}`);
    return entries.map((one) =>
      one.path === undefined ? one : { ...one, path: resolve(dirname(this.path), one.path) },
    );
  }
}

/** An entry as it is named to the administrator: by its place, and its id where it has one. */
function entryAt(at: number, value: unknown): string {
  const id = typeof value === 'object' && value !== null && 'id' in value ? ` (${String(value.id)})` : '';
  return `entry ${String(at + 1)}${id}`;
}

export function sourceOf(one: CatalogueEntry): Source {
  return {
    source_id: one.id,
    name: one.name,
    name_fa: one.name_fa,
    description: one.description,
    description_fa: one.description_fa,
    rows: null,
    columns: null,
    size_bytes: one.size ?? null,
    task: null,
    target: null,
    license: one.license,
    origin: one.url ?? 'this server',
  };
}
