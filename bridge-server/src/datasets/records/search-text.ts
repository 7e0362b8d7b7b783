import { folded } from '../../lib/search/folding.js';

/** What a search looks through: name, file name and tags, a line each. */
export function searchText(name: string, filename: string, tags: readonly string[]): string {
  return [name, filename, ...tags].map(folded).join('\n');
}
