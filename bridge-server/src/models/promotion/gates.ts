import type { ErrorCode } from '../../contract/errors.js';
import type { PairedFigures } from '../../contract/training/paired.js';
import type { Report } from '../../contract/training/report.js';
import { failureOf, KargahError, type ErrorParams } from '../../lib/errors.js';
import { stored } from '../../training/index.js';
import type { CardField, CardLanguage } from '../card/contract.js';
import { FIELD_NAMES } from '../card/fields.js';
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
  /** What has to be filled on its card, and is not. */
  readonly missingOnCard: (row: VersionRow) => Promise<readonly CardField[]>;
  /** @throws {KargahError} `report_missing`, `model_not_ready`, `mlflow_unavailable` */
  readonly reportOn: (row: VersionRow) => Promise<Report>;
  /** @throws {KargahError} `report_rows_missing` with its `side`, `rows_differ`, `mlflow_unavailable` */
  readonly against: (first: VersionRow, second: VersionRow, metric: string) => Promise<PairedFigures>;
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
  if (rules.card) yield await cardCheck(candidate, row);
  if (candidate.isApprovalNeeded) yield { gate: 'approval', state: 'waiting', why: null };
}

async function cardCheck(candidate: Candidate, row: VersionRow): Promise<ModelCheck> {
  const missing = await candidate.missingOnCard(row);
  if (missing.length === 0) return passed('card');
  const names = (language: CardLanguage, comma: string): string =>
    missing.map((field) => FIELD_NAMES[field][language]).join(comma);
  return failed('card', 'gate_card_unfilled', {
    version: row.version,
    fields: names('en', ', '),
    fields_fa: names('fa', '، '),
  });
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
  { metric, margin, interval }: NonNullable<AliasRules['not_worse']>,
  report: Report,
  candidate: Candidate,
  row: VersionRow,
): Promise<ModelCheck> {
  const { champion } = candidate;
  if (champion === null || champion.version === row.version) return passed('not_worse', { metric });
  const about = { version: row.version, champion: champion.version };
  const cannot = (code: ErrorCode, more: ErrorParams = {}): ModelCheck =>
    failed('not_worse', code, { ...about, ...more }, { metric });
  const figure = figureOf('not_worse', report, metric);
  if ('gate' in figure) return figure;
  const theirs = await reportIfAny(candidate, champion);
  if (theirs === null) return cannot('gate_champion_unreported');
  const other = figureOf('not_worse', theirs, metric);
  if ('gate' in other) return other;
  const [mine, its] = [stored(lineage, row.lineage_json), stored(lineage, champion.lineage_json)];
  if (mine?.dataset_sha256 == null || mine.dataset_sha256 !== its?.dataset_sha256) return cannot('gate_other_data');
  if (mine.split_id === null || mine.split_id !== its.split_id) return cannot('gate_other_split');
  if (theirs.chosen_on_these || theirs.part !== report.part || theirs.rows !== report.rows)
    return cannot('gate_other_rows');
  let paired: PairedFigures;
  try {
    paired = await candidate.against(champion, row, metric);
  } catch (error) {
    if (!(error instanceof KargahError)) throw error;
    if (error.code === 'report_rows_missing')
      return cannot('gate_rows_missing', { of: error.params['side'] === 1 ? champion.version : row.version });
    if (error.code === 'rows_differ') return failed('not_worse', 'rows_differ', error.params, { metric });
    throw error;
  }
  // What lies beside the report is not of its rows.
  if ([paired.rows, paired.first.rows, paired.second.rows].some((rows) => rows !== report.rows))
    return cannot('gate_other_rows');
  const more = { metric, value: paired.second.value, limit: paired.first.value, paired };
  if ((interval ? paired.low : paired.difference) >= -margin) return passed('not_worse', more);
  const { sentence, sentence_fa } = paired;
  const [certain, certain_fa] = interval ? [', by the worse end of the interval', '، با سر بدتر بازه'] : ['', ''];
  const said = { sentence, sentence_fa, ...inPoints(metric, margin), certain, certain_fa };
  return failed('not_worse', 'gate_worse', said, more);
}

/** The margin in the unit in which the sentence before it says the difference. */
function inPoints(metric: string, margin: number) {
  return metric === 'accuracy'
    ? { margin: rounded(margin * 100), unit: ' points', unit_fa: ' واحد درصد' }
    : { margin, unit: '', unit_fa: '' };
}

const rounded = (value: number): number => Number(value.toPrecision(4));
