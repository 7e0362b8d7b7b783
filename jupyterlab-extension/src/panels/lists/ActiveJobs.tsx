import { Button } from '../../components/controls/Button.js';
import { Elapsed } from '../../components/Elapsed.js';
import { StateIcon } from '../../components/State.js';
import { Name, Percent } from '../../components/Text.js';
import { useKargah } from '../../context.js';
import { useI18n } from '../../i18n/context.js';
import type { Activity } from '../../features/feature.js';
import type { Features } from '../../features/registry.js';
import { useActivities } from '../useActivities.js';

export interface ActiveJobsProps {
  readonly features: Features;
  /** Those that failed and nobody has looked at. */
  readonly failed?: readonly Activity[];
  /** One of its buttons leads elsewhere. */
  readonly onLeave: () => void;
}

/** What runs or waits, for the status bar's popover, and what failed unseen. */
export default function ActiveJobs({ features, failed = [], onLeave }: ActiveJobsProps): JSX.Element {
  const kargah = useKargah();
  const { t } = useI18n();
  const listed = [...failed, ...useActivities(features).flatMap(({ active }) => active)];
  return (
    <>
      {listed.length === 0 ? (
        <p className="kg-Text-muted kg-ActiveJobs-none">{t('status.idle')}</p>
      ) : (
        <ul className="kg-ActiveJobs-list">
          {listed.map((one) => (
            <li key={one.id}>
              <button
                type="button"
                data-testid="kargah-active-job"
                onClick={() => {
                  onLeave();
                  one.open();
                }}
              >
                <StateIcon state={one.state} share={one.share} />
                <span className="kg-Layout-grow kg-Text-ellipsis">
                  <Name>{one.name}</Name>
                </span>
                <Figures of={one} />
              </button>
            </li>
          ))}
        </ul>
      )}
      <div className="kg-Layout-row kg-ActiveJobs-foot">
        <span className="kg-Layout-grow" />
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

function Figures({ of }: { readonly of: Activity }): JSX.Element {
  const { t, format } = useI18n();
  const { state, share, secondsLeft: left, place } = of;
  if (state !== 'running') {
    return (
      <span className="kg-Text-muted kg-Text-nowrap kg-Text-small">
        {state === 'queued' && place !== null ? t('state.queuedAt', { n: place }) : t(`state.${state}`)}
      </span>
    );
  }
  return (
    <>
      {left !== null && <span className="kg-Text-muted kg-Text-nowrap kg-Text-small">{format.left(left)}</span>}
      {share === null ? (
        <span className="kg-Text-muted kg-Text-small">
          <Elapsed of={of} />
        </span>
      ) : (
        <Percent share={share} digits={0} />
      )}
    </>
  );
}
