import { lazy, Suspense, useCallback, useRef, useState } from 'react';
import { Spinner } from '../components/Button.js';
import { Icon } from '../components/Icon.js';
import { Popover } from '../components/Popover.js';
import { Ring } from '../components/Progress.js';
import { Percent } from '../components/Text.js';
import { useKargah } from '../context.js';
import { useI18n } from '../i18n/context.js';
import { isActive } from '../store/states.js';
import { useUnseenFailures } from '../store/unseen.js';
import { useStore } from '../store/useStore.js';

const ActiveJobs = lazy(() => import('./ActiveJobs.js'));

/** Jobs at a glance, each by name on a click; nothing at all while nobody is signed in. */
export function StatusItem(): JSX.Element | null {
  const kargah = useKargah();
  const { t, format } = useI18n();
  const session = useStore(kargah.api.session.state);
  const connection = useStore(kargah.live.connection);
  const jobs = useStore(kargah.store.jobs);
  const button = useRef<HTMLButtonElement>(null);
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const failures = useUnseenFailures(kargah.store);
  const { seen } = failures;
  const close = useCallback(() => {
    setAnchor(null);
    seen();
  }, [seen]);
  if (session.status !== 'signed_in') {
    return null;
  }
  const active = jobs.items.filter((job) => isActive(job.state));
  const shares = active.map((job) => job.progress.fraction ?? 0);
  const share = shares.length === 0 ? 0 : shares.reduce((sum, one) => sum + one, 0) / shares.length;
  const left = Math.max(0, ...active.map((job) => job.progress.eta_seconds ?? 0));
  const lost = connection.state === 'reconnecting' || connection.state === 'offline';
  return (
    <>
      <button
        ref={button}
        type="button"
        className="kg-status lnk-plain"
        title={t('status.jobs')}
        aria-haspopup="dialog"
        aria-expanded={anchor !== null}
        data-testid="kargah-status"
        onClick={() => (anchor === null ? setAnchor(button.current) : close())}
      >
        {lost ? (
          <>
            <Spinner tone="t-warn" />
            <span>{t('conn.reconnecting')}</span>
          </>
        ) : active.length > 0 ? (
          <>
            <Ring share={share} />
            <span>
              {t('status.running', { n: active.length })} · <Percent share={share} digits={0} />
              {left > 0 && ` · ${format.left(left)}`}
            </span>
          </>
        ) : failures.jobs.length > 0 ? (
          <>
            <Icon name="err" className="t-bad" />
            <span>{t('status.failed', { n: failures.jobs.length })}</span>
          </>
        ) : (
          <>
            <Icon name="ok" className="t-ok" />
            <span>{t('status.idle')}</span>
          </>
        )}
      </button>
      {anchor !== null && (
        <Popover label={t('status.jobs')} anchor={anchor} onClose={close}>
          <Suspense fallback={null}>
            <ActiveJobs failed={failures.jobs} onLeave={close} />
          </Suspense>
        </Popover>
      )}
    </>
  );
}
