import type { Mailed } from '../contract/mail.js';
import type { ProjectRole } from '../contract/projects.js';

/** A link to hand over, and what it is for. */
export type Letter =
  | {
      readonly kind: 'invitation';
      readonly token: string;
      readonly project: string;
      readonly role: ProjectRole;
      readonly from: string;
      readonly expires_at: string;
    }
  | { readonly kind: 'reset'; readonly token: string; readonly from: string; readonly expires_at: string };

/** Sends letters where the server has a mail server. */
export interface Mail {
  readonly available: boolean;
  /** @throws {KargahError} `mail_not_set_up`, `rate_limited`: before anything is made that a letter would tell of */
  admit(userId: string): void;
  /** Never throws: the act that it tells of is done. */
  send(address: string, letter: Letter): Promise<Mailed>;
}
