import type { Catalogue } from '../i18n/message.js';

/** Texts of the job pages. */
export const jobMessages = {} as const satisfies Catalogue;
