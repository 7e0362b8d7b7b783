import { piecesOf } from './Linked.js';

const links = (text: string): (string | null)[] => piecesOf(text).flatMap(({ href }) => (href === null ? [] : [href]));

describe('the addresses in a log', () => {
  it.each([
    ['see https://example.org/a?b=c#d for more', ['https://example.org/a?b=c#d']],
    ['(http://localhost:6006/), or https://x.ir/فارسی.', ['http://localhost:6006/', 'https://x.ir/فارسی']],
    ['https://en.wikipedia.org/wiki/Adam_(optimizer)', ['https://en.wikipedia.org/wiki/Adam_(optimizer)']],
    ['[docs](https://example.org/x)', ['https://example.org/x']],
    ['"https://example.org/q"', ['https://example.org/q']],
  ])('are links: %s', (text, found) => expect(links(text)).toEqual(found));

  it.each([
    'File "/home/me/train.py", line 12, in main',
    'train.py:12: UserWarning',
    'javascript://example.org/%0aalert(1)',
    'file:///etc/passwd and data:text/html,x',
    'ftp://example.org/x',
    'https:// and http://:0',
  ])('are of the web: nothing in %s is a link', (text) => expect(links(text)).toEqual([]));

  it.each([')', ')]}', '.', ').', '.x', '((('])(
    'are found in a line of 600,000 letters that a program printed: https://x/ and %s again and again',
    (end) => {
      const text = `see https://x.org/${end.repeat(Math.ceil(600_000 / end.length))} https://y.org`;
      const pieces = piecesOf(text);
      const short = /[^)\]}.]/u.test(end) ? [] : ['https://x.org/'];
      expect(links(text)).toEqual([...short, 'https://y.org']);
      expect(pieces.map((piece) => piece.text).join('')).toBe(text);
    },
  );

  it('are links up to 2,048 letters; a longer one is not cut to one that leads elsewhere', () => {
    const longest = `https://x.org/${'a'.repeat(2_048 - 14)}`;
    expect(links(`(${longest})`)).toEqual([longest]);
    expect(links(`${longest}a`)).toEqual([]);
  });

  it('leave every letter of the text where it was', () => {
    const text = 'a https://a.b/c, d (http://e.f) g';
    expect(
      piecesOf(text)
        .map((piece) => piece.text)
        .join(''),
    ).toBe(text);
  });
});
