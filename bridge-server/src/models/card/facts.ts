import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { Report } from '../../contract/training/report.js';
import type { Source } from '../../contract/datasets/intake.js';
import { KargahError } from '../../lib/errors.js';
import type { Clock } from '../../lib/clock.js';
import type { Database } from '../../storage/schema.js';
import { paramsOf, stored } from '../../training/index.js';
import { lineage as lineageSchema, type Lineage } from '../contract.js';
import type { InProject } from '../registry/registry-index.js';
import type { RegistryService } from '../registry/service.js';
import type { VersionRow } from '../registry/store.js';
import type { CardFacts } from './contract.js';
import { limitsOf } from './limits.js';
import { short } from './words.js';

/** As many names as anybody reads. */
const MOST_NAMES = 200;
const MOST_METRICS = 50;
/** How long a card waits for the administrator's list, of which it takes two names. */
const PATIENCE_MS = 2_000;
const origin = z.object({ kind: z.string(), source_id: z.string().optional() });

interface FactsDeps {
  readonly db: Kysely<Database>;
  readonly registry: Pick<RegistryService, 'reportOn'>;
  readonly catalogue: { source(sourceId: string): Promise<Source | null> };
  readonly clock: Clock;
}

/** What is known of a version by itself: from its lineage, its report, and what is still there of its job and its data. */
export class Facts {
  constructor(private readonly deps: FactsDeps) {}

  /**
   * @param before what was known when the card was last written: it stands where no more is
   * @returns whether the report could be asked for
   */
  async of(
    project: InProject,
    row: VersionRow,
    before: CardFacts | null,
  ): Promise<{ readonly facts: CardFacts; readonly current: boolean }> {
    const lineage = stored(lineageSchema, row.lineage_json);
    const { report, current } = await this.#report(project, row);
    const judged = report === null ? null : judgedBy(report);
    const facts: CardFacts = {
      task: judged?.task ?? before?.task ?? null,
      recipe: lineage?.recipe ?? null,
      script: lineage?.script ?? null,
      job: lineage === null ? null : { job_id: lineage.job_id, name: lineage.job_name },
      dataset: await this.#dataset(lineage, before),
      evaluation: judged?.evaluation ?? before?.evaluation ?? null,
      target: (lineage === null ? null : await this.#target(lineage)) ?? before?.target ?? null,
      columns: judged?.columns ?? before?.columns ?? [],
      column_count: judged?.column_count ?? before?.column_count ?? null,
      classes: judged?.classes ?? before?.classes ?? [],
      limits: judged?.limits ?? before?.limits ?? [],
      trained_by: lineage?.trained_by ?? null,
      trained_at: lineage?.trained_at ?? null,
      registered_by:
        row.registered_by === null
          ? null
          : { user_id: row.registered_by, name: row.registered_name ?? row.registered_by },
      registered_at: row.created_at,
    };
    return { facts, current };
  }

  async #report(project: InProject, row: VersionRow): Promise<{ report: Report | null; current: boolean }> {
    try {
      return { report: await this.deps.registry.reportOn(project, row), current: true };
    } catch (error) {
      if (!(error instanceof KargahError)) throw error;
      // A version of MLflow's own may name a run that cannot be, which MLflow refuses.
      if (['report_missing', 'model_not_ready', 'not_found', 'model_refused'].includes(error.code))
        return { report: null, current: true };
      if (error.code === 'mlflow_unavailable') return { report: null, current: false };
      throw error;
    }
  }

  async #target(lineage: Lineage): Promise<string | null> {
    const job = await this.deps.db
      .selectFrom('jobs')
      .select('params_json')
      .where('job_id', '=', lineage.job_id)
      .executeTakeFirst();
    const target = job === undefined ? null : paramsOf(job)['target'];
    return typeof target === 'string' ? short(target) : null;
  }

  async #dataset(lineage: Lineage | null, before: CardFacts | null): Promise<CardFacts['dataset']> {
    if (lineage?.dataset_name == null) return null;
    const { dataset_id: id, dataset_version: version } = lineage;
    const found =
      id === null || version === null
        ? undefined
        : await this.deps.db
            .selectFrom('dataset_versions')
            .select(['rows', 'columns', 'origin_json', 'suggested_target'])
            .where('dataset_id', '=', id)
            .where('number', '=', version)
            .executeTakeFirst();
    const from = found === undefined ? null : origin.safeParse(JSON.parse(found.origin_json)).data;
    const source = from?.source_id === undefined ? null : await this.#source(from.source_id);
    return {
      name: lineage.dataset_name,
      version,
      sha256: lineage.dataset_sha256,
      rows: found?.rows ?? before?.dataset?.rows ?? null,
      columns: found?.columns ?? before?.dataset?.columns ?? null,
      source: source?.name ?? before?.dataset?.source ?? null,
      license: source?.license ?? before?.dataset?.license ?? null,
      split_id: lineage.split_id,
    };
  }

  /** The administrator's list may be unreadable just now, or not answer, which holds up no card. */
  async #source(sourceId: string): Promise<Source | null> {
    const { promise: late, resolve: giveUp } = Promise.withResolvers<null>();
    const callOff = this.deps.clock.after(PATIENCE_MS, () => giveUp(null));
    const asked = this.deps.catalogue.source(sourceId).catch(() => null);
    const source = await Promise.race([asked, late]);
    callOff();
    return source;
  }
}

function judgedBy(report: Report) {
  const { part, chosen_on_these, rows, level } = report;
  const metrics = Object.fromEntries(
    Object.entries(report.metrics)
      .slice(0, MOST_METRICS)
      .map(([metric, figure]) => [short(metric), figure]),
  );
  return {
    task: report.task,
    evaluation: { part, chosen_on_these, rows, level, metrics },
    columns: (report.importance ?? []).slice(0, MOST_NAMES).map(({ column }) => short(column)),
    column_count: report.learned_from?.columns ?? null,
    classes: report.task === 'classification' ? report.classes.slice(0, MOST_NAMES).map(short) : [],
    limits: limitsOf(report),
  };
}
