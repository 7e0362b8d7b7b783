/** Splits as a shell does: quotes hold words together, a backslash takes the next letter as it is. */
export function splitArgs(text: string): string[] {
  const words: string[] = [];
  let word: string | null = null;
  let quote: string | null = null;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text.charAt(at);
    if (letter === '\\' && quote !== "'" && at + 1 < text.length) {
      at += 1;
      word = (word ?? '') + text.charAt(at);
    } else if (quote !== null) {
      if (letter === quote) quote = null;
      else word = (word ?? '') + letter;
    } else if (letter === '"' || letter === "'") {
      quote = letter;
      word ??= '';
    } else if (/\s/.test(letter)) {
      if (word !== null) words.push(word);
      word = null;
    } else word = (word ?? '') + letter;
  }
  if (word !== null) words.push(word);
  return words;
}

/** The inverse, for a cloned job. */
export function joinArgs(args: readonly string[]): string {
  return args.map((word) => (/^[^\s'"\\]+$/.test(word) ? word : `"${word.replace(/["\\]/g, '\\$&')}"`)).join(' ');
}

/** The variables that the text names, null where a word of it names none. */
export function variablesOf(text: string): Readonly<Record<string, string>> | null {
  const pairs = splitArgs(text).map((word) => /^([A-Za-z_]\w*)=([^]*)$/.exec(word));
  if (pairs.includes(null)) return null;
  return Object.fromEntries(pairs.map((pair) => [pair?.[1] ?? '', pair?.[2] ?? '']));
}

/** The inverse. */
export function joinVariables(env: Readonly<Record<string, string>>): string {
  return joinArgs(Object.entries(env).map(([name, value]) => `${name}=${value}`));
}
