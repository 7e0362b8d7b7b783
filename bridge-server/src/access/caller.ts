import type { ProjectRole } from '../contract/projects.js';
import type { TokenScope } from '../contract/scopes.js';

/** What somebody is in a project. */
export interface Membership {
  readonly role: ProjectRole;
  /** The MLflow workspace of the project. */
  readonly workspace: string;
}

/** Who is asking, proved before a handler runs. */
export interface Person {
  readonly kind: 'user';
  readonly userId: string;
  readonly name: string;
  readonly email: string;
  readonly role: 'admin' | 'user';
  /** The project that the request is about: what is made goes there, and lists are of it. */
  readonly projectId: string;
  /** The MLflow workspace of that project. */
  readonly workspace: string;
  /** Every project that the person, or the token they showed, reaches; by its id. */
  readonly memberships: ReadonlyMap<string, Membership>;
  /** When the token that was shown stops being good (ms since the epoch). */
  readonly expiresAt: number;
  /** What ends this person's access at once when it ends: the session behind an access token, or a personal API token. */
  readonly sessionId?: string;
  /** Signed in with a password, in this session; not by a personal API token. */
  readonly bySession?: boolean;
  /** What the personal token that was shown is limited to. Left out: to nothing. */
  readonly scopes?: readonly TokenScope[];
  /** The only project that the token reaches. Left out: all of the person's, and what is shared with them. */
  readonly onlyProject?: string;
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
