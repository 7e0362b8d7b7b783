import { MAX_PASSWORD, MIN_PASSWORD } from '../../contract/auth.js';
import { KargahError } from '../../lib/errors.js';

/** Words that long guessable passwords are made of; repeated or lengthened they stay guessable. */
const COMMON = [
  'password', 'passw0rd', 'qwerty', 'qwertyuiop', 'asdfghjkl', 'zxcvbnm', 'letmein', 'welcome', 'admin', 'administrator',
  'iloveyou', 'monkey', 'dragon', 'football', 'baseball', 'sunshine', 'princess', 'master', 'trustno1', 'abc', 'abcd',
  'changeme', 'secret', 'default', 'kargah', 'jupyter', 'test', 'user', 'login', 'persian', 'iran', 'tehran', 'رمز', 'رمزعبور', 'کارگاه',
]; // prettier-ignore
const SEQUENCES = [
  '01234567890123456789',
  'abcdefghijklmnopqrstuvwxyz',
  'qwertyuiopasdfghjklzxcvbnm',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm',
];

/** One spelling for what different keyboards write. */
export function normalisePassword(password: string): string {
  return password.normalize('NFKC');
}

/** @throws {KargahError} `weak_password` for a short one, `password_too_long`, `common_password` for one that is guessed first. */
export function checkPassword(password: string, email: string): void {
  if (Array.from(password).length < MIN_PASSWORD) throw new KargahError('weak_password', { min: MIN_PASSWORD });
  // One letter may have become eighteen.
  if (password.length > MAX_PASSWORD) throw new KargahError('password_too_long', { max: MAX_PASSWORD });
  const folded = password.toLowerCase();
  // What is left when everything guessable is taken out must still be something.
  const rest = COMMON.toSorted((a, b) => b.length - a.length)
    .reduce((text, word) => text.replaceAll(word, ''), folded)
    .replace(/[\d\W_]/gu, (c) => (/\p{L}/u.test(c) ? c : ''));
  const guessable =
    rest.length < 3 ||
    new Set(folded).size < 5 ||
    SEQUENCES.some((s) => s.includes(folded) || Array.from(s).reverse().join('').includes(folded)) ||
    folded === email.toLowerCase() ||
    folded === email.toLowerCase().split('@')[0];
  if (guessable && !/\S+\s+\S+\s+\S+/u.test(folded)) throw new KargahError('common_password');
}
