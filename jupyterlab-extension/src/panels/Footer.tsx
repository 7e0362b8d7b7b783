import { Bar } from '../components/Progress.js';
import { useKargah } from '../context.js';
import { useI18n } from '../i18n/context.js';
import { useStore } from '../lib/useStore.js';

/** How much room is used and left. */
export function Footer(): JSX.Element | null {
  const kargah = useKargah();
  const { t, format } = useI18n();
  const system = useStore(kargah.store.system);
  if (system === null) {
    return null;
  }
  const used = system.storage_used_bytes;
  const free = system.disk_free_bytes;
  return (
    <footer className="kg-Footer">
      <div className="kg-Layout-row">
        <span className="kg-Layout-grow kg-Text-ellipsis">{t('panel.storage')}</span>
        <span className="kg-Text-nowrap">
          {t('panel.storageOf', { used: format.size(used), free: format.size(free) })}
        </span>
      </div>
      <Bar
        share={used + free === 0 ? 0 : used / (used + free)}
        label={t('panel.storageUsed')}
        color={free < 1e9 ? 'var(--jp-warn-color1)' : undefined}
      />
    </footer>
  );
}
