import type { IncomingMessage } from 'node:http';
import type { Request, Response } from 'express';
import { KargahError } from '../../lib/errors.js';
import type { MaySignIn } from '../../http/listen.js';
import type { Caller, Person } from '../../access/caller.js';
import { inProject } from '../../access/projects.js';
import { workspaceUser } from '../../access/workspace-user.js';
import type { Cookie } from '../cookies.js';
import type { Identity } from '../identity.js';
import type { TokenKey } from '../keys/keys.js';

export const MLFLOW_PAGE_SECONDS = 900;
const REQUEST_SECONDS = 60;
/** The MLflow administrator that only the bridge itself may be; `mlflow/kargah_mlflow/auth.py` knows the same name. */
const SERVICE_USER = 'kargah';

interface MlflowAccessDeps {
  readonly requestKey: TokenKey;
  readonly pageKey: TokenKey;
  readonly pageCookie: Cookie;
  readonly identity: Identity;
  readonly maySignIn: MaySignIn;
}

/** What the bridge shows MLflow, and what a browser shows the bridge's MLflow gateway. */
export class MlflowAccess {
  constructor(private readonly deps: MlflowAccessDeps) {}

  /** Verifies the tokens of {@link mint} (Ed25519, SPKI PEM; issuer `kargah`, audience `mlflow`). */
  get publicKeyPem(): string {
    return this.deps.requestKey.publicKeyPem;
  }

  /** A token of 60 s for one forwarded request. */
  async mint(caller: Caller): Promise<string> {
    const claims = { sub: workspaceUser(caller).name, workspace: caller.workspace, role: 'user' };
    return (await this.deps.requestKey.sign(claims, REQUEST_SECONDS)).token;
  }

  /** A token of 60 s for what the bridge itself asks of MLflow. */
  async mintForService(): Promise<string> {
    return (await this.deps.requestKey.sign({ sub: SERVICE_USER, role: 'service' }, REQUEST_SECONDS)).token;
  }

  /** Signs the browser in to the MLflow page below `mlflow/`: a page in a frame cannot send a header. */
  async openPage(req: Request, res: Response, person: Person): Promise<{ expiresAt: number }> {
    const { token, expiresAt } = await this.deps.pageKey.sign(
      { sub: person.userId, sid: person.sessionId, project: person.projectId },
      MLFLOW_PAGE_SECONDS,
    );
    this.deps.pageCookie.write(req, res, token, MLFLOW_PAGE_SECONDS);
    return { expiresAt };
  }

  closePage(req: Request, res: Response): void {
    this.deps.pageCookie.write(req, res, '', 0);
  }

  /**
   * Who a request of the page comes from, in the project that it was opened for; null without the cookie. The page ends with the
   * session that opened it.
   *
   * @throws {KargahError} `token_expired`, `unauthenticated`; `only_through_jupyter` where a cookie of the page is not taken;
   *   `not_found` once the person has left that project.
   */
  async callerOfCookie({ headers, socket }: Pick<IncomingMessage, 'headers' | 'socket'>): Promise<Person | null> {
    const token = this.deps.pageCookie.read(headers.cookie);
    if (token === null) return null;
    if (!this.deps.maySignIn(socket)) throw new KargahError('only_through_jupyter');
    const claims = await this.deps.pageKey.verify(token);
    const person = await this.deps.identity.ofSession(String(claims['sid']), claims.sub, claims.exp * 1000);
    const { project } = claims;
    return typeof project === 'string' ? inProject(person, project) : person;
  }
}
