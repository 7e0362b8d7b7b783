import { IconButton } from '../components/controls/Button.js';
import { Icon } from '../components/icons/Icon.js';
import { Bar } from '../components/Progress.js';
import { Row } from '../components/rows/Rows.js';
import { Name, Percent } from '../components/Text.js';
import { useKargah } from '../context.js';
import { useI18n } from '../i18n/context.js';
import { chooseFiles } from './actions.js';
import { mayGoOn, type UploadItem } from '../store/uploads.js';

/** A file on its way: how far, how long, and pause, resume, cancel. */
export function UploadRow({ item, first }: { readonly item: UploadItem; readonly first: boolean }): JSX.Element {
  const kargah = useKargah();
  const { uploads } = kargah;
  const i18n = useI18n();
  const { t, format } = i18n;
  const share = item.size === 0 ? 0 : item.sent / item.size;
  const left = item.speed !== null && item.speed > 0 ? (item.size - item.sent) / item.speed : null;
  const says = {
    sending: t('upload.of', { a: format.size(item.sent), b: format.size(item.size) }),
    paused: t('upload.paused'),
    retrying: t('upload.retrying'),
    needs_file: t('upload.again'),
    failed: item.error === null ? '' : i18n.error(item.error),
  }[item.state];
  const failed = item.state === 'failed';
  const passing = mayGoOn(item);
  const refused = failed && !passing;
  return (
    <Row
      name={item.name}
      first={first}
      testId="kargah-upload"
      state={item.state}
      icon={
        failed ? (
          <Icon name="err" className="kg-Text-bad" />
        ) : (
          <Icon name="up" className={item.state === 'sending' ? '' : 'kg-Text-off'} />
        )
      }
      title={<Name>{item.name}</Name>}
      end={
        <span className="kg-Upload-actions">
          {item.state === 'sending' && (
            <IconButton icon="pause" label={t('upload.pause')} onClick={() => uploads.pause(item.id)} />
          )}
          {(item.state === 'paused' || item.state === 'retrying' || passing) && (
            <IconButton icon="play" label={t('upload.resume')} onClick={() => uploads.resume(item.id)} />
          )}
          {item.state === 'needs_file' && (
            <IconButton icon="up" label={t('upload.choose')} onClick={() => chooseFiles(kargah)} />
          )}
          <IconButton
            icon="close"
            label={refused ? t('action.close') : t('upload.cancel')}
            onClick={() => (refused ? uploads.dismiss(item.id) : void uploads.cancel(item.id))}
          />
        </span>
      }
      second={
        failed ? (
          <span className="kg-Text-bad kg-Text-wrap" role="alert">
            {says}
          </span>
        ) : (
          <div className="kg-Upload-line">
            <Bar
              share={share}
              secondsLeft={left}
              label={t('upload.label', { x: item.name })}
              color={item.state === 'sending' ? undefined : 'var(--kg-muted)'}
            />
            <div className="kg-Layout-row">
              <span className="kg-Text-ellipsis kg-Layout-grow" title={says}>
                {says}
              </span>
              <span className="kg-Text-nowrap">
                {left !== null && item.state === 'sending' && (
                  <span className="kg-mod-roomy">{`${format.left(left)}${t('facts.and')}`}</span>
                )}
                {item.state !== 'needs_file' && <Percent share={share} digits={0} />}
              </span>
            </div>
          </div>
        )
      }
    />
  );
}
