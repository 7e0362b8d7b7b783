// What the rounds of `npm run test:flakes` say about each test.

/** The seed of a round: one can be repeated alone, with `--rounds 1`. */
export function orderOf(seed, round) {
  return seed + round - 1;
}

/** One round of one runner, as it is told when it has ended. */
export function lineOf({ runner, round, seed, seconds, outcomes }, rounds) {
  const count = (status) => outcomes.filter((outcome) => outcome.status === status).length;
  const failed = outcomes.filter(({ status }) => status === 'failed').map(({ id, error }) => `\n    ${id}: ${error}`);
  return (
    `${count('failed') > 0 ? '✗' : '✓'} ${runner}, round ${String(round)} of ${String(rounds)}, seed ${String(seed)}: ` +
    `${String(count('passed'))} passed, ${String(count('failed'))} failed, ${String(count('skipped'))} skipped ` +
    `(${String(Math.round(seconds))} s)${failed.join('')}`
  );
}

/**
 * `failed` are the tests that failed in any round, each with the rounds in which it did; one of them `differs` where another round
 * passed it. A test that is in one round several times (under one name) has failed there when any of them did.
 */
export function judge(runs) {
  const tests = new Map();
  for (const { runner, round, seed, outcomes } of runs) {
    const here = new Map();
    for (const outcome of outcomes) if (here.get(outcome.id)?.status !== 'failed') here.set(outcome.id, outcome);
    for (const [id, { status, error }] of here) {
      const key = `${runner} › ${id}`;
      const test = tests.get(key) ?? { runner, id, passed: 0, failures: [] };
      tests.set(key, test);
      if (status === 'passed') test.passed += 1;
      if (status === 'failed') test.failures.push({ round, seed, error });
    }
  }
  const failed = [...tests.values()]
    .filter(({ failures }) => failures.length > 0)
    .map((test) => ({ ...test, differs: test.passed > 0 || test.failures.length < roundsOf(runs, test.runner) }));
  const names = [...new Set(runs.map(({ runner }) => runner))];
  const summary = names.map((runner) => {
    const own = (all) => all.filter((test) => test.runner === runner);
    return {
      runner,
      rounds: roundsOf(runs, runner),
      clean: runs.filter((run) => run.runner === runner && !run.outcomes.some(({ status }) => status === 'failed'))
        .length,
      tests: own([...tests.values()]).length,
      differed: own(failed).filter(({ differs }) => differs).length,
      failed: own(failed).length,
    };
  });
  return { found: { summary, failed }, text: textOf(summary, failed) };
}

function roundsOf(runs, runner) {
  return runs.filter((run) => run.runner === runner).length;
}

function textOf(summary, failed) {
  const tests = failed.map((test) => {
    const rounds = String(test.failures.length + test.passed);
    const head = test.differs
      ? `differed: failed in ${String(test.failures.length)} of ${rounds} rounds`
      : 'failed in every round';
    const lines = test.failures.map(
      ({ round, seed, error }) => `    round ${String(round)}, seed ${String(seed)}: ${error}`,
    );
    const [first] = test.failures;
    const again = `    again: npm run test:flakes -- --runner ${test.runner} --rounds 1 --seed ${String(first.seed)}`;
    return [`✗ ${test.runner} › ${test.id}`, `    ${head}`, ...lines, again].join('\n');
  });
  const totals = summary.map(
    (one) =>
      `${one.runner}: ${String(one.clean)} of ${String(one.rounds)} rounds clean; of ${String(one.tests)} tests ` +
      `${String(one.differed)} differed, ${String(one.failed - one.differed)} failed in every round`,
  );
  return [...tests, ...totals].join('\n');
}
