import type { ComparedMetric } from '../../api/types.js';
import type { I18n } from '../../i18n/i18n.js';
import { type Compared, type Figure, figureOf, type Run } from '../runs.js';
import { csvFile } from '../../lib/csv.js';

export interface Column {
  readonly id: string;
  readonly label: string;
  /** Whether the label is a name out of code. */
  readonly code: boolean;
  readonly better: ComparedMetric['better'];
  /** Numbers are compared as numbers; null: this job has none. */
  readonly value: (run: Run) => number | string | null;
}

/** What the jobs are, were given and reached: a column each. */
export function columnsOf({ runs, metrics }: Compared, figure: Figure, differs: boolean, i18n: I18n): Column[] {
  const { t } = i18n;
  const facts: Column[] = [
    fact('recipe', t('compare.recipe'), ({ job }) => job.recipe ?? job.script?.path ?? null),
    fact('args', t('compare.args'), ({ job }) => job.script?.args.join(' ') ?? null),
    fact('dataset', t('compare.dataset'), ({ job }) => datasetOf(job.dataset)),
    fact('data', t('compare.data'), ({ job }) => job.dataset?.sha256?.slice(0, 12) ?? null),
    fact('split', t('compare.split'), ({ job }) => job.dataset?.split_id ?? null),
    fact('owner', t('compare.owner'), ({ job }) => job.owner.name),
  ];
  const params = namesOf(runs, ({ job }) => Object.keys(job.params)).map((name): Column => ({
    ...fact(`param ${name}`, name, ({ job }) => plain(job.params[name])),
    code: true,
  }));
  const given = [...facts, ...params].filter(
    ({ value }) => runs.some((run) => value(run) !== null) && (!differs || new Set(runs.map(value)).size > 1),
  );
  const reached = metrics.map((metric): Column => {
    const value = (run: Run): number | null => known(figureOf(run, metric, figure));
    return { id: `metric ${metric.key}`, label: metric.key, code: true, better: metric.better, value };
  });
  const reported = namesOf(runs, ({ job }) => Object.keys(job.report?.metrics ?? {})).map((name): Column => {
    const found = runs.find(({ job }) => job.report?.metrics[name] !== undefined);
    const better = found?.job.report?.metrics[name]?.better ?? null;
    const value = ({ job }: Run): number | null => job.report?.metrics[name]?.value ?? null;
    return { id: `report ${name}`, label: t('compare.report', { x: name }), code: false, better, value };
  });
  const rows = fact('rows', t('compare.rows'), ({ job: { report } }) =>
    report === null ? null : t(`compare.rows.${report.part}`, { n: report.rows }),
  );
  return [...reached, ...given, ...reported, ...(reported.length > 0 ? [rows] : [])];
}

const fact = (id: string, label: string, value: Column['value']): Column => {
  return { id, label, code: false, better: null, value };
};

const known = (value: number): number | null => (Number.isNaN(value) ? null : value);

function datasetOf(dataset: Run['job']['dataset']): string | null {
  return dataset === null ? null : `${dataset.name ?? dataset.dataset_id} v${dataset.version ?? '?'}`;
}

function plain(value: unknown): number | string | null {
  if (value === undefined || value === null) return null;
  return typeof value === 'number' || typeof value === 'string' ? value : JSON.stringify(value);
}

function namesOf(runs: readonly Run[], of: (run: Run) => readonly string[]): string[] {
  return [...new Set(runs.flatMap(of))];
}

/** In the order of a column; what has no value there stands last, in either direction. */
export function sorted(runs: readonly Run[], column: Column | undefined, down: boolean): readonly Run[] {
  if (column === undefined) return runs;
  return runs.toSorted((a, b) => {
    const [left, right] = [column.value(a), column.value(b)];
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    const order =
      typeof left === 'number' && typeof right === 'number'
        ? left - right
        : String(left).localeCompare(String(right), undefined, { numeric: true });
    return down ? -order : order;
  });
}

/** From 0, the worst value of the column, to 1, the best; null where nobody says which end is good, or all are the same. */
export function shareOf(column: Column, runs: readonly Run[]): (value: number | string | null) => number | null {
  const values = runs.map((run) => column.value(run)).filter((value) => typeof value === 'number');
  const finite = values.filter(Number.isFinite);
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  if (column.better === null || !(high > low)) return () => null;
  return (value) => {
    if (typeof value !== 'number' || !Number.isFinite(value)) return null;
    const share = (value - low) / (high - low);
    return column.better === 'max' ? share : 1 - share;
  };
}

/** The table as a file: the bare values, whatever the language. */
export function csvOf(runs: readonly Run[], columns: readonly Column[]): string {
  const head = ['job_id', 'name', 'state', ...columns.map(({ label }) => label)];
  const rows = runs.map((run) => [run.job.job_id, run.job.name, run.job.state, ...columns.map((one) => one.value(run))]);
  // Numbers as the panel writes them are isolated.
  const bare = rows.map((row) => row.map((one) => (typeof one === 'string' ? one.replace(/\p{Bidi_Control}/gu, '') : one)));
  return csvFile([head.map((one) => one.replace(/\p{Bidi_Control}/gu, '')), ...bare]);
} // prettier-ignore
