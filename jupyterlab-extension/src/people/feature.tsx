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
  }
}

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
  ],
  commands: [
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
