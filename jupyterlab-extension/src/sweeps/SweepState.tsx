import { StateIcon } from '../components/State.js';
import { useI18n } from '../i18n/context.js';
import { TONES } from '../api/states.js';
import type { Sweep } from '../api/types.js';
import { doneOf } from './standing.js';

export function SweepIcon({ sweep }: { readonly sweep: Sweep }): JSX.Element {
  return <StateIcon state={sweep.state} share={Math.min(1, doneOf(sweep) / sweep.trials)} />;
}

/** Its jobs train; the sweep itself searches. */
export function useSweepWord(): (sweep: Sweep) => string {
  const { t } = useI18n();
  return ({ state }) => t(state === 'running' ? 'sweep.state.running' : `state.${state}`);
}

export function SweepBadge({ sweep }: { readonly sweep: Sweep }): JSX.Element {
  const word = useSweepWord();
  return (
    <span className={`kg-Chip kg-Tone-${TONES[sweep.state]}`} data-state={sweep.state}>
      <SweepIcon sweep={sweep} />
      {word(sweep)}
    </span>
  );
}
