import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folded } from './folding.js';

const VECTORS = JSON.parse(readFileSync(join(import.meta.dirname, '../../contract/folding.json'), 'utf8')) as Record<
  'alike' | 'different' | 'search',
  string[][]
>;

describe('folding for the bridge’s search', () => {
  it.each(VECTORS.alike)('makes one of %j, %j and its other forms', (...forms) => {
    expect(new Set(forms.map(folded)).size).toBe(1);
  });
  it.each(VECTORS.different)('tells %s from %s', (one, other) => {
    expect(folded(one)).not.toBe(folded(other));
  });
  it.each(VECTORS.search)('makes %j to %j', (text, form) => {
    expect(folded(text)).toBe(form);
  });
});
