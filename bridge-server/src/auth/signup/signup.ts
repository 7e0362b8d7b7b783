import { randomInt, timingSafeEqual } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../config.js';
import type { SignUpMode } from '../../contract/server/server.js';
import { KargahError } from '../../lib/errors.js';
import { sha256 } from '../../lib/hash.js';
import type { Pace } from '../../lib/pace.js';

/** No two that look alike. */
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';
const GROUPS = 5;

/** What the sign-in form needs to know. */
export interface SignUpState {
  readonly open: boolean;
  readonly first: boolean;
  readonly code_required: boolean;
  readonly invited: boolean;
}

/** Who asks for an account, and by what. */
interface Asking {
  readonly throughJupyter: boolean;
  readonly code?: string | undefined;
  /** They hold an invitation that is still open. */
  readonly isInvited: boolean;
}

/**
 * Decides who may make an account. The first one over TCP needs a code that only who started the bridge can read: it is printed, and
 * kept in a private file of the data folder for as long as there is no account. Whoever comes through Jupyter's socket has been let in
 * by Jupyter and needs none.
 */
export class SignUp {
  readonly #file: string;
  #code: string | null = null;

  constructor(
    private readonly config: Pick<Config, 'dataDir' | 'socket'>,
    private readonly wrongCodes: Pace,
  ) {
    this.#file = join(config.dataDir, 'signup-code');
  }

  /** Makes the code of this start, where one can be used. */
  begin(accounts: number, mode: SignUpMode): void {
    if (accounts > 0 || mode === 'closed' || this.config.socket !== null) {
      this.end();
      return;
    }
    this.#code = newCode();
    // Never an old file with wider rights.
    rmSync(this.#file, { force: true });
    writeFileSync(this.#file, `${this.#code}\n`, { mode: 0o600, flag: 'wx' });
  }

  /** The code that the first account needs over TCP; null where it needs none or there is an account. */
  get code(): string | null {
    return this.#code;
  }

  state(accounts: number, mode: SignUpMode, throughJupyter: boolean): SignUpState {
    const first = accounts === 0;
    const reached = throughJupyter || this.config.socket === null;
    const open = reached && (mode === 'open' || (first && mode !== 'closed'));
    const invited = reached && !first && (mode === 'open' || mode === 'invitation');
    return { open, first, code_required: open && first && !throughJupyter, invited };
  }

  /**
   * @throws {KargahError} `signup_closed`, `signup_by_invitation`, `signup_code_required`, `signup_code_wrong`; `rate_limited` after many
   *   wrong ones.
   */
  admit(accounts: number, mode: SignUpMode, { throughJupyter, code: given, isInvited }: Asking): void {
    const { open, code_required, invited } = this.state(accounts, mode, throughJupyter);
    if (invited && isInvited) return;
    if (!open) throw new KargahError(invited ? 'signup_by_invitation' : 'signup_closed');
    if (!code_required) return;
    const code = plain(given ?? '');
    if (code === '') throw new KargahError('signup_code_required');
    // A right one always passes: who guesses cannot shut the door on who can read it.
    if (this.#code !== null && same(code, plain(this.#code))) return;
    this.wrongCodes.use('code');
    throw new KargahError('signup_code_wrong');
  }

  /** There is an account now, or nobody is left to make one. */
  end(): void {
    this.#code = null;
    rmSync(this.#file, { force: true });
  }
}

function newCode(): string {
  const group = (): string => Array.from({ length: 4 }, () => LETTERS[randomInt(LETTERS.length)]).join('');
  return Array.from({ length: GROUPS }, group).join('-');
}

/** As it is compared: however it was copied, also by a Persian keyboard. */
function plain(code: string): string {
  return code
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[۰-۹]/gu, (digit) => String(digit.charCodeAt(0) - 0x6f0))
    .replace(/[^a-z0-9]/gu, '');
}

function same(a: string, b: string): boolean {
  return timingSafeEqual(Buffer.from(sha256(a)), Buffer.from(sha256(b)));
}
