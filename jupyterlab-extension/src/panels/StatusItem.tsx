import { useCallback, useRef, useState } from 'react';
import { Spinner } from '../components/controls/Button.js';
import { deferred } from '../components/deferred.js';
import { Elapsed } from '../components/Elapsed.js';
import { Icon } from '../components/icons/Icon.js';
import { Popover } from '../components/controls/Popover.js';
import { Ring } from '../components/Progress.js';
import { Percent } from '../components/Text.js';
import { useKargah } from '../context.js';
import { useI18n } from '../i18n/context.js';
import type { Features } from '../features/registry.js';
import { useUnseenFailures } from './unseen.js';
import { useActivities } from './useActivities.js';
import { useStore } from '../lib/useStore.js';

const ActiveJobs = deferred(() => import(/* webpackChunkName: "panel" */ './lists/ActiveJobs.js'), { waiting: null });

/** Jobs at a glance, each by name on a click; nothing at all while nobody is signed in. */
export function StatusItem({ features }: { readonly features: Features }): JSX.Element | null {
  const kargah = useKargah();
  const { t, format } = useI18n();
  const session = useStore(kargah.api.session.state);
  const connection = useStore(kargah.live.connection);
  const underWay = useActivities(features);
  const button = useRef<HTMLButtonElement>(null);
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const { of, seen } = useUnseenFailures(features);
  const close = useCallback(() => {
    setAnchor(null);
    seen();
  }, [seen]);
  if (session.status !== 'signed_in') {
    return null;
  }
  const active = underWay.flatMap((one) => one.active);
  const failed = underWay.map(({ activities }) => ({ activities, found: activities.find(kargah, of(activities)) }));
  const failures = failed.flatMap(({ found }) => found);
  // A waiting job counts as 0. Where a running one reports no progress, the share of all is unknown.
  const shares = active.map(({ state, share }) => (state === 'queued' ? 0 : share));
  const known = shares.filter((share) => share !== null);
  const share = known.length < shares.length ? null : known.reduce((sum, one) => sum + one, 0) / known.length;
  const [only] = active;
  const left = Math.max(0, ...active.map(({ secondsLeft }) => secondsLeft ?? 0));
  const lost = connection.state === 'reconnecting' || connection.state === 'offline';
  return (
    <>
      <button
        ref={button}
        type="button"
        className="kg-Status "
        title={t('status.jobs')}
        aria-haspopup="dialog"
        aria-expanded={anchor !== null}
        data-testid="kargah-status"
        onClick={() => (anchor === null ? setAnchor(button.current) : close())}
      >
        {lost ? (
          <>
            <Spinner tone="kg-Text-warn" />
            <span>{t('conn.reconnecting')}</span>
          </>
        ) : active.length > 0 ? (
          <>
            <Ring share={share} />
            <span>
              {underWay
                .filter((one) => one.active.length > 0)
                .map((one) => t(one.activities.running, { n: one.active.length }))
                .join(t('facts.and'))}
              {share !== null && (
                <>
                  {t('facts.and')}
                  <Percent share={share} digits={0} />
                </>
              )}
              {share !== null && left > 0 && `${t('facts.and')}${format.left(left)}`}
              {share === null && active.length === 1 && only?.started_at != null && (
                <>
                  {t('facts.and')}
                  <Elapsed of={only} />
                </>
              )}
            </span>
          </>
        ) : failures.length > 0 ? (
          <>
            <Icon name="err" className="kg-Text-bad" />
            <span>
              {failed
                .filter(({ found }) => found.length > 0)
                .map(({ activities, found }) => t(activities.failed, { n: found.length }))
                .join(t('facts.and'))}
            </span>
          </>
        ) : (
          <>
            <Icon name="ok" className="kg-Text-ok" />
            <span>{t('status.idle')}</span>
          </>
        )}
      </button>
      {anchor !== null && (
        <Popover label={t('status.jobs')} anchor={anchor} onClose={close}>
          <ActiveJobs features={features} failed={failures} onLeave={close} />
        </Popover>
      )}
    </>
  );
}
