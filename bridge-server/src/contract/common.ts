import { z } from 'zod';

export const timestamp = z.iso.datetime().meta({ description: 'RFC 3339, UTC' });

/** Ids carry their kind: `job_…`, `ds_…`; 16 random base-32 letters follow. */
export const idOf = (prefix: string) => z.string().regex(new RegExp(`^${prefix}_[0-9a-z]{6,32}$`));

export const userId = z.string().min(1).max(64);
export const datasetId = idOf('ds');
export const jobId = idOf('job');
export const uploadId = idOf('up');
export const sweepId = idOf('swp');

export const displayName = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .refine((s) => !/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u.test(s), 'control characters are not allowed');

export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(400).optional(),
});

export const page = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), next_cursor: z.string().nullable() });

export const owner = z.object({ user_id: userId, name: z.string() }).meta({ id: 'Owner' });
