import { data } from '../api/client.js';
import { download } from '../api/download.js';
import { ApiError } from '../api/errors.js';
import { isActive } from '../api/states.js';
import type { Job } from '../api/types.js';
import { isolated } from '../i18n/isolate.js';
import { latin } from '../i18n/fold/latin.js';
import type { Kargah } from '../tokens.js';

/** What people can do to a job, the same from its row, its page and its notes. Failures are told in a toast. */

/** How many requests about several jobs are under way. */
const AT_ONCE = 4;

export async function told(kargah: Kargah, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (reason) {
    kargah.shell.failed(reason);
  }
}

/** Asks first; the job's own event tells when nothing of it is left. */
export async function stopJob(kargah: Kargah, job: Job): Promise<void> {
  const { t } = kargah.i18n;
  const waits = job.state === 'queued';
  const sure = await kargah.shell.confirm({
    title: t(waits ? 'jobs.cancelTitle' : 'jobs.stopTitle'),
    body: `${isolated(job.name)}: ${t(waits ? 'jobs.cancelBody' : 'jobs.stopBody')}`,
    accept: t(waits ? 'action.cancelJob' : 'action.stop'),
    destructive: true,
  });
  if (sure) await cancelJob(kargah, job);
}

/** Without a question: for a job that waits, which has nothing to lose. */
export function cancelJob(kargah: Kargah, job: Job): Promise<void> {
  return told(kargah, async () => {
    const answer = await data(
      kargah.api.http.POST('/api/v1/train/jobs/{job_id}/stop', { params: { path: { job_id: job.job_id } } }),
    );
    stopping(kargah, answer);
  });
}

/** The answer to a stop, which comes late where the job has ended meanwhile. */
function stopping(kargah: Kargah, answer: Job): void {
  kargah.store.list('jobs').patch(answer.job_id, (known) => (isActive(known.state) ? answer : known));
}

/** What people say of a job: its name, its note, its tags. */
export async function changeJob(
  { api, store }: Kargah,
  { job_id }: Pick<Job, 'job_id'>,
  body: { name?: string; note?: string; note_was?: string; tags?: string[] },
): Promise<Job> {
  const job = await data(api.http.PATCH('/api/v1/train/jobs/{job_id}', { params: { path: { job_id } }, body }));
  store.list('jobs').patch(job_id, (known) => ({ ...known, name: job.name, note: job.note, tags: job.tags }));
  return job;
}

export async function renameJob(kargah: Kargah, job: Job): Promise<void> {
  const { t } = kargah.i18n;
  const name = await kargah.shell.prompt({
    title: t('jobs.renameTitle'),
    label: t('ds.name'),
    value: job.name,
    accept: t('action.save'),
  });
  if (name === null || name === job.name) return;
  await told(kargah, async () => {
    await changeJob(kargah, job, { name });
  });
}

/** Tags as a person writes them: separated by commas of either language. */
export async function tagJob(kargah: Kargah, job: Job): Promise<void> {
  const { t, pick } = kargah.i18n;
  const written = await kargah.shell.prompt({
    title: t('tags.edit'),
    label: t('tags.edit'),
    hint: t('tags.hint'),
    value: job.tags.join(pick(', ', '، ')),
    accept: t('action.save'),
  });
  if (written === null) return;
  const tags = [...new Set(written.split(/[,،]/u).map((tag) => tag.trim()))].filter((tag) => tag !== '');
  await told(kargah, async () => {
    await changeJob(kargah, job, { tags });
  });
}

/** Does it for each, a few at a time; those that were refused are told by the first refusal. */
async function each(kargah: Kargah, jobs: readonly Job[], act: (job: Job) => Promise<void>): Promise<number> {
  const waiting = [...jobs];
  const refused: unknown[] = [];
  const work = async (): Promise<void> => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift())
      await act(job).catch((reason: unknown) => refused.push(reason));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  if (refused.length > 0) kargah.shell.failed(refused[0]);
  return jobs.length - refused.length;
}

export async function stopJobs(kargah: Kargah, jobs: readonly Job[]): Promise<void> {
  const { t } = kargah.i18n;
  const sure = await kargah.shell.confirm({
    title: t('chosen.stopTitle', { n: jobs.length }),
    body: t('jobs.stopBody'),
    accept: t('action.stop'),
    destructive: true,
  });
  if (!sure) return;
  const path = '/api/v1/train/jobs/{job_id}/stop';
  await each(kargah, jobs, async ({ job_id }) => {
    stopping(kargah, await data(kargah.api.http.POST(path, { params: { path: { job_id } } })));
  });
}

/** Starts the same again with some parameters changed, and opens it. */
export function startAgain(kargah: Kargah, job: Job, params: Readonly<Record<string, unknown>>): Promise<void> {
  return told(kargah, async () => {
    const made = await data(
      kargah.api.http.POST('/api/v1/train/jobs/{job_id}/clone', {
        params: { path: { job_id: job.job_id } },
        body: { params: { ...params } },
      }),
    );
    kargah.store.list('jobs').add(made);
    await kargah.open('job', { job_id: made.job_id });
  });
}

/** Goes on from the last checkpoint as a new job, to more epochs where that is asked for, and opens it. */
export async function resumeJob(kargah: Kargah, job: Job): Promise<void> {
  const { t } = kargah.i18n;
  const { epochs } = job.params;
  const params: Record<string, unknown> = {};
  if (typeof epochs === 'number') {
    const done = job.progress.epoch;
    const answer = await kargah.shell.prompt({
      title: t('resume.title', { x: job.name }),
      label: t('resume.epochs'),
      hint: done === null ? t('resume.hintPlain') : t('resume.hint', { n: done }),
      value: String(epochs),
      accept: t('action.resume'),
      check: (text) => (/^[1-9]\d*$/.test(latin(text)) ? undefined : t('new.integer')),
    });
    if (answer === null) return;
    if (Number(latin(answer)) !== epochs) params['epochs'] = Number(latin(answer));
  }
  await told(kargah, async () => {
    const made = await data(
      kargah.api.http.POST('/api/v1/train/jobs/{job_id}/resume', {
        params: { path: { job_id: job.job_id } },
        body: Object.keys(params).length === 0 ? {} : { params },
      }),
    );
    kargah.store.list('jobs').add(made);
    await kargah.open('job', { job_id: made.job_id });
  });
}

const SUFFIX = { pt2: 'pt2', mlflow: 'mlflow.zip', package: 'zip' } as const;
export type ModelFormat = keyof typeof SUFFIX;

export interface ModelOf {
  readonly job_id: string;
  readonly name: string;
}

/** A name that every file system takes. */
export function fileName(name: string): string {
  return name.replace(/[\\/:*?"<>|\p{Cc}]/gu, '-').slice(0, 120);
}

/**
 * `pt2` is the one file that PyTorch opens; `mlflow` is MLflow's whole model folder as a zip; `package` is what is
 * used elsewhere, with PyTorch alone. A file that may run code when it is
 * loaded is fetched only after a question.
 */
export function downloadModel(kargah: Kargah, model: ModelOf, format: ModelFormat = 'pt2'): Promise<void> {
  const path = `/api/v1/train/jobs/${model.job_id}/model?format=${format}`;
  const file = `${fileName(model.name)}.${SUFFIX[format]}`;
  return told(kargah, async () => {
    try {
      await download(kargah.api, path, file);
    } catch (reason) {
      if (!(reason instanceof ApiError) || reason.code !== 'model_unsafe' || format === 'package') throw reason;
      const { t } = kargah.i18n;
      const sure = await kargah.shell.confirm({
        title: t('jobs.unsafeTitle', { x: model.name }),
        body: kargah.i18n.error(reason),
        accept: t('jobs.unsafeAccept'),
        destructive: true,
      });
      if (sure) await download(kargah.api, `${path}&unchecked=true`, file);
    }
  });
}
