export type { Act, Actor } from './act.js';
export { verdictOn } from './chain.js';
export { Ledger } from './ledger.js';
export { LedgerStore, type LedgerView } from './store.js';
