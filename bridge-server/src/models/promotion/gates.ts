import type { ErrorCode } from '../../contract/errors.js';
import type { Report } from '../../contract/training/report.js';
import { failureOf, KargahError, type ErrorParams } from '../../lib/errors.js';
import { stored } from '../../training/index.js';
import { lineage } from '../contract.js';
import type { VersionRow } from '../registry/store.js';
import type { AliasRules, ModelCheck } from './contract.js';

/** What the gates are held against. */
interface Candidate {
  readonly version: number;
  /** Null: it was deleted. */
  readonly row: VersionRow | null;
  /** What has the alias now, or had it last where nothing has; null: nothing ever had, or all of it is gone. */
  readonly champion: VersionRow | null;
  readonly isApprovalNeeded: boolean;
  /** @throws {KargahError} `report_missing`, `model_not_ready`, `mlflow_unavailable` */
  readonly reportOn: (row: VersionRow) => Promise<Report>;
}
type Gate = ModelCheck['gate'];

const failed = (gate: Gate, code: ErrorCode, params: ErrorParams, more: Partial<ModelCheck> = {}): ModelCheck => ({
  gate,
  state: 'failed',
  ...more,
  why: failureOf(code, params),
});
const passed = (gate: Gate, more: Partial<ModelCheck> = {}): ModelCheck => ({
  gate,
  state: 'passed',
  ...more,
  why: null,
});

/** The checks of a request, one after another; whatever needs the report is not asked where there is none. */
export async function* checksOf(rules: AliasRules, candidate: Candidate): AsyncGenerator<ModelCheck> {
  const { row, version } = candidate;
  if (row === null) {
    yield failed('version', 'gate_version_gone', { version });
    return;
  }
  yield passed('version');
  const asksForReport = rules.report || rules.test_rows || rules.metrics.length > 0 || rules.not_worse !== null;
  if (asksForReport) yield* checksOfReport(rules, candidate, row);
  if (candidate.isApprovalNeeded) yield { gate: 'approval', state: 'waiting', why: null };
}

async function* checksOfReport(rules: AliasRules, candidate: Candidate, row: VersionRow): AsyncGenerator<ModelCheck> {
  const report = await reportIfAny(candidate, row);
  if (report === null) {
    yield failed('report', 'gate_no_report', { version: row.version });
    return;
  }
  yield passed('report');
  // No figure counts on rows by which the best epoch was chosen.
  const isFigureAsked = rules.test_rows || rules.metrics.length > 0 || rules.not_worse !== null;
  if (isFigureAsked)
    yield report.chosen_on_these ? failed('test_rows', 'gate_chosen_on_these', {}) : passed('test_rows');
  if (report.chosen_on_these) return;
  for (const gate of rules.metrics) yield metricCheck(report, gate);
  if (rules.not_worse !== null) yield await notWorse(rules.not_worse, report, candidate, row);
}

async function reportIfAny({ reportOn }: Candidate, row: VersionRow): Promise<Report | null> {
  try {
    return await reportOn(row);
  } catch (error) {
    if (error instanceof KargahError && ['report_missing', 'model_not_ready', 'not_found'].includes(error.code))
      return null;
    throw error;
  }
}

/** The figure, or the check that failed for want of one. */
function figureOf(gate: Gate, report: Report, metric: string) {
  const figure = report.metrics[metric];
  if (figure === undefined)
    return failed(
      gate,
      'gate_metric_missing',
      { metric, metrics: Object.keys(report.metrics).join(', ') || '–' },
      { metric },
    );
  if (figure.value === null || figure.low === null || figure.high === null)
    return failed(gate, 'gate_metric_unknown', { metric, rows: report.rows }, { metric });
  return { value: figure.value, low: figure.low, high: figure.high, better: figure.better };
}

function metricCheck(report: Report, gate: AliasRules['metrics'][number]): ModelCheck {
  const { metric, interval, at_least: least, at_most: most } = gate;
  const figure = figureOf('metric', report, metric);
  if ('gate' in figure) return figure;
  const [low, high] = interval ? [figure.low, figure.high] : [figure.value, figure.value];
  const short = (value: number, limit: number, bound: string, bound_fa: string): ModelCheck =>
    failed(
      'metric',
      'gate_metric_short',
      { metric, value: rounded(value), limit, bound, bound_fa },
      { metric, value, limit },
    );
  if (least !== undefined && !(low >= least)) return short(low, least, 'more', 'بیشتر');
  if (most !== undefined && !(high <= most)) return short(high, most, 'less', 'کمتر');
  return passed('metric', { metric, value: least === undefined ? high : low, limit: least ?? most! });
}

async function notWorse(
  { metric, margin }: NonNullable<AliasRules['not_worse']>,
  report: Report,
  candidate: Candidate,
  row: VersionRow,
): Promise<ModelCheck> {
  const { champion } = candidate;
  if (champion === null || champion.version === row.version) return passed('not_worse', { metric });
  const figure = figureOf('not_worse', report, metric);
  if ('gate' in figure) return figure;
  const theirs = await reportIfAny(candidate, champion);
  const about = { version: row.version, champion: champion.version };
  if (theirs === null) return failed('not_worse', 'gate_champion_unreported', about, { metric });
  if (theirs.chosen_on_these || !onSameRows(row, report, champion, theirs))
    return failed('not_worse', 'gate_other_rows', about, { metric });
  const other = figureOf('not_worse', theirs, metric);
  if ('gate' in other) return other;
  const [value, limit] = [figure.value, other.value];
  const by = figure.better === 'max' ? limit - value : value - limit;
  if (!(by <= margin)) {
    const params = { metric, value: rounded(value), limit: rounded(limit), margin, champion: champion.version };
    return failed('not_worse', 'gate_worse', params, { metric, value, limit });
  }
  return passed('not_worse', { metric, value, limit });
}

/** The same part of the same split of the same bytes. */
function onSameRows(row: VersionRow, report: Report, champion: VersionRow, theirs: Report): boolean {
  const [mine, other] = [stored(lineage, row.lineage_json), stored(lineage, champion.lineage_json)];
  return (
    mine?.dataset_sha256 != null &&
    mine.dataset_sha256 === other?.dataset_sha256 &&
    mine.split_id !== null &&
    mine.split_id === other.split_id &&
    report.part === theirs.part &&
    report.rows === theirs.rows
  );
}

const rounded = (value: number): number => Number(value.toPrecision(4));
