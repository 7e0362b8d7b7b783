export type { Act, Actor, Facts } from './act.js';
export { verdictOn } from './chain.js';
export { Ledger, untold, type Tell } from './ledger.js';
export { OutsideActs, type Outcome, type OutsideTelling } from './outside.js';
export { Refusals } from './refusals.js';
export { LedgerStore, type LedgerView } from './store.js';
