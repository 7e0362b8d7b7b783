import { useState } from 'react';
import { LinkButton, Spinner } from '../components/controls/Button.js';
import { Icon, Logo } from '../components/icons/Icon.js';
import { below, type MenuPlace } from '../components/controls/Menu.js';
import { useKargah } from '../context.js';
import { useI18n } from '../i18n/context.js';
import { useStore } from '../lib/useStore.js';
import { useMay } from '../projects/may.js';
import { Switcher } from '../projects/Switcher.js';
import { AccountMenu } from '../account/AccountMenu.js';

export function Header(): JSX.Element {
  const kargah = useKargah();
  const { t } = useI18n();
  const session = useStore(kargah.api.session.state);
  const [menuAt, setMenuAt] = useState<MenuPlace | null>(null);
  const user = session.status === 'signed_in' ? session.user : null;
  return (
    <header className="kg-Header">
      <Logo />
      {user === null ? <b>{t('app.name')}</b> : <Switcher />}
      <ViewerMark />
      <span className="kg-Layout-grow" />
      <ConnectionState />
      {user === null && <OtherLanguage />}
      {user !== null && (
        <button
          type="button"
          className="kg-Avatar"
          aria-haspopup="menu"
          aria-expanded={menuAt !== null}
          aria-label={t('account.of', { x: user.name })}
          title={user.email}
          data-testid="kargah-account"
          onClick={(event) => setMenuAt(below(event.currentTarget))}
        >
          {Array.from(user.name)[0]?.toUpperCase()}
        </button>
      )}
      {menuAt !== null && user !== null && <AccountMenu at={menuAt} user={user} onClose={() => setMenuAt(null)} />}
    </header>
  );
}

/** Tells a viewer of the project why there are no buttons that change things. */
function ViewerMark(): JSX.Element | null {
  const { t } = useI18n();
  return useMay('dataset.write') ? null : (
    <span className="kg-Chip kg-mod-plain" title={t('project.viewing')} data-testid="kargah-viewer">
      {t('project.role.viewer')}
    </span>
  );
}

/** The switch of language before anyone is signed in, when there is no menu: it names the other language in that language. */
function OtherLanguage(): JSX.Element {
  const { prefer } = useKargah();
  const { t, locale } = useI18n();
  const other = locale.language === 'fa' ? 'en' : 'fa';
  return (
    <LinkButton lang={other} data-testid="kargah-language" onClick={() => void prefer({ language: other })}>
      {t(`account.language.${other}`)}
    </LinkButton>
  );
}

function ConnectionState(): JSX.Element | null {
  const kargah = useKargah();
  const { t } = useI18n();
  const session = useStore(kargah.api.session.state);
  const { state } = useStore(kargah.live.connection);
  const shown =
    session.status === 'unreachable'
      ? 'offline'
      : session.status === 'signed_out'
        ? 'connected'
        : session.status === 'unknown' || state === 'idle'
          ? 'connecting'
          : state;
  const look = {
    connected: { tone: '', mark: <span className="kg-Dot kg-Text-ok" /> },
    connecting: { tone: '', mark: <Spinner tone="kg-Text-off" /> },
    reconnecting: { tone: 'kg-Text-warn', mark: <Spinner tone="kg-Text-warn" /> },
    offline: { tone: 'kg-Text-bad', mark: <Icon name="off" /> },
  }[shown];
  return (
    <span className={`kg-Connection ${look.tone}`} role="status" data-testid="kargah-connection" data-state={shown}>
      {look.mark}
      <span className="kg-mod-roomy">{t(`conn.${shown}`)}</span>
    </span>
  );
}
