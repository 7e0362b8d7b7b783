import type { Caller } from '../../access/caller.js';

export type JsonBody = Readonly<Record<string, unknown>>;

export type JobCaller = Extract<Caller, { kind: 'job' }>;
