import { Menu, type MenuPlace } from '../components/controls/Menu.js';
import { Code } from '../components/Text.js';
import type { User } from '../api/types.js';
import { useKargah } from '../context.js';
import { useI18n } from '../i18n/context.js';
import { leave, showLeaving, showSessions, showTokens } from './dialogs.js';

export function AccountMenu({
  at,
  user,
  onClose,
}: {
  readonly at: MenuPlace;
  readonly user: User;
  readonly onClose: () => void;
}): JSX.Element {
  const kargah = useKargah();
  const { t, locale } = useI18n();
  const { language, digits, calendar } = locale;
  return (
    <Menu
      label={t('account.of', { x: user.name })}
      at={at}
      onClose={onClose}
      header={
        <div className="kg-Menu-who">
          <div className="kg-Text-bold">
            <bdi>{user.name}</bdi>{' '}
            {user.role === 'admin' && <span className="kg-Chip kg-mod-plain">{t('account.admin')}</span>}
          </div>
          <div className="kg-Text-small kg-Text-muted kg-Text-ellipsis">
            <Code>{user.email}</Code>
          </div>
        </div>
      }
      items={[
        {
          label: t('account.tokens'),
          icon: 'key',
          run: () => showTokens(kargah),
        },
        {
          label: t('account.sessions'),
          icon: 'list',
          run: () => showSessions(kargah),
        },
        {
          label: t('limits.title'),
          icon: 'tune',
          run: () => void kargah.open('limits', {}),
        },
        ...(user.role === 'admin'
          ? [
              {
                label: t('people.title'),
                icon: 'person' as const,
                run: () => void kargah.open('administration', {}),
              },
            ]
          : []),
        {
          label: t('account.language'),
          icon: 'tune',
          separated: true,
          end: language === 'fa' ? t('account.language.fa') : t('account.language.en'),
          run: () => void kargah.prefer({ language: language === 'fa' ? 'en' : 'fa' }),
        },
        ...(language === 'fa'
          ? [
              {
                label: t('account.digits'),
                icon: 'tune' as const,
                end: digits === 'fa' ? t('account.digits.fa') : t('account.digits.latn'),
                run: () => void kargah.prefer({ digits: digits === 'fa' ? 'latn' : 'fa' }),
              },
            ]
          : []),
        {
          label: t('account.calendar'),
          icon: 'tune',
          end: calendar === 'persian' ? t('account.calendar.persian') : t('account.calendar.gregory'),
          run: () => void kargah.prefer({ calendar: calendar === 'persian' ? 'gregory' : 'persian' }),
        },
        {
          label: t('account.signOut'),
          icon: 'out',
          separated: true,
          run: () => void leave(kargah),
        },
        {
          label: t('account.leave'),
          icon: 'del',
          run: () => showLeaving(kargah),
        },
      ]}
    />
  );
}
