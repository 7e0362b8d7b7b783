import type { Feature } from '../features/feature.js';
import type { Catalogue } from '../i18n/message.js';

const messages = {
  'command.language': { fa: 'زبان: English', en: 'Language: فارسی' },
  'command.digits': { fa: 'رقم‌ها: فارسی یا لاتین', en: 'Digits: Persian or Latin' },
  'command.calendar': { fa: 'تقویم: شمسی یا میلادی', en: 'Calendar: Solar Hijri or Gregorian' },
} as const satisfies Catalogue;
type Messages = typeof messages;
declare module '../i18n/messages.js' {
  interface Texts extends Messages {}
}

/** What a person does to their own account and to how Kargah is shown to them. */
export const account: Feature = {
  id: 'account',
  messages,
  commands: [
    {
      id: 'kargah:language',
      label: 'command.language',
      icon: 'tune',
      palette: true,
      open: true,
      execute: ({ locale, prefer }) => prefer({ language: locale.get().language === 'fa' ? 'en' : 'fa' }),
    },
    {
      id: 'kargah:digits',
      label: 'command.digits',
      icon: 'tune',
      palette: true,
      open: true,
      // English sentences have Latin figures always.
      enabled: ({ locale }) => locale.get().language === 'fa',
      execute: ({ locale, prefer }) => prefer({ digits: locale.get().digits === 'fa' ? 'latn' : 'fa' }),
    },
    {
      id: 'kargah:calendar',
      label: 'command.calendar',
      icon: 'tune',
      palette: true,
      open: true,
      execute: ({ locale, prefer }) =>
        prefer({ calendar: locale.get().calendar === 'persian' ? 'gregory' : 'persian' }),
    },
    {
      id: 'kargah:tokens',
      label: 'account.tokens',
      icon: 'key',
      palette: true,
      execute: async (kargah) => {
        (await import(/* webpackChunkName: "panel" */ './dialogs.js')).showTokens(kargah);
      },
    },
    {
      id: 'kargah:sessions',
      label: 'account.sessions',
      icon: 'list',
      palette: true,
      execute: async (kargah) => {
        (await import(/* webpackChunkName: "panel" */ './dialogs.js')).showSessions(kargah);
      },
    },
    {
      id: 'kargah:leave',
      label: 'account.leave',
      icon: 'del',
      palette: true,
      execute: async (kargah) => {
        (await import(/* webpackChunkName: "panel" */ './dialogs.js')).showLeaving(kargah);
      },
    },
    {
      id: 'kargah:sign-out',
      label: 'account.signOut',
      icon: 'out',
      palette: true,
      execute: async (kargah) => {
        await (await import(/* webpackChunkName: "panel" */ './dialogs.js')).leave(kargah);
      },
    },
  ],
};
