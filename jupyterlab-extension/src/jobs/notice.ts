import { headline, isShare } from '../api/states.js';
import type { Job } from '../api/types.js';
import type { Kargah } from '../tokens.js';
import { lastLineOf } from './failure.js';
import { wantedLine } from './log/logLine.js';

/** Shows a notification when a job has ended, whichever page is open. */
export function tellOfEnd(kargah: Kargah, job: Job): void {
  // A sweep's job: one notification tells of the end of the sweep.
  if (job.sweep_id !== null) return;
  const { i18n, shell } = kargah;
  const view = { label: i18n.t('toast.view'), run: () => void kargah.open('job', { job_id: job.job_id }) };
  if (job.state === 'succeeded') {
    const best = headline(job, kargah.store.list('models').get().items);
    const figure =
      best === null
        ? ''
        : ` ${best.key}: ${isShare(best.key) ? i18n.format.percent(best.value) : i18n.format.metric(best.value)}`;
    shell.toast('success', i18n.t('toast.succeeded', { x: job.name }) + figure, [view]);
  } else if (job.state === 'failed') {
    // For a script its own exception is shown, for that is what its author looks for.
    const said = lastLineOf(job);
    const cause = said?.text ?? (job.error === null ? i18n.t('state.failed') : i18n.failure(job.error));
    const { offset = null } = said ?? {};
    const line = {
      label: i18n.t('failure.line'),
      run: () => {
        if (offset !== null) wantedLine.set({ jobId: job.job_id, offset });
        view.run();
      },
    };
    shell.toast('error', i18n.t('toast.failed', { x: job.name, cause }), offset === null ? [view] : [view, line]);
  } else if (job.state === 'lost') {
    shell.toast('warning', i18n.t('toast.lost', { x: job.name }), [view]);
  }
}
