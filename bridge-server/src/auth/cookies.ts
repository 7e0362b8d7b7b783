import type { Request, Response } from 'express';
import { deriveKey } from '../config.js';

/** A cookie that scripts cannot read and other sites cannot send; its value needs no escaping. */
export class Cookie {
  readonly #name: string;

  /** Browsers keep one cookie jar for all ports of a host, so the name tells two bridges on one machine apart. */
  constructor(
    secret: string,
    purpose: string,
    private readonly path: string,
  ) {
    this.#name = `kargah_${purpose}_${deriveKey(secret, 'cookie-name').toString('hex').slice(0, 8)}`;
  }

  read(header: string | undefined): string | null {
    for (const pair of (header ?? '').split(';')) {
      const [name, value] = pair.trim().split('=', 2);
      if (name === this.#name && value) return value;
    }
    return null;
  }

  write(req: Request, res: Response, value: string, seconds: number): void {
    const secure = (req.get('x-forwarded-proto') ?? '').split(',')[0]?.trim() === 'https';
    res.cookie(this.#name, value, {
      httpOnly: true,
      sameSite: 'strict',
      path: this.path,
      maxAge: seconds * 1000,
      secure,
    });
  }
}
