import { canStop, isActive } from '../../api/states.js';
import { Button, IconButton } from '../../components/controls/Button.js';
import { useKargah } from '../../context.js';
import { useI18n } from '../../i18n/context.js';
import { useStores } from '../../lib/useStore.js';
import { May } from '../../projects/may.js';
import { stopJobs } from '../actions.js';
import { deleteJobs } from '../deletion.js';
import { chooseNone, chosenJobs, chosenOf } from './chosen.js';

/** What can be done with the jobs that are chosen. */
export function ChosenBar(): JSX.Element | null {
  const kargah = useKargah();
  const { store } = kargah;
  const { t } = useI18n();
  useStores([chosenOf(store), store.list('jobs')]);
  const { ids } = chosenOf(store).get();
  if (ids.size === 0) return null;
  const jobs = chosenJobs(store);
  const running = jobs.filter(({ state }) => canStop(state));
  const ended = jobs.filter(({ state }) => !isActive(state));
  return (
    <div className="kg-ChosenBar" role="toolbar" aria-label={t('chosen.bar')} data-testid="kargah-chosen">
      <span className="kg-Text-ellipsis kg-Layout-grow" role="status">
        {t('chosen.count', { n: ids.size })}
      </span>
      <Button
        kind="primary"
        size="small"
        label={t('chosen.compare')}
        disabled={ids.size < 2}
        onClick={() => void kargah.open('compare', { jobs: [...ids].join(',') })}
      />
      <May do="job.stop">
        <IconButton
          icon="stop"
          label={t('chosen.stop')}
          disabled={running.length === 0}
          onClick={() => void stopJobs(kargah, running)}
        />
      </May>
      <May do="job.write">
        <IconButton
          icon="del"
          label={t('chosen.delete')}
          disabled={ended.length === 0}
          onClick={() => void deleteJobs(kargah, ended)}
        />
      </May>
      <IconButton icon="close" label={t('chosen.clear')} onClick={() => chooseNone(store)} />
    </div>
  );
}
