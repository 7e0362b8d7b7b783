import { UNSEEN } from '../../../contract/common.js';
import { fileSuffix } from '../../../contract/datasets/intake.js';

const SUFFIX = new RegExp(`(?:${fileSuffix.options.map((one) => one.replaceAll('.', '\\.')).join('|')})$`, 'iu');
const MAX_CHARACTERS = 200;
/** Room for what a file system adds: it takes 255 bytes, and Persian letters take two each. */
const MAX_BYTES = 240;

/** Letters as they are seen, with the marks and joiners that belong to them. */
const LETTERS = new Intl.Segmenter('fa', { granularity: 'grapheme' });

const ALL_UNSEEN = new RegExp(UNSEEN, 'gu');

/**
 * The last part of a path, without what is not seen or turns what is beside it; spaces and Arabic forms as they are. Names that only
 * look alike stay apart: nothing is found by a name here, and nothing lies under one. Long ones keep their suffix.
 */
export function plainName(given: string): string {
  const name = (given.split(/[/\\]/u).at(-1) ?? '').normalize('NFC').replace(ALL_UNSEEN, '').trim();
  // Neither is a file's name anywhere.
  if (/^\.+$/u.test(name)) return '';
  if (fits(name)) return name;
  const suffix = SUFFIX.exec(name)?.[0] ?? '';
  const stem = name.slice(0, name.length - suffix.length);
  const letters = [...LETTERS.segment(stem)].map(({ segment }) => segment);
  while (letters.length > 0 && !fits(letters.join('') + suffix)) letters.pop();
  return letters.join('').trimEnd() + suffix;
}

export function isKnownFormat(filename: string): boolean {
  return SUFFIX.test(filename);
}

function fits(name: string): boolean {
  return name.length <= MAX_CHARACTERS && Buffer.byteLength(name) <= MAX_BYTES;
}
