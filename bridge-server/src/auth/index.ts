import type { Logger } from 'pino';
import type { Person } from '../access/caller.js';
import type { Memberships } from '../access/memberships.js';
import { type Clock, systemClock } from '../lib/clock.js';
import { deriveKey, type Config } from '../config.js';
import { maySignIn, type MaySignIn } from '../http/listen.js';
import type { Authenticator, Route } from '../http/route.js';
import type { Ledger } from '../ledger/index.js';
import type { Mail } from '../mail/index.js';
import type { Storage } from '../storage/storage.js';
import { openAccounts } from './accounts.js';
import { ApiTokens } from './tokens/api-tokens.js';
import { Cookie } from './cookies.js';
import { Identity } from './identity.js';
import { Devices } from './devices.js';
import { KeyRing } from './keys/key-ring.js';
import { TokenKey } from './keys/keys.js';
import { MLFLOW_PAGE_SECONDS, MlflowAccess } from './tokens/mlflow-access.js';
import { Pace } from '../lib/pace.js';
import { Directory } from './people/directory.js';
import { People } from './people/named.js';
import { ResetLinks } from './people/reset-links.js';
import { authRoutes } from './routes.js';
import { Sessions } from './sessions.js';
import { SignUp } from './signup/signup.js';
import { SignUpModes } from './signup/signup-mode.js';
import { HashQueue } from './passwords/hash-queue.js';

export interface AuthDeps {
  readonly storage: Storage;
  readonly ledger: Ledger;
  readonly mail: Mail;
  readonly config: Pick<
    Config,
    'secret' | 'keyMaxAgeDays' | 'sessionDays' | 'accessTokenSeconds' | 'publicPath' | 'signup' | 'dataDir' | 'socket'
  >;
  readonly memberships: Pick<Memberships, 'of' | 'forget'>;
  readonly sessionEnded: (sessionId: string) => void;
  readonly log: Pick<Logger, 'warn'>;
  readonly clock?: Clock;
}
export interface Auth {
  readonly routes: readonly Route[];
  readonly authenticator: Authenticator;
  /** @throws {KargahError} where what somebody showed is good no longer */
  readonly stillGood: (person: Person) => Promise<void>;
  readonly mlflow: MlflowAccess;
  readonly people: People;
  readonly maySignIn: MaySignIn;
  /** The code that the first account needs over TCP, while it can be used. */
  readonly signUpCode: () => string | null;
  stop(): void;
}

export async function createAuth(deps: AuthDeps): Promise<Auth> {
  const { storage, ledger, mail, config, memberships, sessionEnded, log, clock = systemClock } = deps;
  const accounts = await openAccounts(storage, config);
  const keyRing = await KeyRing.open({
    db: storage.db,
    ledger,
    config,
    clock,
    failed: (err) => log.warn({ err }, 'the keys of tokens could not be looked at'),
  });
  const accessKey = new TokenKey(config.secret, 'kargah', 'at+jwt', clock).following(
    keyRing,
    config.accessTokenSeconds,
  );
  const sessions = new Sessions(storage.db, deriveKey(config.secret, 'refresh'), config.sessionDays, clock);
  const apiTokens = new ApiTokens(storage.db);
  const mayEnter = maySignIn(config);
  const identity = new Identity({
    db: storage.db,
    accounts,
    sessions,
    apiTokens,
    memberships,
    accessKey,
    maySignIn: mayEnter,
    clock,
  });
  const signUp = new SignUp(config, new Pace(10, 90_000, clock));
  const signUpModes = new SignUpModes(storage.db, ledger, config.signup);
  signUp.begin(await accounts.count(), await signUpModes.now());
  const mlflow = new MlflowAccess({
    requestKey: new TokenKey(config.secret, 'mlflow', 'JWT', clock),
    pageKey: new TokenKey(config.secret, 'mlflow-page', 'JWT', clock).following(keyRing, MLFLOW_PAGE_SECONDS),
    pageCookie: new Cookie(config.secret, 'mlflow', `${config.publicPath}mlflow/`),
    identity,
    maySignIn: mayEnter,
  });
  const routes = authRoutes({
    db: storage.db,
    ledger,
    mail,
    directory: new Directory(storage.db, clock),
    resetLinks: new ResetLinks(storage.db, clock),
    accounts,
    apiTokens,
    identity,
    memberships,
    accessKey,
    keyRing,
    mlflow,
    signUp,
    signUpModes,
    sessionCookie: new Cookie(config.secret, 'session', config.publicPath),
    sessions,
    devices: new Devices(storage.db, clock),
    deviceCookie: new Cookie(config.secret, 'device', config.publicPath),
    hashes: new HashQueue(),
    paces: {
      registrations: new Pace(100, 5_000, clock),
      loginsOfAddress: new Pace(50, 2_000, clock),
      loginsOfEmail: new Pace(10, 10_000, clock),
      loginsAtHome: new Pace(10, 10_000, clock),
    },
    clock,
    reused: ({ user_id, session_id }) =>
      log.warn({ user_id, session_id }, 'a session was ended: a refresh token of it was used a second time'),
    accessTokenSeconds: config.accessTokenSeconds,
    publicPath: config.publicPath,
    sessionEnded,
  });
  return {
    routes,
    authenticator: identity,
    stillGood: (person) => identity.stillGood(person),
    mlflow,
    people: new People(storage.db),
    maySignIn: mayEnter,
    signUpCode: () => signUp.code,
    stop: () => keyRing.stop(),
  };
}
