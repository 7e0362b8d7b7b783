#!/usr/bin/env node
// Whether the relative links of the documents lead to a file that is there, and their anchors to a heading. Addresses elsewhere
// are not asked for: a check must not depend on somebody's server.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const LEFT_OUT = /(?:^|\/)(?:node_modules|dist|lib|labextension|artefacts|test-results|\.[^/]+)$/u;
const LINK =
  /\]\(<?([^\s)>]+)>?(?:\s+"[^"]*")?\)|^\s*\[[^\]]+\]:\s+<?([^\s>]+)>?|<(?:a|img)\s[^>]*?(?:href|src)="([^"]+)"/gmu;

/** What is written in a block or a span of code links nowhere; lines stay where they are. */
const withoutCode = (text) =>
  text
    .replace(/^( *)(`{3,}|~{3,})[^\n]*\n[\s\S]*?^\1\2[^\n]*$/gmu, (block) => block.replace(/[^\n]/gu, ''))
    .replace(/(`+)(?!`)[\s\S]*?[^`]\1(?!`)/gu, (span) => span.replace(/[^\n]/gu, ''));

/** The anchors that GitHub gives to a document's headings, and those that it sets itself. */
export function anchorsOf(text) {
  const seen = new Map();
  const anchors = new Set([...text.matchAll(/\s(?:id|name)="([^"]+)"/gu)].map(([, id]) => id));
  const blocks = text.replace(/^( *)(`{3,}|~{3,})[^\n]*\n[\s\S]*?^\1\2[^\n]*$/gmu, '');
  for (const [, title] of blocks.matchAll(/^#{1,6}\s+(.+?)\s*#*$/gmu)) {
    const plain = title.replace(/!?\[([^\]]*)\]\([^)]*\)/gu, '$1').replace(/<[^>]+>/gu, '');
    const slug = plain
      .toLowerCase()
      .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
      .replaceAll(' ', '-');
    const times = seen.get(slug) ?? 0;
    seen.set(slug, times + 1);
    anchors.add(times === 0 ? slug : `${slug}-${String(times)}`);
  }
  return anchors;
}

/** What is wrong with the links of every document below a folder, a line each. */
export function brokenLinks(root) {
  const broken = [];
  for (const file of documentsOf(root)) {
    const text = withoutCode(readFileSync(file, 'utf8'));
    for (const match of text.matchAll(LINK)) {
      const target = match[1] ?? match[2] ?? match[3];
      if (/^[a-z][a-z0-9+.-]*:|^\/\//iu.test(target)) continue;
      const [path, anchor] = target.split('#').map(decodeURIComponent);
      const place = path === '' ? file : resolve(dirname(file), path);
      const line = text.slice(0, match.index).split('\n').length;
      const where = `${relative(root, file)}:${String(line)}: ${target}`;
      if (!existsSync(place)) broken.push(`${where} is not there`);
      else if (anchor && place.endsWith('.md') && !anchorsOf(readFileSync(place, 'utf8')).has(anchor))
        broken.push(`${where} has no such heading`);
    }
  }
  return broken;
}

function documentsOf(folder) {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (LEFT_OUT.test(path)) return [];
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return documentsOf(path);
    return name.endsWith('.md') ? [path] : [];
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const broken = brokenLinks(resolve(import.meta.dirname, '..'));
  for (const line of broken) process.stderr.write(`${line}\n`);
  process.exit(broken.length === 0 ? 0 : 1);
}
