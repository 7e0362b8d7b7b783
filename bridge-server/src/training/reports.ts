import type { ReadableStream } from 'node:stream/web';
import { report, type Report } from '../contract/training/report.js';
import { KargahError } from '../lib/errors.js';
import type { MlflowPort } from '../mlflow/port.js';
import type { ModelPlace } from './model-download.js';

/** Beside the model, where its job wrote it. */
const REPORT = 'report.json';
const ROWS = 'report_rows.npz';
/** Tables of fifty rows each and a matrix of fifty classes are a tenth of it. */
const MOST_BYTES = 4 * 2 ** 20;

type Log = { warn(facts: object, message: string): void };

/**
 * Reads the report beside a model.
 *
 * @throws {KargahError} `report_missing` where there is none, or none that can be read; `mlflow_unavailable`
 */
export async function readReport(mlflow: MlflowPort, place: ModelPlace, log: Log): Promise<Report> {
  const { workspace, runId, artifactPath } = place;
  const path = `${artifactPath}/${REPORT}`;
  const files = await mlflow.listArtifacts(workspace, runId, artifactPath);
  const file = files.find((one) => one.path === path);
  if (file === undefined) throw new KargahError('report_missing');
  // Anybody who may write the project's models may have put the file there, so it is parsed against the contract.
  const text = (file.sizeBytes ?? 0) > MOST_BYTES ? null : await textOf(mlflow, place, path);
  const found = text === null ? undefined : report.safeParse(parsed(text)).data;
  if (found === undefined) {
    log.warn({ run_id: runId }, 'the report beside a model cannot be read');
    throw new KargahError('report_missing');
  }
  return found;
}

/**
 * The rows of a report, as its job wrote them; whoever reads them holds them against what they are.
 *
 * @throws {KargahError} `report_rows_missing`; `mlflow_unavailable`
 */
export async function openReportRows(mlflow: MlflowPort, place: ModelPlace): Promise<ReadableStream<Uint8Array>> {
  const { workspace, runId, artifactPath } = place;
  const path = `${artifactPath}/${ROWS}`;
  const files = await mlflow.listArtifacts(workspace, runId, artifactPath);
  if (!files.some((one) => one.path === path)) throw new KargahError('report_rows_missing');
  return (await mlflow.openArtifact(workspace, runId, path)).body;
}

async function textOf(mlflow: MlflowPort, { workspace, runId }: ModelPlace, path: string): Promise<string | null> {
  const { body } = await mlflow.openArtifact(workspace, runId, path);
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of body) {
    bytes += piece.length;
    if (bytes > MOST_BYTES) return null;
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString();
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
