import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { anchorsOf, brokenLinks } from './links.mjs';

let root;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kargah-links-'));
  mkdirSync(join(root, 'docs/node_modules'), { recursive: true });
  writeFileSync(join(root, 'README.md'), '# Start\n\n## How to add …\n');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));
const said = (text) => {
  writeFileSync(join(root, 'docs/page.md'), text);
  return brokenLinks(root);
};

describe('the links of the documents', () => {
  for (const text of [
    '[a](../README.md)',
    '[a](../README.md#how-to-add-) and [b][ref]\n\n[ref]: ../README.md#start',
    '## Here\n\n[`code`](#here) ![picture](../README.md "title") <a href="../README.md">a</a>',
    '[far](https://example.org/x.md) [mail](mailto:a@b.co)',
    '`[a](gone.md)`\n\n```md\n[a](gone.md)\n```',
    '[folder](../docs)',
  ])
    it(`may lead to what is there: ${JSON.stringify(text)}`, () => {
      expect(said(text)).toEqual([]);
    });
  for (const [text, wrong] of [
    ['first\n\n[a](gone.md)', 'docs/page.md:3: gone.md is not there'],
    ['[a `b`](gone.md#x)', 'docs/page.md:1: gone.md#x is not there'],
    ['```\n\n```\n[a](../README.md#nowhere)', 'docs/page.md:4: ../README.md#nowhere has no such heading'],
    ['[a](#here)', 'docs/page.md:1: #here has no such heading'],
    ['[ref]: gone.md', 'docs/page.md:1: gone.md is not there'],
    ['<img alt="" src="gone.png">', 'docs/page.md:1: gone.png is not there'],
    ['[![picture](gone.png)](../README.md)', 'docs/page.md:1: gone.png is not there'],
  ])
    it(`are refused where they lead nowhere: ${JSON.stringify(text)}`, () => {
      expect(said(text)).toEqual([wrong]);
    });
  it('are not looked for in what was installed', () => {
    writeFileSync(join(root, 'docs/node_modules/x.md'), '[a](gone.md)');
    expect(said('')).toEqual([]);
  });
});

it('knows the anchors of headings: Persian ones, with code and links in them, and of one name twice', () => {
  const text =
    '# راهنمای کارگاه\n## `KARGAH_URL` and [more](x.md)\n## Twice\n## Twice\n<a id="set"></a>\n```\n# none\n```\n';
  expect([...anchorsOf(text)].sort()).toEqual(
    ['kargah_url-and-more', 'set', 'twice', 'twice-1', 'راهنمای-کارگاه'].sort(),
  );
});
