import type { Caller } from './caller.js';
import { mayHere } from './policy.js';

/** A user of MLflow's, in one workspace. */
export interface WorkspaceUser {
  readonly name: string;
  readonly right: 'MANAGE' | 'READ';
}

/**
 * Who a caller is to MLflow: all who may do the same in a project are one user there, and that user is in no other workspace. So MLflow
 * holds no right of a person that would have to be taken back when they leave.
 */
export function workspaceUser(caller: Caller): WorkspaceUser {
  const { workspace } = caller;
  return mayHere(caller, 'run.write') ? writerIn(workspace) : readerIn(workspace);
}

export function writerIn(workspace: string): WorkspaceUser {
  return { name: `${workspace}.editor`, right: 'MANAGE' };
}

const readerIn = (workspace: string): WorkspaceUser => ({ name: `${workspace}.viewer`, right: 'READ' });

/** Everybody that a workspace may have. */
export const usersOf = (workspace: string): readonly string[] =>
  [writerIn(workspace), readerIn(workspace)].map(({ name }) => name);
