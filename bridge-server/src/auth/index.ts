import type { Config } from '../config.js';
import { maySignIn, type MaySignIn } from '../http/listen.js';
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
import { SignUp } from './signup.js';

export interface AuthDeps {
  readonly storage: Storage;
  readonly config: Pick<
    Config,
    'secret' | 'sessionDays' | 'accessTokenSeconds' | 'publicPath' | 'signup' | 'dataDir' | 'socket'
  >;
  readonly sessionEnded: (sessionId: string) => void;
}
export interface Auth {
  readonly routes: readonly Route[];
  readonly authenticator: Authenticator;
  readonly mlflow: MlflowAccess;
  readonly people: People;
  readonly maySignIn: MaySignIn;
  /** The code that the first account needs over TCP, while it can be used. */
  readonly signUpCode: () => string | null;
}

const QUARTER_HOUR = 900;

export async function createAuth({ storage, config, sessionEnded }: AuthDeps): Promise<Auth> {
  const accounts = await openAccounts(storage, config);
  const accessKey = new TokenKey(config.secret, 'kargah');
  const apiTokens = new ApiTokens(storage.db);
  const mayEnter = maySignIn(config);
  const identity = new Identity(storage.db, accounts, apiTokens, accessKey, mayEnter);
  const signUp = new SignUp(config, new Attempts(10, QUARTER_HOUR));
  signUp.begin(await accounts.count());
  const mlflow = new MlflowAccess(
    new TokenKey(config.secret, 'mlflow'),
    new TokenKey(config.secret, 'mlflow-page'),
    new Cookie(config.secret, 'mlflow', `${config.publicPath}mlflow/`),
    identity,
    mayEnter,
  );
  const routes = authRoutes({
    accounts,
    apiTokens,
    identity,
    accessKey,
    mlflow,
    signUp,
    sessionCookie: new Cookie(config.secret, 'session', config.publicPath),
    logins: new Attempts(10, QUARTER_HOUR),
    registrations: new Attempts(200, QUARTER_HOUR),
    accessTokenSeconds: config.accessTokenSeconds,
    publicPath: config.publicPath,
    sessionEnded,
  });
  return {
    routes,
    authenticator: identity,
    mlflow,
    people: new People(storage.db),
    maySignIn: mayEnter,
    signUpCode: () => signUp.code,
  };
}
