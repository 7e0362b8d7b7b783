import { Button, Spinner } from '../components/controls/Button.js';
import { Note } from '../components/Note.js';
import { useKargah } from '../context.js';
import { useI18n } from '../i18n/context.js';
import { useStore } from '../lib/useStore.js';

/** Notes about what does not work at the moment, such as MLflow, and what still does. */
export function Notices(): JSX.Element {
  const kargah = useKargah();
  const { t, format } = useI18n();
  const connection = useStore(kargah.live.connection);
  const system = useStore(kargah.store.system);
  const retry = <Button size="small" label={t('action.retry')} onClick={() => kargah.live.retry()} />;
  return (
    <div className="kg-Notices">
      {connection.state === 'reconnecting' && (
        <Note tone="warn" icon={<Spinner tone="kg-Text-warn" />} title={t('lost.title')} actions={retry}>
          {t('lost.detail')}
        </Note>
      )}
      {connection.state === 'offline' && (
        <Note tone="bad" icon="off" title={t('offline.title')} actions={retry}>
          {connection.asOf === null
            ? t('offline.detail')
            : t('offline.detailAsOf', { x: format.time(connection.asOf) })}
        </Note>
      )}
      {connection.state === 'connected' && (system?.mlflow === 'down' || system?.mlflow === 'failed') && (
        <Note tone="warn" icon="warn" title={t(system.mlflow === 'failed' ? 'panel.mlflowFailed' : 'panel.mlflowDown')}>
          {t(system.mlflow === 'failed' ? 'panel.mlflowFailed.detail' : 'panel.mlflowDown.detail')}
        </Note>
      )}
    </div>
  );
}
