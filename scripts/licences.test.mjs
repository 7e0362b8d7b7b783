import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { isAllowed, ofNode, ofPython, refused } from './licences.mjs';

describe('a licence', () => {
  for (const stated of [
    'MIT',
    '(MIT OR GPL-3.0)',
    'Apache-2.0 AND BSD-3-Clause',
    'Apache-2.0 WITH LLVM-exception',
    'Apache Software License',
    'BSD',
    'Apache License 2.0',
    'MPL-2.0',
  ])
    it(`is allowed: ${stated}`, () => assert.equal(isAllowed(stated), true));
  for (const stated of [
    'GPL-3.0-only',
    'AGPL-3.0',
    'MIT AND GPL-2.0',
    'UNLICENSED',
    'SEE LICENSE IN file',
    'Commercial',
    '',
  ])
    it(`is not allowed: ${stated}`, () => assert.equal(isAllowed(stated), false));
});

describe('what a package states', () => {
  it('is read in each of the forms that Node packages have', () => {
    assert.deepEqual(ofNode({ name: 'a', version: '1', license: 'ISC' }), { name: 'a', version: '1', licence: 'ISC' });
    assert.equal(ofNode({ name: 'a', version: '1', license: { type: 'MIT' } }).licence, 'MIT');
    assert.equal(
      ofNode({ name: 'a', version: '1', licenses: [{ type: 'MIT' }, { type: 'GPL-2.0' }] }).licence,
      'MIT OR GPL-2.0',
    );
    assert.equal(ofNode({ name: 'a', version: '1' }).licence, '');
  });
  it('is read in each of the forms that Python packages have, and not from their long texts', () => {
    const of = (lines) => ofPython(`Name: a\nVersion: 1\n${lines}\n\nLicense: GPL\n`).licence;
    assert.equal(of('License-Expression: BSD-3-Clause\nLicense: GPL'), 'BSD-3-Clause');
    assert.equal(of('License: MIT License'), 'MIT License');
    assert.equal(
      of('License: see below\nClassifier: License :: OSI Approved\nClassifier: License :: OSI Approved :: MIT License'),
      'MIT License',
    );
    assert.equal(of('Summary: b'), '');
  });
});

it('a package under another licence, or under none, is told by its name', () => {
  const packages = [
    { name: 'good', version: '1', licence: 'MIT' },
    { name: 'bad', version: '2', licence: 'GPL-3.0' },
    { name: 'mute', version: '3', licence: '' },
  ];
  assert.deepEqual(refused('npm', packages), ['npm: bad 2: GPL-3.0', 'npm: mute 3: no licence stated']);
});
