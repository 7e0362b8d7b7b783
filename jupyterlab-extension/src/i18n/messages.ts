import type { Catalogue, Message } from './message.js';
import { account } from './messages/account.js';
import { common } from './messages/common.js';
import { panel } from './messages/panel.js';

const own = { ...common, ...account, ...panel } as const;
type Own = typeof own;

/**
 * Every text of the interface by its key. A feature brings its own catalogue, adds its keys here by declaring them
 * (`declare module`), and the texts themselves when it is registered. A key without both languages does not compile.
 */
export interface Texts extends Own {}

export type MessageKey = keyof Texts;

const known = new Map<string, Message>(Object.entries(own));

/** Adds a feature's texts; two texts of one key are an error of whoever adds the second. */
export function addMessages(catalogue: Catalogue): void {
  for (const [key, message] of Object.entries(catalogue)) {
    const other = known.get(key);
    if (other !== undefined && (other.fa !== message.fa || other.en !== message.en)) {
      throw new Error(`two texts are called ${key}`);
    }
    known.set(key, message);
  }
}

export function isMessage(key: string): key is MessageKey {
  return known.has(key);
}

/** The text of a key; the key itself for one that nobody has added. */
export function messageOf(key: string): Message {
  return known.get(key) ?? { fa: key, en: key };
}

export function allMessages(): ReadonlyMap<string, Message> {
  return known;
}
