import { expect, it } from 'vitest';
import { ERRORS } from './errors.js';
import { ACCOUNTS } from './errors/accounts.js';
import { DATASETS } from './errors/datasets.js';
import { JOBS } from './errors/jobs.js';
import { MLFLOW } from './errors/mlflow.js';
import { MODELS } from './errors/models.js';
import { PROJECTS } from './errors/projects.js';
import { REQUESTS } from './errors/requests.js';
import { SWEEPS } from './errors/sweeps.js';
import { TRANSFERS } from './errors/transfers.js';
import { WAITS } from './errors/waits.js';

it('an error’s code stands in the part of one feature, and in the table', () => {
  const codes = [REQUESTS, ACCOUNTS, PROJECTS, DATASETS, JOBS, WAITS, SWEEPS, MLFLOW, MODELS, TRANSFERS].flatMap(
    (part) => Object.keys(part),
  );
  expect(codes.filter((code, i) => codes.indexOf(code) !== i)).toEqual([]);
  expect(Object.keys(ERRORS)).toEqual(codes);
});

it('an error’s sentences name the same things in both languages', () => {
  // What is told in words of its language has two names: `why` and `why_fa`.
  const slots = (text: string): string[] =>
    [...text.matchAll(/\{(\w+?)(?:_fa)?\}/gu)].map(([, name]) => name!).toSorted();
  for (const [code, { en, fa }] of Object.entries(ERRORS)) expect([code, slots(fa)]).toEqual([code, slots(en)]);
});
