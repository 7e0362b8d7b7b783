import { Icon } from '../components/icons/Icon.js';
import { useKargah } from '../context.js';
import { useI18n } from '../i18n/context.js';
import { isActive } from '../api/states.js';
import { useStore } from '../lib/useStore.js';

/** What the job will run on, and whether it will have to wait. */
export function Machine(): JSX.Element {
  const kargah = useKargah();
  const i18n = useI18n();
  const { t } = i18n;
  const system = useStore(kargah.store.system);
  const jobs = useStore(kargah.store.list('jobs'));
  const running = jobs.items.filter((job) => isActive(job.state) && job.state !== 'queued').length;
  if (system === null) {
    return <span className="kg-Layout-grow" />;
  }
  return (
    <div className="kg-Layout-grow">
      <div className="kg-Layout-row">
        <Icon name="tune" className="kg-Text-off" />
        <span>
          {[
            t('new.machine'),
            t('new.cores', { n: system.cpus }),
            system.gpus === 0 ? t('new.noGpu') : t('new.gpus', { n: system.gpus }),
          ].join(t('facts.and'))}
        </span>
      </div>
      <div className="kg-Text-hint">
        {t('new.inUse', { n: running, all: system.max_parallel_jobs })}
        {running >= system.max_parallel_jobs && `${i18n.pick('; ', '؛ ')}${t('new.willQueue')}`}
      </div>
    </div>
  );
}
