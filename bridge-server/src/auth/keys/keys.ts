import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { decodeProtectedHeader, errors, jwtVerify, SignJWT, type JWTPayload } from 'jose';
import type { Clock } from '../../lib/clock.js';
import { deriveKey } from '../../config.js';
import { KargahError } from '../../lib/errors.js';
import { LOOK_MS, ONLY_THE_FIRST, type Seeds } from './key-ring.js';

/** Ed25519 in PKCS #8 (RFC 8410): this head, then the 32 bytes of the seed. */
const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** A job that logs points sends the same token hundreds of times a second; its signature is verified once. */
const MAX_VERIFIED = 1_000;

/** Another bridge may sign with a key for so long after it was replaced, and clocks differ. */
const SLACK_MS = 2 * LOOK_MS;

interface Key {
  readonly kid: string;
  readonly private: KeyObject;
  readonly public: KeyObject;
  /** From then on no token of this key is accepted, whatever expiry it carries. */
  readonly over: number;
}
type Claims = JWTPayload & { sub: string; exp: number };

/**
 * Signs and verifies short-lived tokens of one audience. The keys follow from the secret, so they survive restarts, and from the seeds,
 * of which the newest signs; what an older one signed is good until it is over.
 */
export class TokenKey {
  readonly publicKeyPem: string;
  #seeds: Seeds = ONLY_THE_FIRST;
  #longestSeconds = 0;
  readonly #made = new Map<string, Omit<Key, 'over'>>();
  readonly #verified = new Map<string, { readonly claims: Claims; readonly over: number; readonly kid: string }>();

  constructor(
    private readonly secret: string,
    readonly audience: string,
    /** The `typ` of a token of this kind. */
    private readonly type: 'at+jwt' | 'JWT',
    private readonly clock: Clock,
  ) {
    this.publicKeyPem = this.#keyOf(null).public.export({ type: 'spki', format: 'pem' }).toString();
  }

  /** Signs by the newest of these seeds from now on; a token of this audience lives so long at most. */
  following(seeds: Seeds, longestSeconds: number): this {
    this.#seeds = seeds;
    this.#longestSeconds = longestSeconds;
    return this;
  }

  async sign(claims: JWTPayload & { sub: string }, seconds: number): Promise<{ token: string; expiresAt: number }> {
    const now = Math.floor(this.clock.now() / 1000);
    const key = this.#keys().at(-1)!;
    const token = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'EdDSA', typ: this.type, kid: key.kid })
      .setIssuer('kargah')
      .setAudience(this.audience)
      .setIssuedAt(now)
      .setExpirationTime(now + seconds)
      .sign(key.private);
    return { token, expiresAt: (now + seconds) * 1000 };
  }

  /** @throws {KargahError} `token_expired` for one of ours that has ended, `unauthenticated` for anything else. */
  async verify(token: string): Promise<Claims> {
    const known = this.#verified.get(token);
    // A key may have been replaced since: its tokens then end with it, before the expiry that they carry.
    if (known !== undefined && this.clock.now() < Math.min(known.over, this.#endOf(known.kid))) return known.claims;
    this.#verified.delete(token);
    if (!isCanonical(token)) throw new KargahError('unauthenticated');
    try {
      const key = await this.#keyNamed(decodeProtectedHeader(token).kid);
      const { payload } = await jwtVerify(token, key.public, {
        algorithms: ['EdDSA'],
        issuer: 'kargah',
        audience: this.audience,
        typ: this.type,
        currentDate: new Date(this.clock.now()),
        requiredClaims: ['sub', 'exp'],
      });
      if (this.clock.now() >= key.over) throw new errors.JWTExpired('its key was replaced', payload);
      const claims = payload as Claims;
      if (this.#verified.size >= MAX_VERIFIED) this.#verified.clear();
      this.#verified.set(token, { claims, over: claims.exp * 1000, kid: key.kid });
      return claims;
    } catch (cause) {
      throw new KargahError(cause instanceof errors.JWTExpired ? 'token_expired' : 'unauthenticated', {}, { cause });
    }
  }

  async #keyNamed(kid: string | undefined): Promise<Key> {
    const named = (): Key | undefined => this.#keys().find((key) => key.kid === kid);
    const found = named();
    if (found !== undefined) return found;
    await this.#seeds.lookAgain();
    const made = named();
    if (made === undefined) throw new errors.JWTInvalid('another key');
    return made;
  }

  /** Until when tokens of a key are good. */
  #endOf(kid: string): number {
    return this.#keys().find((key) => key.kid === kid)?.over ?? 0;
  }

  #keys(): Key[] {
    return this.#seeds.all().map(({ seed, replacedAt }) => ({
      ...this.#keyOf(seed),
      over: replacedAt === null ? Infinity : replacedAt + this.#longestSeconds * 1000 + SLACK_MS,
    }));
  }

  #keyOf(seed: string | null): Omit<Key, 'over'> {
    const known = this.#made.get(seed ?? '');
    if (known !== undefined) return known;
    const purpose = seed === null ? `jwt:${this.audience}` : `jwt:${this.audience}:${seed}`;
    const der = Buffer.concat([PKCS8_ED25519, deriveKey(this.secret, purpose)]);
    const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
    const shown = createPublicKey(key);
    const kid = createHash('sha256')
      .update(shown.export({ type: 'spki', format: 'der' }))
      .digest('base64url')
      .slice(0, 16);
    const made = { kid, private: key, public: shown };
    this.#made.set(seed ?? '', made);
    return made;
  }
}

/** Whether a token is written as we write it: base64url can say the same bytes in several ways, and one token must be one text. */
function isCanonical(token: string): boolean {
  const parts = token.split('.');
  return parts.length === 3 && parts.every((part) => Buffer.from(part, 'base64url').toString('base64url') === part);
}
