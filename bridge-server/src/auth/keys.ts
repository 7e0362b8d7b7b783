import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { errors, jwtVerify, SignJWT, type JWTPayload } from 'jose';
import type { Clock } from '../lib/clock.js';
import { deriveKey } from '../config.js';
import { KargahError } from '../lib/errors.js';

/** Ed25519 in PKCS #8 (RFC 8410): this head, then the 32 bytes of the seed. */
const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Whoever logs points shows the same token hundreds of times a second; its signature is looked at once. */
const MAX_VERIFIED = 1_000;

/** Signs and verifies short-lived tokens of one audience. The key follows from the secret, so it survives restarts. */
export class TokenKey {
  readonly publicKeyPem: string;
  readonly #kid: string;
  readonly #private: KeyObject;
  readonly #public: KeyObject;
  readonly #verified = new Map<string, JWTPayload & { sub: string; exp: number }>();

  constructor(
    secret: string,
    readonly audience: string,
    /** What a token of this kind calls itself. */
    private readonly type: 'at+jwt' | 'JWT',
    private readonly clock: Clock,
  ) {
    const der = Buffer.concat([PKCS8_ED25519, deriveKey(secret, `jwt:${audience}`)]);
    this.#private = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
    this.#public = createPublicKey(this.#private);
    this.#kid = createHash('sha256')
      .update(this.#public.export({ type: 'spki', format: 'der' }))
      .digest('base64url')
      .slice(0, 16);
    this.publicKeyPem = this.#public.export({ type: 'spki', format: 'pem' }).toString();
  }

  async sign(claims: JWTPayload & { sub: string }, seconds: number): Promise<{ token: string; expiresAt: number }> {
    const now = Math.floor(this.clock.now() / 1000);
    const token = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'EdDSA', typ: this.type, kid: this.#kid })
      .setIssuer('kargah')
      .setAudience(this.audience)
      .setIssuedAt(now)
      .setExpirationTime(now + seconds)
      .sign(this.#private);
    return { token, expiresAt: (now + seconds) * 1000 };
  }

  /** @throws {KargahError} `token_expired` for one of ours that has ended, `unauthenticated` for anything else. */
  async verify(token: string): Promise<JWTPayload & { sub: string; exp: number }> {
    const known = this.#verified.get(token);
    if (known !== undefined && this.clock.now() < known.exp * 1000) return known;
    this.#verified.delete(token);
    if (!isCanonical(token)) throw new KargahError('unauthenticated');
    try {
      const { payload, protectedHeader } = await jwtVerify(token, this.#public, {
        algorithms: ['EdDSA'],
        issuer: 'kargah',
        audience: this.audience,
        typ: this.type,
        currentDate: new Date(this.clock.now()),
        requiredClaims: ['sub', 'exp'],
      });
      if (protectedHeader.kid !== this.#kid) throw new errors.JWTInvalid('another key');
      const claims = payload as JWTPayload & { sub: string; exp: number };
      if (this.#verified.size >= MAX_VERIFIED) this.#verified.clear();
      this.#verified.set(token, claims);
      return claims;
    } catch (cause) {
      throw new KargahError(cause instanceof errors.JWTExpired ? 'token_expired' : 'unauthenticated', {}, { cause });
    }
  }
}

/** Whether a token is written as we write it: base64url can say the same bytes in several ways, and one token must be one text. */
function isCanonical(token: string): boolean {
  const parts = token.split('.');
  return parts.length === 3 && parts.every((part) => Buffer.from(part, 'base64url').toString('base64url') === part);
}
