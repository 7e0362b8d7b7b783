/** Who is asking, proved before a handler runs. */
export interface Person {
  readonly kind: 'user';
  readonly userId: string;
  readonly name: string;
  readonly email: string;
  readonly role: 'admin' | 'user';
  /** The project that the request is about: what is made goes there. */
  readonly projectId: string;
  /** The MLflow workspace of that project. */
  readonly workspace: string;
  /** When the token that was shown stops being good (ms since the epoch). */
  readonly expiresAt: number;
  /** What ends this person's access at once when it ends: the session behind an access token, or a personal API token. */
  readonly sessionId?: string;
  /** Signed in with a password, in this session; not by a personal API token. */
  readonly bySession?: boolean;
}
export interface JobIdentity {
  readonly kind: 'job';
  readonly jobId: string;
  readonly userId: string;
  readonly projectId: string;
  readonly workspace: string;
  readonly datasetId: string | null;
}
export type Caller = Person | JobIdentity;
