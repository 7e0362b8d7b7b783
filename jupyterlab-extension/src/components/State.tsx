import { useI18n } from '../i18n/context.js';
import { TONES, type AnyState } from '../api/states.js';
import { Spinner } from './controls/Button.js';
import { Icon, type IconName } from './icons/Icon.js';
import { Ring } from './Progress.js';

const SHAPES: Readonly<Partial<Record<AnyState, IconName>>> = {
  queued: 'queue',
  succeeded: 'ok',
  ready: 'ok',
  failed: 'err',
  stopped: 'stopped',
  lost: 'lost',
};

/** A state's shape in its colour: clock, arc, ring filled to progress, check, !, square, ?. */
export function StateIcon({
  state,
  share = null,
}: {
  readonly state: AnyState;
  readonly share?: number | null;
}): JSX.Element {
  const shape = SHAPES[state];
  if (shape !== undefined) {
    return <Icon name={shape} className={`kg-Text-${TONES[state]}`} />;
  }
  return state === 'running' && share !== null ? <Ring share={share} /> : <Spinner tone={`kg-Text-${TONES[state]}`} />;
}

export function StateBadge({
  state,
  share = null,
}: {
  readonly state: AnyState;
  readonly share?: number | null;
}): JSX.Element {
  const { t } = useI18n();
  return (
    <span className={`kg-Chip kg-Tone-${TONES[state]}`} data-state={state}>
      <StateIcon state={state} share={share} />
      {t(`state.${state}`)}
    </span>
  );
}
