import assert from 'node:assert/strict';
import { join, resolve } from 'node:path';
import { ESLint } from 'eslint';
import { describe, it } from 'vitest';

const root = resolve(import.meta.dirname, '..');
/** What ESLint's rule about access says of this text, as a file of that name. */
async function said(path, text) {
  // Types are not looked at: the file is none.
  const eslint = new ESLint({
    cwd: root,
    overrideConfig: [{ languageOptions: { parserOptions: { projectService: false } } }],
    ruleFilter: ({ ruleId }) => ruleId === 'no-restricted-syntax',
  });
  const [result] = await eslint.lintText(text, { filePath: join(root, path) });
  return result.messages.map(({ ruleId, fatal }) => ruleId ?? `fatal: ${String(fatal)}`);
}

describe('who may do what', () => {
  for (const text of [
    'const mine = row.project_id === caller.projectId;',
    'const other = row?.project_id !== caller.projectId;',
    'const { projectId } = caller; const mine = use.projectId == projectId;',
    "rows.where('project_id', '=', given);",
    "rows.where((eb) => eb('d.project_id', 'in', given));",
  ]) {
    it(`is not decided by a feature: ${text}`, async () => {
      const found = await said('bridge-server/src/training/probe.ts', text);
      assert.ok(found.length > 0 && found.every((rule) => rule === 'no-restricted-syntax'), String(found));
    });
    it(`is decided in access/, and narrowed in stores: ${text}`, async () => {
      for (const path of ['access/probe.ts', 'training/records/store.ts', 'datasets/records/version-store.ts'])
        assert.deepEqual(await said(`bridge-server/src/${path}`, text), []);
    });
  }
  it('may be handed on: what is made goes to the project of its caller', async () => {
    const text = "const row = { project_id: caller.projectId }; rows.select(['project_id']);";
    assert.deepEqual(await said('bridge-server/src/training/probe.ts', text), []);
  });
});
