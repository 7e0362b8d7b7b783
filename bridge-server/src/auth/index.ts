import type { Config } from '../config.js';
import type { Authenticator, Route } from '../http/route.js';
import type { Storage } from '../storage/storage.js';
import { openAccounts } from './accounts.js';
import { ApiTokens } from './api-tokens.js';
import { Attempts } from './attempts.js';
import { Cookie } from './cookies.js';
import { Identity } from './identity.js';
import { TokenKey } from './keys.js';
import { MlflowAccess } from './mlflow-access.js';
import { People } from './people.js';
import { authRoutes } from './routes.js';

export interface AuthDeps {
  readonly storage: Storage;
  readonly config: Pick<Config, 'secret' | 'sessionDays' | 'accessTokenSeconds' | 'publicPath'>;
  readonly sessionEnded: (sessionId: string) => void;
}
export interface Auth {
  readonly routes: readonly Route[];
  readonly authenticator: Authenticator;
  readonly mlflow: MlflowAccess;
  readonly people: People;
}

const QUARTER_HOUR = 900;

export async function createAuth({ storage, config, sessionEnded }: AuthDeps): Promise<Auth> {
  const accounts = await openAccounts(storage, config);
  const accessKey = new TokenKey(config.secret, 'kargah');
  const apiTokens = new ApiTokens(storage.db);
  const identity = new Identity(storage.db, accounts, apiTokens, accessKey);
  const mlflow = new MlflowAccess(
    new TokenKey(config.secret, 'mlflow'),
    new TokenKey(config.secret, 'mlflow-page'),
    new Cookie(config.secret, 'mlflow', `${config.publicPath}mlflow/`),
    identity,
  );
  const routes = authRoutes({
    accounts,
    apiTokens,
    identity,
    accessKey,
    mlflow,
    sessionCookie: new Cookie(config.secret, 'session', config.publicPath),
    logins: new Attempts(10, QUARTER_HOUR),
    registrations: new Attempts(200, QUARTER_HOUR),
    accessTokenSeconds: config.accessTokenSeconds,
    publicPath: config.publicPath,
    sessionEnded,
  });
  return { routes, authenticator: identity, mlflow, people: new People(storage.db) };
}
