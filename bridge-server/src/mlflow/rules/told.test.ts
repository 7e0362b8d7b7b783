import { expect, it } from 'vitest';
import { LEDGER, type LedgerKind } from '../../contract/ledger.js';
import { ALLOWED } from '../gateway/allowed.js';
import { match } from '../gateway/paths.js';
import { actOf, TOLD } from './told.js';

it('of every row of the gateway that changes anything it is decided whether the ledger tells of it', () => {
  const changing = ALLOWED.filter(({ permission }) => !permission.endsWith('.read'));
  const decided = changing.map(({ method, path }) => `${method} ${path.replace(/^\/(?:ajax-)?api\/[23]\.0/u, '')}`);
  expect(new Set(Object.keys(TOLD))).toEqual(new Set(decided));
});

it('what the gateway tells is what the ledger can tell', () => {
  const acts = new Set(
    Object.entries(LEDGER).flatMap(([kind, { acts: of }]) => of.map((act: string) => `${kind as LedgerKind}.${act}`)),
  );
  expect(Object.values(TOLD).filter((action) => action !== null && !acts.has(action))).toEqual([]);
});

it.each([
  ['POST', 'runs/delete', 'run_id', 'run'],
  ['POST', 'runs/restore', 'run_id', 'run'],
  ['POST', 'experiments/delete', 'experiment_id', 'experiment'],
  ['POST', 'experiments/restore', 'experiment_id', 'experiment'],
  ['DELETE', 'scorers/delete', 'name', 'scorer'],
])('of %s %s the ledger names what MLflow acts on, whatever the query says', (method, path, field, kind) => {
  const caller = {
    kind: 'job',
    jobId: 'job_1',
    userId: 'u_1',
    projectId: 'prj_1',
    workspace: 'w',
    datasetId: null,
  } as const;
  const api = path.startsWith('scorers') ? '/api/3.0' : '/api/2.0';
  const found = match(method, `${api}/mlflow/${path}?${field}=innocent&experiment_id=innocent`)!;
  const told = (body: Record<string, string> | null) => actOf(caller, found, body);
  const other = { experiment_id: 'theirs' };
  expect(told({ ...other, [field]: 'victim' })).toMatchObject({ object: { kind, id: 'victim' } });
  expect(told(null)).toMatchObject({ object: { kind, id: '*' } });
  const camel = field.replace(/_(\w)/u, (_all, letter: string) => letter.toUpperCase());
  expect(told({ [camel]: 'victim' })).toMatchObject({ object: { kind, id: 'victim' } });
});
