import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';
import { inEnglish, inPersian } from '../../http/answers/sentences.js';
import { KargahError } from '../../lib/errors.js';
import { rules as rulesSchema, type Rules } from './contract.js';

const LONGEST = 300;

/** The rules of a project as one file, with or without `aliases:` above them. @throws {KargahError} `rules_unreadable`, with the line */
export function readYaml(text: string): Rules {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter });
  const [broken] = document.errors;
  if (broken !== undefined) {
    const said = broken.message.split('\n')[0]!;
    throw unreadable(broken.linePos?.[0].line ?? 1, said, `این YAML نیست (${said})`);
  }
  const read = valueOf(document);
  const isBelow = typeof read === 'object' && read !== null && 'aliases' in read;
  const given = isBelow ? read.aliases : read;
  const parsed = rulesSchema.safeParse(given, { error: inEnglish });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const [persian] = rulesSchema.safeParse(given, { error: inPersian }).error!.issues;
  const own: unknown = issue!.code === 'custom' ? issue.params?.['fa'] : undefined;
  const where = issue!.path.join('.');
  const at = (message: string): string => (where === '' ? message : `${where}: ${message}`);
  throw unreadable(
    lineOf(document, lineCounter, { path: [...(isBelow ? ['aliases'] : []), ...issue!.path], issue: issue! }),
    at(issue!.message),
    at(typeof own === 'string' ? own : persian!.message),
  );
}

/** An alias of YAML may stand for as much as nobody could keep, and no rule needs one. */
function valueOf(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: 0 });
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    throw unreadable(
      1,
      'aliases of YAML (& and *) are not taken; write the values',
      'نام مستعار YAML (& و *) پذیرفته نیست؛ مقدارها را بنویسید',
    );
  }
}

/** Where the field stands, or the innermost one around it that is there. */
function lineOf(
  { contents }: Document,
  lineCounter: LineCounter,
  { path, issue }: { readonly path: readonly PropertyKey[]; readonly issue: z.core.$ZodIssue },
): number {
  const steps = issue.code === 'unrecognized_keys' ? [...path, issue.keys[0]!] : path;
  let node: unknown = contents;
  let start = 0;
  for (const step of steps) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
      if (pair === undefined) break;
      start = isScalar(pair.key) ? (pair.key.range?.[0] ?? start) : start;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      start = isMap(node) || isScalar(node) ? (node.range?.[0] ?? start) : start;
    } else break;
  }
  return lineCounter.linePos(start).line;
}

const unreadable = (line: number, reason: string, reason_fa: string): KargahError =>
  new KargahError('rules_unreadable', {
    line,
    reason: reason.slice(0, LONGEST),
    reason_fa: reason_fa.slice(0, LONGEST),
  });
