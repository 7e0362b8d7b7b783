import { deferred } from '../components/deferred.js';
import type { Feature } from '../features/feature.js';
import type { Kargah } from '../tokens.js';
import { type Messages, messages } from './messages.js';

declare module '../i18n/messages.js' {
  interface Texts extends Messages {}
}
declare module '../tokens.js' {
  interface PageArgs {
    readonly administration: object;
    readonly limits: object;
  }
}

const LimitsPage = deferred(() => import(/* webpackChunkName: "people" */ './LimitsPage.js'));
const AdministrationPage = deferred(() => import(/* webpackChunkName: "people" */ './AdministrationPage.js'));

const isAdmin = ({ api }: Kargah): boolean => {
  const session = api.session.state.get();
  return session.status === 'signed_in' && session.user.role === 'admin';
};

/** Who has an account on this server, and the ledger of what was done: for its administrators. */
export const people: Feature = {
  id: 'people',
  messages,
  pages: [
    {
      name: 'administration',
      command: 'kargah:open-administration',
      label: 'people.title',
      icon: 'person',
      read: () => ({}),
      tab: () => 'administration',
      look: ({ i18n }) => ({ name: i18n.t('people.title'), icon: 'person' }),
      lists: [],
      content: () => <AdministrationPage />,
    },
    {
      name: 'limits',
      command: 'kargah:open-limits',
      label: 'limits.title',
      icon: 'tune',
      read: () => ({}),
      tab: () => 'limits',
      look: ({ i18n }) => ({ name: i18n.t('limits.title'), icon: 'tune' }),
      lists: [],
      content: () => <LimitsPage />,
    },
  ],
  commands: [
    {
      id: 'kargah:limits',
      label: 'limits.title',
      icon: 'tune',
      palette: true,
      execute: (kargah) => kargah.open('limits', {}),
    },
    {
      id: 'kargah:administration',
      label: 'people.title',
      icon: 'person',
      palette: true,
      enabled: isAdmin,
      execute: (kargah) => kargah.open('administration', {}),
    },
  ],
};
