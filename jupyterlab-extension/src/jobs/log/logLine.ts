import { Observable } from '../../lib/observable.js';

/** A line of a job's log that somebody asked to see, by the byte at which it begins; the job's page goes there. */
export const wantedLine = new Observable<{ readonly jobId: string; readonly offset: number } | null>(null);
