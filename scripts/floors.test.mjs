// The rules of .dependency-cruiser.mjs, asked about a small tree in which each import stands for one that is allowed or refused.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { node, root } from './setup.mjs';

const BRIDGE = 'bridge-server/src';
const PANEL = 'jupyterlab-extension/src';
const ENTRY = 'a feature of the bridge is entered by its index, its port or its value in `feature.ts`';
const MIGRATION = 'a migration knows no code of today';
const WIRE = 'what a feature has on the wire is declared without its code';

const ALLOWED = [
  [`${BRIDGE}/training/service.ts`, `${BRIDGE}/lib/ids.ts`],
  [`${BRIDGE}/sweeps/runner.ts`, `${BRIDGE}/training/index.ts`],
  [`${BRIDGE}/sweeps/reports.ts`, `${BRIDGE}/training/ports.ts`],
  [`${BRIDGE}/features.ts`, `${BRIDGE}/sweeps/feature.ts`],
  [`${BRIDGE}/compose.ts`, `${BRIDGE}/training/service.ts`],
  [`${BRIDGE}/notes/contract.ts`, `${BRIDGE}/contract/common.ts`],
  [`${BRIDGE}/notes/index.ts`, `${BRIDGE}/training/index.ts`],
  [`${BRIDGE}/sweeps/sweeps.test.ts`, `${BRIDGE}/training/service.ts`],
  [`${PANEL}/notes/panel.ts`, `${PANEL}/jobs/row.ts`],
];
const REFUSED = [
  [`${BRIDGE}/lib/clock.ts`, `${BRIDGE}/training/index.ts`, `floor: ${BRIDGE}/lib`],
  [`${BRIDGE}/contract/errors.ts`, `${BRIDGE}/lib/ids.ts`, `floor: ${BRIDGE}/contract`],
  [`${BRIDGE}/models/list.ts`, `${BRIDGE}/sweeps/index.ts`, `floor: ${BRIDGE}/models`],
  // A folder that no floor names is a feature's.
  [`${BRIDGE}/training/run.ts`, `${BRIDGE}/notes/index.ts`, `floor: ${BRIDGE}/training`],
  [`${BRIDGE}/notes/store.ts`, `${BRIDGE}/models/index.ts`, `floor: ${BRIDGE}/notes`],
  [`${BRIDGE}/sweeps/deps.ts`, `${BRIDGE}/training/service.ts`, ENTRY],
  [`${BRIDGE}/notes/logs.ts`, `${BRIDGE}/training/logs/search.ts`, ENTRY],
  [`${BRIDGE}/storage/migrations/0001-first.ts`, `${BRIDGE}/storage/schema.ts`, MIGRATION],
  [`${BRIDGE}/notes/migrations/0001-first.ts`, `${BRIDGE}/notes/rows.ts`, MIGRATION],
  [`${BRIDGE}/notes/contract.ts`, `${BRIDGE}/notes/rows.ts`, WIRE],
  [`${BRIDGE}/models/service.ts`, `${BRIDGE}/models/models.test.ts`, 'nothing of the product uses what its tests use'],
  [`${PANEL}/lib/time.ts`, `${PANEL}/store/store.ts`, `floor: ${PANEL}/lib`],
  [`${PANEL}/models/row.ts`, `${PANEL}/notes/panel.ts`, `floor: ${PANEL}/models`],
];

let folder;
let found;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kargah-floors-'));
  cpSync(join(root, '.dependency-cruiser.mjs'), join(folder, '.dependency-cruiser.mjs'));
  const imports = Map.groupBy([...ALLOWED, ...REFUSED, ...circle()], ([from]) => from);
  const files = new Set([...imports.keys(), ...[...ALLOWED, ...REFUSED].map(([, to]) => to)]);
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    // A type counts as much as a value.
    const lines = (imports.get(file) ?? []).map(([from, to], at) => {
      const path = relative(dirname(from), to).replace(/\.ts$/u, '.js');
      return `import type { a as a${String(at)} } from '${path.startsWith('.') ? path : `./${path}`}';\n`;
    });
    writeFileSync(join(folder, file), `${lines.join('')}export const a = 1;\n`);
  }
  const program = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
  const args = ['--config', '.dependency-cruiser.mjs', '--output-type', 'json', BRIDGE, PANEL];
  const { stdout, stderr } = spawnSync(node, [program, ...args], { cwd: folder, encoding: 'utf8', maxBuffer: 2 ** 26 });
  expect(stderr).toBe('');
  found = JSON.parse(stdout).summary.violations.map(({ from, to, rule }) => [from, to, rule.name]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Two files that know each other. */
function circle() {
  const [one, other] = [`${BRIDGE}/lib/one.ts`, `${BRIDGE}/lib/other.ts`];
  return [
    [one, other],
    [other, one],
  ];
}
const saidOf = (from, to) => found.filter((one) => one[0] === from && one[1] === to).map(([, , rule]) => rule);

describe('an import', () => {
  for (const [from, to] of ALLOWED)
    it(`of ${to} is allowed in ${from}`, () => {
      expect(saidOf(from, to)).toEqual([]);
    });
  for (const [from, to, rule] of REFUSED)
    it(`of ${to} is refused in ${from}: ${rule}`, () => {
      expect(saidOf(from, to)).toEqual([rule]);
    });
  it('in a circle is refused', () => {
    // The circle is reported once, from one of its files.
    expect(circle().flatMap(([from, to]) => saidOf(from, to))).toEqual(['no-circular']);
  });
});
