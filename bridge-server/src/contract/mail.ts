import { z } from 'zod';

/** What became of a letter: the link that it holds is answered beside it, so that nothing hangs on the letter. */
export const mailed = z
  .object({
    address: z.string(),
    outcome: z.enum(['sent', 'address_refused', 'failed']).meta({
      description: 'The mail server took it; it takes none for this address; it is away or refused the letter',
    }),
  })
  .meta({ id: 'Mailed' });
export type Mailed = z.infer<typeof mailed>;
