import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { wantedLine } from '../jobs/log/logLine.js';
import { lastLineOf } from '../store/failure.js';
import { headline, isShare } from '../api/states.js';
import { IKargah } from '../tokens.js';

/** Tells when a job ended, wherever the reader is. */
export const notices: JupyterFrontEndPlugin<void> = {
  id: '@kargah/jupyterlab-extension:notices',
  description: 'Notifications about jobs that ended.',
  autoStart: true,
  requires: [IKargah],
  activate: (_app, kargah: IKargah) => {
    kargah.store.onSweepEnded((sweep) => {
      const { i18n, shell } = kargah;
      shell.toast(sweep.state === 'failed' ? 'error' : 'success', i18n.t('toast.sweepEnded', { x: sweep.name }), [
        { label: i18n.t('toast.view'), run: () => void kargah.openSweep(sweep.sweep_id) },
      ]);
    });
    kargah.store.onJobEnded((job) => {
      // One of many: its sweep tells of the end of all.
      if (job.sweep_id !== null) return;
      const { i18n, shell } = kargah;
      const view = { label: i18n.t('toast.view'), run: () => void kargah.openJob(job.job_id) };
      if (job.state === 'succeeded') {
        const best = headline(job, kargah.store.models.get().items);
        const figure =
          best === null
            ? ''
            : ` ${best.key}: ${isShare(best.key) ? i18n.format.percent(best.value) : i18n.format.metric(best.value)}`;
        shell.toast('success', i18n.t('toast.succeeded', { x: job.name }) + figure, [view]);
      } else if (job.state === 'failed') {
        // What a script itself said last is what its author looks for.
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
    });
  },
};
