import type { ReadableStream } from 'node:stream/web';
import type { Caller, Person } from '../access/caller.js';
import type { PairedFigures } from '../contract/training/paired.js';
import type { Report } from '../contract/training/report.js';
import { KargahError } from '../lib/errors.js';
import type { MlflowPort } from '../mlflow/port.js';
import {
  ModelDownloads,
  type ModelFile,
  type ModelFormat,
  type ModelPlace,
  type PackageTexts,
} from './model-download.js';
import { PairedReports, type JudgedModel } from './paired.js';
import type { TrainingLog, TrainingSettings } from './ports.js';
import { EVALUATION } from './requests/admission.js';
import type { JobRow, JobStore } from './records/store.js';
import { modelOf } from './records/view.js';
import { openReportRows, readReport } from './reports.js';

interface JobModelsDeps {
  readonly store: JobStore;
  readonly mlflow: MlflowPort;
  readonly settings: Pick<TrainingSettings, 'dataDir' | 'python'>;
  readonly log: TrainingLog;
  /** The job whose model the caller may read. @throws not_found, forbidden */
  readonly readable: (caller: Caller, jobId: string) => Promise<JobRow>;
}

/** The models that jobs left in MLflow: as files, and with the reports beside them. */
export class JobModels {
  readonly #downloads: ModelDownloads;
  readonly #paired: PairedReports;

  constructor(private readonly deps: JobModelsDeps) {
    const { settings, mlflow } = deps;
    this.#downloads = new ModelDownloads(settings.dataDir, mlflow, settings.python);
    this.#paired = new PairedReports(settings.dataDir, mlflow, settings.python);
  }

  start(): Promise<void> {
    return this.#downloads.start((err) =>
      this.deps.log.error({ err }, 'models that nobody fetches could not be removed'),
    );
  }

  stop(): void {
    this.#downloads.stop();
  }

  /** Has `send` use the job's model, under a name for its file. */
  async download(
    person: Person,
    jobId: string,
    wanted: { readonly format: ModelFormat; readonly unchecked: boolean },
    send: (file: ModelFile, filename: string) => Promise<void>,
  ): Promise<void> {
    const { name, place } = await this.#placeOf(await this.deps.readable(person, jobId));
    const filename = `${name}.${wanted.format === 'pt2' ? 'pt2' : 'zip'}`;
    await this.#downloads.use(place, wanted, (file) => send(file, filename));
  }

  /** Has `send` use the package of any model of MLflow's. @throws model_not_ready, model_unsafe, mlflow_unavailable */
  async packageAt(place: ModelPlace, texts: PackageTexts, send: (file: ModelFile) => Promise<void>): Promise<void> {
    await this.#downloads.use(place, { format: 'package', unchecked: false, texts }, send);
  }

  /** The same of its `.pt2` file, which cannot run code. */
  async checkedAt(place: ModelPlace, use: (file: ModelFile) => Promise<void>): Promise<void> {
    await this.#downloads.use(place, { format: 'pt2', unchecked: false }, use);
  }

  /** @throws not_found, model_not_ready, report_missing, mlflow_unavailable */
  async report(person: Person, jobId: string): Promise<Report> {
    const { place } = await this.#reportedOf(await this.deps.readable(person, jobId));
    return readReport(this.deps.mlflow, place, this.deps.log);
  }

  /** @throws not_found, model_not_ready, report_rows_missing, mlflow_unavailable */
  async reportRows(person: Person, jobId: string): Promise<ReadableStream<Uint8Array>> {
    const { place } = await this.#reportedOf(await this.deps.readable(person, jobId));
    return openReportRows(this.deps.mlflow, place);
  }

  /**
   * The report for what the bridge makes of it by itself; null where there is no such job, model or report.
   *
   * @throws mlflow_unavailable
   */
  async reportOf(jobId: string): Promise<Report | null> {
    const row = await this.deps.store.get(jobId);
    if (row === null) return null;
    try {
      const { place } = await this.#reportedOf(row);
      return await readReport(this.deps.mlflow, place, this.deps.log);
    } catch (error) {
      const none = ['report_missing', 'not_found', 'model_not_ready'];
      if (error instanceof KargahError && none.includes(error.code)) return null;
      throw error;
    }
  }

  /**
   * Whether the second job's model is better on the same rows.
   *
   * @throws not_found, model_not_ready, report_rows_missing, rows_differ, mlflow_unavailable
   */
  async against(person: Person, jobIds: readonly [string, string], metric: string | null): Promise<PairedFigures> {
    const [first, second] = await Promise.all(jobIds.map((jobId) => this.deps.readable(person, jobId)));
    const judged = await Promise.all(
      [first!, second!].map(async (row) => ({ ...(await this.#reportedOf(row)), dataset: row.dataset_sha256 })),
    );
    return this.#paired.compare(judged[0]!, judged[1]!, metric);
  }

  /** The same of any two models of MLflow's. */
  async pairedAt(first: JudgedModel, second: JudgedModel, metric: string | null): Promise<PairedFigures> {
    return this.#paired.compare(first, second, metric);
  }

  /** The report beside any model of MLflow's. @throws report_missing, mlflow_unavailable */
  async reportAt(place: ModelPlace): Promise<Report> {
    return readReport(this.deps.mlflow, place, this.deps.log);
  }

  /**
   * Where its report lies: beside its model, or, where it judged another's, among the files of its own run.
   *
   * @throws model_not_ready; report_missing where it judged one and has not ended well
   */
  async #reportedOf(row: JobRow): Promise<{ name: string; place: ModelPlace }> {
    if (row.recipe !== EVALUATION) return this.#placeOf(row);
    if (row.state !== 'succeeded' || row.mlflow_run_id === null) throw new KargahError('report_missing');
    const workspace = await this.deps.store.workspaceOf(row.project_id);
    return { name: row.name, place: { workspace, runId: row.mlflow_run_id, artifactPath: 'report' } };
  }

  /** @throws model_not_ready */
  async #placeOf(row: JobRow): Promise<{ name: string; place: ModelPlace }> {
    const facts = modelOf(row);
    if (!facts || row.mlflow_run_id === null) throw new KargahError('model_not_ready');
    const workspace = await this.deps.store.workspaceOf(row.project_id);
    return { name: row.name, place: { workspace, runId: row.mlflow_run_id, artifactPath: facts.artifact_path } };
  }
}
