import { IconButton } from '../components/controls/Button.js';
import type { MenuItem } from '../components/controls/Menu.js';
import { MenuRow } from '../components/rows/MenuRow.js';
import { Bar } from '../components/Progress.js';
import { Name, Num, Percent } from '../components/Text.js';
import { useKargah } from '../context.js';
import { useI18n } from '../i18n/context.js';
import { isShare } from '../api/states.js';
import { permitted, useMay } from '../projects/may.js';
import { deleteSweep, stopSweep } from './actions.js';
import { doneOf } from './standing.js';
import { SweepIcon, useSweepWord } from './SweepState.js';
import type { Sweep } from '../api/types.js';

/** A sweep stands in the list for all its jobs. */
export function SweepRow({ sweep, first }: { readonly sweep: Sweep; readonly first: boolean }): JSX.Element {
  const kargah = useKargah();
  const { t, format } = useI18n();
  const word = useSweepWord();
  const active = sweep.ended_at === null;
  const { best, metric } = sweep;
  const done = doneOf(sweep);
  const open = (): void => void kargah.open('sweep', { sweep_id: sweep.sweep_id });
  const [writes, stops] = [useMay('sweep.write'), useMay('sweep.stop')];
  const items = (): readonly MenuItem[] =>
    permitted(kargah, [
      { label: t('action.open'), icon: 'tune', run: open },
      {
        label: t('action.stop'),
        icon: 'stop',
        needs: 'sweep.stop',
        disabled: !active || sweep.state === 'stopping',
        run: () => void stopSweep(kargah, sweep),
      },
      {
        label: t('sweep.openBest'),
        icon: 'ok',
        disabled: best === null,
        run: () => void (best !== null && kargah.open('job', { job_id: best.job_id })),
      },
      {
        label: t('action.openMlflow'),
        icon: 'ext',
        disabled: sweep.mlflow_run_id === null,
        run: () => void kargah.openMlflow(sweep),
      },
      {
        label: t('action.delete'),
        icon: 'del',
        needs: 'sweep.write',
        separated: true,
        disabled: active,
        run: () => void deleteSweep(kargah, sweep),
      },
    ]);
  return (
    <MenuRow
      name={sweep.name}
      first={first}
      items={items}
      testId="kargah-sweep"
      state={sweep.state}
      icon={
        <>
          <SweepIcon sweep={sweep} />
          <span className="kg-Text-hidden">{`${t('sweep.title')}, ${word(sweep)}`}</span>
        </>
      }
      title={<Name>{sweep.name}</Name>}
      end={
        best === null || metric === null ? (
          <span>{active ? t('sweep.done', { n: done, all: sweep.trials }) : word(sweep)}</span>
        ) : (
          <>
            {`${t('status.running', { n: sweep.trials })}${t('facts.and').trimEnd()}`}
            {isShare(metric.key) ? <Percent share={best.value} /> : <Num>{format.metric(best.value)}</Num>}
          </>
        )
      }
      actions={
        active &&
        stops &&
        sweep.state !== 'stopping' && (
          <IconButton icon="stop" label={t('action.stop')} onClick={() => void stopSweep(kargah, sweep)} />
        )
      }
      second={
        active ? (
          <>
            <Bar share={Math.min(1, done / sweep.trials)} secondsLeft={null} />
            <span className="kg-Text-nowrap">{t('sweep.done', { n: done, all: sweep.trials })}</span>
          </>
        ) : undefined
      }
      onOpen={open}
      onDelete={() => {
        if (active && stops) void stopSweep(kargah, sweep);
        else if (!active && writes) void deleteSweep(kargah, sweep);
      }}
    />
  );
}
