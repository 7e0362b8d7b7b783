import { Button } from '../components/controls/Button.js';
import { Elapsed } from '../components/Elapsed.js';
import { StateIcon } from '../components/State.js';
import { Name, Percent } from '../components/Text.js';
import { useKargah } from '../context.js';
import { useI18n } from '../i18n/context.js';
import { isActive } from '../api/states.js';
import { useStore } from '../lib/useStore.js';
import type { Job } from '../api/types.js';

export interface ActiveJobsProps {
  /** Those that failed and nobody has looked at. */
  readonly failed?: readonly Job[];
  /** One of its buttons leads elsewhere. */
  readonly onLeave: () => void;
}

/** The jobs that run or wait, for the status bar's popover, and those that failed unseen. */
export default function ActiveJobs({ failed = [], onLeave }: ActiveJobsProps): JSX.Element {
  const kargah = useKargah();
  const { t } = useI18n();
  const jobs = useStore(kargah.store.jobs);
  const listed = [...failed, ...jobs.items.filter((job) => isActive(job.state))];
  return (
    <>
      {listed.length === 0 ? (
        <p className="muted pop-none">{t('status.idle')}</p>
      ) : (
        <ul className="pop-jobs">
          {listed.map((job) => (
            <li key={job.job_id}>
              <button
                type="button"
                data-testid="kargah-active-job"
                onClick={() => {
                  onLeave();
                  void kargah.openJob(job.job_id);
                }}
              >
                <StateIcon state={job.state} share={job.progress.fraction} />
                <span className="grow ell">
                  <Name>{job.name}</Name>
                </span>
                <Figures job={job} />
              </button>
            </li>
          ))}
        </ul>
      )}
      <div className="row pop-foot">
        <span className="grow" />
        <Button
          size="small"
          kind="quiet"
          label={t('status.all')}
          onClick={() => {
            onLeave();
            kargah.showPanel();
          }}
        />
      </div>
    </>
  );
}

function Figures({ job }: { readonly job: Job }): JSX.Element {
  const { t, format } = useI18n();
  const { fraction, eta_seconds: left } = job.progress;
  if (job.state !== 'running') {
    return (
      <span className="muted nw sm">
        {job.state === 'queued' && job.queue_position !== null
          ? t('state.queuedAt', { n: job.queue_position })
          : t(`state.${job.state}`)}
      </span>
    );
  }
  return (
    <>
      {left !== null && <span className="muted nw sm">{format.left(left)}</span>}
      {fraction === null ? (
        <span className="muted sm">
          <Elapsed job={job} />
        </span>
      ) : (
        <Percent share={fraction} digits={0} />
      )}
    </>
  );
}
