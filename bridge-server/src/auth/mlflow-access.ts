import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Request, Response } from 'express';
import type { Caller, Person } from '../http/route.js';
import type { Cookie } from './cookies.js';
import type { Identity } from './identity.js';
import type { TokenKey } from './keys.js';

export const MLFLOW_PAGE_SECONDS = 900;
const REQUEST_SECONDS = 60;

/** What the bridge shows MLflow, and what a browser shows the bridge's MLflow gateway. */
export class MlflowAccess {
  constructor(
    private readonly requestKey: TokenKey,
    private readonly pageKey: TokenKey,
    private readonly pageCookie: Cookie,
    private readonly identity: Identity,
  ) {}

  /** Verifies the tokens of {@link mint} (Ed25519, SPKI PEM; issuer `kargah`, audience `mlflow`). */
  get publicKeyPem(): string {
    return this.requestKey.publicKeyPem;
  }

  /** Leaves the public key where MLflow's permission plugin reads it. */
  writePublicKey(path: string): void {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(`${path}.new`, this.publicKeyPem, { mode: 0o600 });
    renameSync(`${path}.new`, path);
  }

  /** A token of 60 s for one forwarded request: `sub` is the user's id, `workspace` theirs, `role` `user`, `email` where known. */
  async mint(caller: Caller): Promise<string> {
    const claims = { sub: caller.userId, workspace: caller.workspace, role: 'user' };
    return (await this.requestKey.sign(claims, REQUEST_SECONDS)).token;
  }

  /** A token of 60 s for what the bridge itself asks of MLflow: `role` is `service`, which the plugin treats as its admin. */
  async mintForService(): Promise<string> {
    return (await this.requestKey.sign({ sub: 'kargah', role: 'service' }, REQUEST_SECONDS)).token;
  }

  /** Signs the browser in to the MLflow page below `mlflow/`. */
  async openPage(req: Request, res: Response, person: Person): Promise<{ expiresAt: number }> {
    const { token, expiresAt } = await this.pageKey.sign({ sub: person.userId }, MLFLOW_PAGE_SECONDS);
    this.pageCookie.write(req, res, token, MLFLOW_PAGE_SECONDS);
    return { expiresAt };
  }

  /** Who a request of the MLflow page comes from; null without the cookie. @throws {KargahError} `token_expired`, `unauthenticated`. */
  async callerOfCookie(header: string | undefined): Promise<Person | null> {
    const token = this.pageCookie.read(header);
    if (token === null) return null;
    const claims = await this.pageKey.verify(token);
    return { ...(await this.identity.known(claims.sub)), expiresAt: claims.exp * 1000 };
  }
}
