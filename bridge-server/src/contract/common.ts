import { z } from 'zod';

export const timestamp = z.iso.datetime().meta({ description: 'RFC 3339, UTC' });

/** Ids carry their kind: `job_…`, `ds_…`; 16 random base-32 letters follow. */
export const idOf = (prefix: string) => z.string().regex(new RegExp(`^${prefix}_[0-9a-z]{6,32}$`));

export const userId = z.string().min(1).max(64);
export const datasetId = idOf('ds');
export const jobId = idOf('job');
export const uploadId = idOf('up');
export const sweepId = idOf('swp');

/**
 * Controls (NUL among them), ends of lines, halves of letters, and what shows nothing or turns the direction of the text beside it. The
 * non-joiner may stand, since Persian is written with it, and what says which of its forms a sign takes.
 */
export const UNSEEN =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\ufff9-\ufffb]|(?![\u200c\p{Variation_Selector}])\p{Default_Ignorable_Code_Point}/u;
/** As {@link UNSEEN}, but for the joiner after a letter or a sign: `ه‍.ش`, and pictures of several people. */
const REFUSED =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\ufff9-\ufffb]|(?<![\p{L}\p{Emoji}\p{Variation_Selector}])\u200d|(?![\u200c\u200d\p{Variation_Selector}])\p{Default_Ignorable_Code_Point}/u;
const SEEN = /[^\s\u200c\u200d\p{Variation_Selector}]/u;
/** What editors and messengers put around Persian text to fix its direction. A name is isolated wherever it is shown, so it needs none. */
const MARKS_OF_DIRECTION = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** What people name things by: one line, of which everything is seen. */
export const shownText = (maxLength: number) =>
  z
    .string()
    .overwrite((text) => text.replace(MARKS_OF_DIRECTION, ''))
    .trim()
    .min(1)
    .max(maxLength)
    .refine((text) => !REFUSED.test(text) && SEEN.test(text), {
      error: 'characters that are not seen are not allowed',
      params: { fa: 'این متن نویسهٔ نادیدنی دارد؛ آن را دوباره بنویسید.' },
    });
export const displayName = shownText(200);
/** A text of several lines, which may be empty. */
export const lines = (maxLength: number) =>
  z
    .string()
    .max(maxLength)
    .refine((text) => !/\p{Cs}|[^\P{Cc}\n\r\t]/u.test(text), {
      error: 'characters that are not seen are not allowed',
      params: { fa: 'این متن نویسهٔ نادیدنی دارد؛ آن را دوباره بنویسید.' },
    });

export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  /** The longest holds the beginning of a name and a name of a model. */
  cursor: z.string().max(4000).optional(),
});

export const page = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), next_cursor: z.string().nullable() });

export const owner = z.object({ user_id: userId, name: z.string() }).meta({ id: 'Owner' });
