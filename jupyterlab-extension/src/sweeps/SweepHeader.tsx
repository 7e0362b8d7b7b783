import { Button } from '../components/controls/Button.js';
import { Moment } from '../components/Text.js';
import { useKargah } from '../context.js';
import { useI18n } from '../i18n/context.js';
import { RecipeName, RunHeader, RunMeta, RunProgress } from '../jobs/page/RunHeader.js';
import type { Recipe, Sweep } from '../api/types.js';
import { useMay } from '../projects/may.js';
import { deleteSweep, stopSweep } from './actions.js';
import { SweepBadge } from './SweepState.js';
import { doneOf } from './standing.js';

export function SweepHeader({ sweep, recipe }: { readonly sweep: Sweep; readonly recipe: Recipe | null }): JSX.Element {
  const kargah = useKargah();
  const { t, format } = useI18n();
  const active = sweep.ended_at === null;
  const [writes, stops] = [useMay('sweep.write'), useMay('sweep.stop')];
  const done = doneOf(sweep);
  const at = sweep.ended_at ?? sweep.created_at;
  return (
    <RunHeader
      run={sweep}
      badge={<SweepBadge sweep={sweep} />}
      actions={
        active
          ? stops && (
              <Button
                kind="danger"
                icon="stop"
                label={t('action.stop')}
                disabled={sweep.state === 'stopping'}
                onClick={() => void stopSweep(kargah, sweep)}
              />
            )
          : writes && <Button icon="del" label={t('sweep.delete')} onClick={() => void deleteSweep(kargah, sweep)} />
      }
    >
      <RunMeta
        run={sweep}
        id={sweep.sweep_id}
        when={
          <span title={format.exact(at)}>
            <Moment at={at} />
          </span>
        }
      >
        <span>{t('sweep.title')}</span>
        <RecipeName run={sweep} recipe={recipe} />
      </RunMeta>
      {active && (
        <RunProgress share={done / sweep.trials} secondsLeft={null}>
          <span>{t('sweep.done', { n: done, all: sweep.trials })}</span>
        </RunProgress>
      )}
    </RunHeader>
  );
}
