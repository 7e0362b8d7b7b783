import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { devNull, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { judge, lineOf, orderOf } from './flakes-judgement.mjs';
import { outcomesOfJest, outcomesOfJunit, outcomesOfPlaywright } from './runners.mjs';
import { node, python, root } from './setup.mjs';
import { filesOf, touchesTime } from './touching.mjs';

const passed = (id) => ({ id, status: 'passed', error: '' });
const failed = (id, error = 'Error: no') => ({ id, status: 'failed', error });
const run = (round, ...outcomes) => ({ runner: 'bridge', round, seed: 100 + round, seconds: 1, outcomes });

describe('a report', () => {
  it('of vitest or jest gives each test, with the first line of what was wrong', () => {
    const report = {
      testResults: [
        {
          name: `${root}/bridge-server/src/a.test.ts`,
          status: 'failed',
          message: '',
          assertionResults: [
            { fullName: 'a is right', status: 'passed', failureMessages: [] },
            {
              fullName: 'a is wrong',
              status: 'failed',
              failureMessages: ['\n\u001b[31mError: 1 is 2\u001b[39m\n  at x'],
            },
            { fullName: 'a is left out', status: 'pending', failureMessages: [] },
          ],
        },
      ],
    };
    expect(outcomesOfJest(JSON.stringify(report))).toEqual([
      passed('bridge-server/src/a.test.ts › a is right'),
      failed('bridge-server/src/a.test.ts › a is wrong', 'Error: 1 is 2'),
      { id: 'bridge-server/src/a.test.ts › a is left out', status: 'skipped', error: '' },
    ]);
  });
  it('of a file that does not load, or whose hooks fail, tells of the file', () => {
    const report = {
      testResults: [{ name: '/b.test.ts', status: 'failed', message: 'SyntaxError: x\nat y', assertionResults: [] }],
    };
    expect(outcomesOfJest(JSON.stringify(report))).toEqual([failed('/b.test.ts › (the file)', 'SyntaxError: x')]);
  });
  it('of Playwright gives each story below its file and group', () => {
    const spec = (title, status, message) => ({
      title,
      tests: [{ status, results: [{ errors: message === undefined ? [] : [{ message }] }] }],
    });
    const suites = [
      {
        title: 'story.spec.ts',
        specs: [spec('ends well', 'expected')],
        suites: [
          { title: 'a stranger', specs: [spec('is lost', 'unexpected', 'Error: away\nat'), spec('x', 'skipped')] },
        ],
      },
    ];
    expect(outcomesOfPlaywright(JSON.stringify({ suites, errors: [{ message: 'no browser' }] }))).toEqual([
      passed('story.spec.ts › ends well'),
      failed('story.spec.ts › a stranger › is lost', 'Error: away'),
      { id: 'story.spec.ts › a stranger › x', status: 'skipped', error: '' },
      failed('(outside the tests)', 'no browser'),
    ]);
  });
});

describe('pytest', () => {
  let folder;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'kargah-flakes-'));
    for (const name of ['one', 'two'])
      writeFileSync(
        join(folder, `test_${name}.py`),
        'import pytest\n' +
          Array.from({ length: 8 }, (_, n) => `def test_${String(n)}(): pass\n`).join('') +
          'def test_wrong(): assert "<&>" == \'"\'\n' +
          '@pytest.fixture\ndef broken(): raise OSError("gone")\n' +
          'def test_broken(broken): pass\n' +
          '@pytest.mark.skip\ndef test_left_out(): pass\n',
      );
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const outcomes = (seed) => {
    const report = join(folder, 'report.xml');
    const order = ['-p', 'scripts.pytest_order', `--order-seed=${String(seed)}`];
    const { status } = spawnSync(
      python,
      ['-m', 'pytest', '-q', '-c', devNull, '-p', 'no:cacheprovider', `--junitxml=${report}`, ...order, folder],
      { cwd: root, env: { ...process.env, PYTEST_DISABLE_PLUGIN_AUTOLOAD: '1' } },
    );
    expect(status).toBe(1);
    return outcomesOfJunit(readFileSync(report, 'utf8'));
  };

  it('runs in the order of a seed, file by file, and its report gives each test', () => {
    const [first, again, other] = [outcomes(1), outcomes(1), outcomes(2)];
    const ids = (all) => all.map(({ id }) => id);
    expect(ids(again)).toEqual(ids(first));
    expect(ids(other)).not.toEqual(ids(first));
    expect(ids(other).sort()).toEqual(ids(first).sort());
    const files = first.map(({ id }) => id.split(' › ')[0]);
    expect(new Set(files).size).toBe(2);
    expect(files.filter((file, at) => file !== files[at - 1])).toHaveLength(2);
    const by = (status) => first.filter((one) => one.status === status);
    expect([by('passed').length, by('failed').length, by('skipped').length]).toEqual([16, 4, 2]);
    const wrong = by('failed').map(({ id, error }) => `${id.split(' › ')[1]}: ${error}`);
    expect(new Set(wrong)).toEqual(
      new Set([
        expect.stringMatching(/^test_wrong: assert(?:ionError)?.*'<&>' == '"'/iu),
        expect.stringMatching(/^test_broken: .*OSError: gone/u),
      ]),
    );
  });
});

describe('the rounds', () => {
  it('are clean where nothing failed', () => {
    const { found, text } = judge([run(1, passed('a'), passed('b')), run(2, passed('b'), passed('a'))]);
    expect(found.failed).toEqual([]);
    expect(found.summary).toEqual([{ runner: 'bridge', rounds: 2, clean: 2, tests: 2, differed: 0, failed: 0 }]);
    expect(text).toBe('bridge: 2 of 2 rounds clean; of 2 tests 0 differed, 0 failed in every round');
  });
  it('tell a test that differed from one that always fails, with the seed to repeat it by', () => {
    const { found, text } = judge([
      run(1, passed('a'), failed('b')),
      run(2, failed('a', 'Error: late'), failed('b')),
      run(3, passed('a'), failed('b')),
    ]);
    expect(found.failed.map(({ id, differs, failures }) => [id, differs, failures.map(({ round }) => round)])).toEqual([
      ['a', true, [2]],
      ['b', false, [1, 2, 3]],
    ]);
    expect(found.summary).toMatchObject([{ clean: 0, tests: 2, differed: 1, failed: 2 }]);
    expect(text).toContain('✗ bridge › a\n    differed: failed in 1 of 3 rounds\n    round 2, seed 102: Error: late\n');
    expect(text).toContain('again: npm run test:flakes -- --runner bridge --rounds 1 --seed 102');
    expect(text).toContain('✗ bridge › b\n    failed in every round');
  });
  it('take a test that is there under one name several times for failed when any of them was', () => {
    const { found } = judge([run(1, passed('a'), failed('a'), passed('a')), run(2, passed('a'), passed('a'))]);
    expect(found.failed).toMatchObject([{ id: 'a', differs: true, passed: 1, failures: [{ round: 1 }] }]);
  });
  it('take one in which the runner broke off for a failed one, though it says nothing of the tests', () => {
    const { found } = judge([run(1, passed('a')), run(2, failed('(the run)', 'it ended with code 134'))]);
    expect(found.failed).toMatchObject([{ id: '(the run)', differs: true }]);
    expect(found.summary).toMatchObject([{ rounds: 2, clean: 1 }]);
  });
  it('have each a seed of its own, and are told when they end', () => {
    expect([1, 2, 3].map((round) => orderOf(7, round))).toEqual([7, 8, 9]);
    expect(lineOf(run(1, passed('a'), failed('b', 'Error: no')), 5)).toBe(
      '✗ bridge, round 1 of 5, seed 101: 1 passed, 1 failed, 0 skipped (1 s)\n    b: Error: no',
    );
  });
});

describe('the files that touch time', () => {
  it.each([
    ['bridge-server/src/live/live.test.ts', true],
    ['bridge-server/src/training/jobs.test.ts', true],
    ['bridge-server/src/training/records/states.test.ts', false],
    ['jupyterlab-extension/src/live/live.test.ts', true],
    ['jupyterlab-extension/src/i18n/format.test.ts', false],
    ['trainer/tests/launch/test_daemon.py', true],
    ['trainer/tests/client/test_datasets.py', true],
    ['trainer/tests/datasets/tables/test_tables.py', false],
    ['jupyterlab-extension/ui-tests/tests/story.spec.ts', true],
  ])('are found by what they and their helpers use: %s', (path, touches) => {
    expect(touchesTime(path)).toBe(touches);
  });
  it('are of every runner that has files, and runs of random moments have none', () => {
    for (const runner of ['scripts', 'mlflow-client', 'bridge', 'extension', 'pytest', 'e2e'])
      expect(filesOf(runner)).not.toEqual([]);
    expect([filesOf('crash'), filesOf('uploads')]).toEqual([null, null]);
  });
});

describe('npm run test:flakes', () => {
  const flakes = (...args) =>
    spawnSync(node, [join(root, 'scripts/flakes.mjs'), ...args], { encoding: 'utf8', cwd: root });

  it('says which files it would run', () => {
    const { status, stdout } = flakes('--touching', 'time', '--runner', 'bridge', '--file', '/live/live', '--list');
    expect([status, stdout]).toEqual([0, 'bridge: bridge-server/src/live/live.test.ts\n']);
  });
  it.each([
    [['--runner', 'jest'], 'There is no runner named jest.'],
    [['--rounds', '0'], '--rounds takes at least 1.'],
    [['--rounds', 'many'], '--rounds takes a whole number.'],
    [['--touching', 'network'], '--touching knows only: time.'],
    [['--file', 'no such file'], 'No test is like that.'],
    [['--sokcet'], "Unknown option '--sokcet'"],
  ])('refuses %j with a sentence and its usage', (args, sentence) => {
    const { status, stderr } = flakes(...args);
    expect(status).toBe(2);
    expect(stderr).toContain(sentence);
    expect(stderr).toContain('--rounds N');
  });
});
