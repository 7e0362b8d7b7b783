import { createPrivateKey, createPublicKey, sign, type KeyObject } from 'node:crypto';

/** The MLflow administrator that only the bridge itself may be; `mlflow/kargah_mlflow/auth.py` knows the same name. */
const SERVICE_USER = 'kargah-bridge';
const SECONDS = 60;
/** RFC 8410: what precedes the 32 bytes of an Ed25519 seed in PKCS #8. */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Mints the short-lived tokens that MLflow's permission app verifies: one per request, never shown to anyone else. */
export interface MlflowTokens {
  /** PEM of the public key, for the MLflow server. */
  readonly publicKey: string;
  forUser(userId: string): string;
  /** The bridge's own, with every right. */
  forService(): string;
}

/** @param seed 32 secret bytes; the same seed makes the same key, so bridges of one team can share an MLflow. */
export function createMlflowTokens(seed: Buffer): MlflowTokens {
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' });
  return {
    publicKey: createPublicKey(key).export({ format: 'pem', type: 'spki' }).toString(),
    forUser: (userId) => mint(key, { sub: userId, role: 'user' }),
    forService: () => mint(key, { sub: SERVICE_USER, role: 'service' }),
  };
}

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const HEADER = encoded({ alg: 'EdDSA', typ: 'JWT' });

function mint(key: KeyObject, who: { sub: string; role: 'user' | 'service' }): string {
  const iat = Math.floor(Date.now() / 1000);
  const signed = `${HEADER}.${encoded({ ...who, iss: 'kargah', aud: 'mlflow', iat, exp: iat + SECONDS })}`;
  return `${signed}.${sign(null, Buffer.from(signed), key).toString('base64url')}`;
}
