export type { Act, Actor } from './act.js';
export { verdictOn } from './chain.js';
export { Ledger } from './ledger.js';
export { Refusals } from './refusals.js';
export { LedgerStore, type LedgerView } from './store.js';
