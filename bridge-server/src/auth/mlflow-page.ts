import type { Request, Response } from 'express';
import type { Person } from '../http/route.js';
import type { Cookie } from './cookies.js';
import type { Identity } from './identity.js';
import type { TokenKey } from './keys.js';

export const MLFLOW_PAGE_SECONDS = 900;

/** How a browser shows the MLflow gateway who it is: a page in a frame cannot send a header. */
export class MlflowPage {
  constructor(
    private readonly key: TokenKey,
    private readonly cookie: Cookie,
    private readonly identity: Identity,
  ) {}

  /** Signs the browser in to the MLflow page below `mlflow/`. */
  async open(req: Request, res: Response, person: Person): Promise<{ expiresAt: number }> {
    const { token, expiresAt } = await this.key.sign({ sub: person.userId }, MLFLOW_PAGE_SECONDS);
    this.cookie.write(req, res, token, MLFLOW_PAGE_SECONDS);
    return { expiresAt };
  }

  /** Who a request of the page comes from; null without the cookie. @throws {KargahError} `token_expired`, `unauthenticated`. */
  async callerOf(cookieHeader: string | undefined): Promise<Person | null> {
    const token = this.cookie.read(cookieHeader);
    if (token === null) return null;
    const claims = await this.key.verify(token);
    return { ...(await this.identity.known(claims.sub)), expiresAt: claims.exp * 1000 };
  }
}
