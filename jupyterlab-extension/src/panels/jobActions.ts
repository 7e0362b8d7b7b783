import { data } from '../api/client.js';
import { download } from '../api/download.js';
import type { Job } from '../api/types.js';
import { attempt } from '../datasets/actions.js';
import type { IKargah } from '../tokens.js';

export async function stopJob(kargah: IKargah, job: Job): Promise<void> {
  const { t } = kargah.i18n;
  const sure = await kargah.shell.confirm({
    title: t('jobs.stopTitle'),
    body: t('jobs.stopBody'),
    accept: t('action.stop'),
    destructive: true,
  });
  if (sure) {
    const path = { job_id: job.job_id };
    await attempt(kargah, async () =>
      kargah.store.putJob(await data(kargah.api.http.POST('/api/v1/train/jobs/{job_id}/stop', { params: { path } }))),
    );
  }
}

export async function deleteJob(kargah: IKargah, job: Job): Promise<void> {
  const { t } = kargah.i18n;
  const sure = await kargah.shell.confirm({
    title: t('jobs.deleteTitle', { x: job.name }),
    body: t('jobs.deleteBody'),
    accept: t('jobs.deleteAccept'),
    destructive: true,
  });
  if (sure) {
    const path = { job_id: job.job_id };
    await attempt(kargah, async () => {
      await data(kargah.api.http.DELETE('/api/v1/train/jobs/{job_id}', { params: { path } }));
      kargah.store.putJob(job, true);
      kargah.shell.toast('success', t('done.deleted', { x: job.name }));
    });
  }
}

/** The `.pt2` file of a finished job. */
export async function downloadModel(kargah: IKargah, job: Pick<Job, 'job_id' | 'name'>): Promise<void> {
  const filename = `${job.name.replace(/[\\/:*?"<>|\s]+/g, '-')}.pt2`;
  await attempt(kargah, () => download(kargah.api, `/api/v1/train/jobs/${job.job_id}/model`, filename));
}
