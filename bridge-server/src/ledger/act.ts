import { LEDGER, type LedgerKind } from '../contract/ledger.js';
import type { RequestOrigin } from '../lib/request-origin.js';

/** Who did it; whoever is signed in is one. */
export type Actor =
  | { readonly kind: 'user'; readonly userId: string; readonly name: string; readonly sessionId?: string }
  | { readonly kind: 'job'; readonly jobId: string; readonly userId: string }
  /** The bridge itself, without anybody's request. */
  | { readonly kind: 'server' };

type Fact = string | number | boolean | null | readonly string[];
export type Facts<K extends LedgerKind> = { readonly [Name in (typeof LEDGER)[K]['facts'][number]]?: Fact };

interface ActOn<K extends LedgerKind> {
  readonly caller: Actor;
  readonly action: `${K}.${(typeof LEDGER)[K]['acts'][number]}`;
  readonly object: { readonly kind: K; readonly id: string };
  /** Whose owners may read of it; null for what concerns the server and people. */
  readonly projectId: string | null;
  readonly before?: Facts<K> | null;
  readonly after?: Facts<K> | null;
  readonly reason?: string | undefined;
}
/** Something that somebody did and the ledger keeps. */
export type Act = { [K in LedgerKind]: ActOn<K> }[LedgerKind];

/** A refused request of somebody who is signed in, be the object forbidden or absent: the answer does not tell these apart either. */
export interface Refusal {
  readonly caller: Exclude<Actor, { readonly kind: 'server' }>;
  /** Null where it stands for several, as `object` then is. */
  readonly permission: string | null;
  readonly object: { readonly kind: string; readonly id: string };
  /** The project that the request was about. */
  readonly projectId: string;
  /** How often within the minute. */
  readonly count: number;
  /** Of the first of them. */
  readonly origin: RequestOrigin | null;
}

/** Personal tokens, jobs' tokens, links of ours, and JWTs: somebody may have given a thing such a name. */
const TOKEN = /\bkg[a-z]_[\w-]{16,}|\beyJ[\w-]{5,}\.[\w-]+\.[\w-]+/gu;
const LONGEST = 400;

/** As it is kept: what PostgreSQL and UTF-8 can hold, with no token in it. */
export function plain(text: string): string {
  return text.toWellFormed().replaceAll('\0', '').replace(TOKEN, '[token]').slice(0, LONGEST).toWellFormed();
}

/** The facts that the ledger keeps of such an object, and no others, whatever was given. */
export function keptFacts(kind: LedgerKind, given: Readonly<Record<string, Fact | undefined>> | null | undefined) {
  if (given === null || given === undefined) return null;
  const named: readonly string[] = LEDGER[kind].facts;
  const kept = Object.entries(given).filter(([name, value]) => named.includes(name) && value !== undefined);
  return Object.fromEntries(kept.map(([name, value]) => [name, keptFact(value as Fact)]));
}

function keptFact(value: Fact): string | number | boolean | null | string[] {
  if (typeof value === 'string') return plain(value);
  // Programs write fractions differently, which would change the hash.
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : String(value);
  return typeof value === 'object' && value !== null ? value.map(plain) : value;
}
