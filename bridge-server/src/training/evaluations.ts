import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { Person } from '../access/caller.js';
import type { EvaluationRequest, Job } from '../contract/training/training.js';
import { FairSlots } from '../lib/async/fair-slots.js';
import { inherited } from '../lib/environment.js';
import { KargahError, type FieldErrors } from '../lib/errors.js';
import type { JobModels } from './job-models.js';
import type { ModelPlace } from './model-download.js';
import type { TrainingDataset, TrainingDatasets } from './ports.js';
import type { JobNotifier } from './queue/notifier.js';
import type { JobFolders } from './records/job-folder.js';
import type { JobStore } from './records/store.js';
import type { Admission } from './requests/admission.js';
import { newJob } from './requests/new-job.js';

const SECONDS = 180;
/** Each opens a model and a dataset in a process of its own; at once in all, and of one project. */
const AT_ONCE = { atOnce: 2, each: 1, waiting: 16 };

const problem = z.object({
  column: z.string(),
  problem: z.enum(['missing', 'type', 'no_values', 'unknown_values', 'not_ours']),
  expected: z.string(),
  found: z.string(),
});
type Mismatch = z.infer<typeof problem>;
const answer = z.object({ ok: z.boolean(), problems: z.array(problem) });

interface EvaluationsDeps {
  readonly admission: Admission;
  readonly models: Pick<JobModels, 'checkedAt'>;
  readonly store: JobStore;
  readonly folders: JobFolders;
  readonly datasets: Pick<TrainingDatasets, 'hold'>;
  readonly notifier: JobNotifier;
  readonly python: string;
}
/** A model, and the words by which the jobs that judge it are found. */
export interface JudgedSubject {
  readonly place: ModelPlace;
  readonly judged: string;
}

/** Jobs that judge a model on other data. */
export class Evaluations {
  readonly #slots = new FairSlots(AT_ONCE);

  constructor(private readonly deps: EvaluationsDeps) {}

  /**
   * Starts one, after the dataset was held against the model, column by column.
   *
   * @throws {KargahError} `dataset_not_for_model` with each column, `model_not_ready`, `model_unsafe`, `mlflow_unavailable`;
   *     as admission says
   */
  async begin(person: Person, { place, judged }: JudgedSubject, request: EvaluationRequest): Promise<Job> {
    const { admission, models, store, folders, datasets, notifier } = this.deps;
    const accepted = await admission.acceptEvaluation(person, request);
    const row = newJob(person, accepted, { judged });
    await models.checkedAt(place, async ({ path }) => {
      await this.#slots.take(place.workspace, undefined, () => this.#requireFitting(path, accepted.dataset));
      await folders.make(row.job_id);
      try {
        await copyFile(path, folders.judged(row.job_id), constants.COPYFILE_FICLONE);
        await store.insert(row, (tx) => datasets.hold(tx, accepted.dataset.versionId));
      } catch (error) {
        await folders.delete(row.job_id);
        throw error;
      }
    });
    return notifier.moved(row);
  }

  async #requireFitting(model: string, dataset: TrainingDataset): Promise<void> {
    const words = ['-m', 'kargah.judging', model, dataset.kind, dataset.path];
    const { stdout } = await promisify(execFile)(this.deps.python, words, {
      env: { ...inherited(process.env), PYTHONUTF8: '1', PYTHONDONTWRITEBYTECODE: '1', OMP_NUM_THREADS: '1' },
      timeout: SECONDS * 1000,
    });
    const { ok, problems } = answer.parse(JSON.parse(stdout));
    if (ok) return;
    const errors: FieldErrors = problems.map((one) => ({
      path: one.column,
      message: said(one).en,
      message_fa: said(one).fa,
      code: one.problem,
    }));
    const first = errors.slice(0, MOST_SAID);
    const more = errors.length > MOST_SAID;
    throw new KargahError(
      'dataset_not_for_model',
      {
        dataset: dataset.name,
        problems: [...first.map(({ message }) => message), ...(more ? ['…'] : [])].join('; '),
        problems_fa: [...first.map(({ message_fa: fa }) => fa), ...(more ? ['…'] : [])].join('؛ '),
      },
      { errors },
    );
  }
}

const MOST_SAID = 10;
const KINDS: Readonly<Record<string, readonly [en: string, fa: string]>> = {
  number: ['numbers', 'عدد'],
  boolean: ['truth values', 'درست یا نادرست'],
  date: ['dates', 'تاریخ'],
  text: ['texts', 'متن'],
  other: ['something else', 'چیز دیگر'],
  table: ['a table', 'جدول'],
  images: ['pictures', 'تصویر'],
};

function said({ column, problem: what, expected, found }: Mismatch): { en: string; fa: string } {
  const [wanted, wantedFa] = KINDS[expected] ?? [expected, expected];
  const [there, thereFa] = KINDS[found] ?? [found, found];
  switch (what) {
    case 'missing':
      return { en: `the column “${column}” (${wanted}) is missing`, fa: `ستون «${column}» (${wantedFa}) نیست` };
    case 'type':
      return column === ''
        ? {
            en: `the model takes ${wanted}, and these are ${there}`,
            fa: `مدل ${wantedFa} می‌گیرد و این ${thereFa} است`,
          }
        : {
            en: `the column “${column}” holds ${there} where the model learned from ${wanted}`,
            fa: `ستون «${column}» ${thereFa} دارد و مدل از ${wantedFa} آموخته است`,
          };
    case 'no_values':
      return { en: `no row has a value of “${column}”`, fa: `هیچ ردیفی مقداری برای «${column}» ندارد` };
    case 'unknown_values':
      return {
        en: `none of its classes (${found}) is one of the model’s (${expected})`,
        fa: `هیچ‌یک از رده‌هایش (${found}) از رده‌های مدل (${expected}) نیست`,
      };
    case 'not_ours':
      return {
        en: 'the model does not say what its columns are, as those of recipes do',
        fa: 'مدل نمی‌گوید ستون‌هایش چیست، آن‌گونه که مدل‌های الگوها می‌گویند',
      };
  }
}
