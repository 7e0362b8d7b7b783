import { fold } from './fold.js';

/** Says whether every word of the search is in one of the texts; spelling variants of Persian count as equal. */
export function matcher(search: string): (...texts: readonly string[]) => boolean {
  const words = fold(search).split(/\s+/).filter(Boolean);
  return (...texts) => {
    const folded = fold(texts.join('\n'));
    return words.every((word) => folded.includes(word));
  };
}
