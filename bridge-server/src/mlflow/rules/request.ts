import type { Caller } from '../../http/route.js';

export type JsonBody = Readonly<Record<string, unknown>>;

export type JobCaller = Extract<Caller, { kind: 'job' }>;
