import { data } from '../api/client.js';
import type { Sweep, SweepChanged } from '../api/types.js';
import { deferred } from '../components/deferred.js';
import { type Feature, textOf } from '../features/feature.js';
import { storedList } from '../store/store.js';
import { sweepMessages } from './messages.js';

type Messages = typeof sweepMessages;
declare module '../i18n/messages.js' {
  interface Texts extends Messages {}
}
declare module '../store/store.js' {
  interface StoredLists {
    readonly sweeps: Sweep;
  }
}
declare module '../live/client.js' {
  interface LiveEvents {
    readonly sweep_changed: SweepChanged;
  }
}
declare module '../tokens.js' {
  interface PageArgs {
    readonly sweep: { readonly sweep_id: string };
  }
}

const SweepPage = deferred(() => import(/* webpackChunkName: "training" */ './SweepPage.js'));

export const sweeps: Feature = {
  id: 'sweeps',
  messages: sweepMessages,
  lists: [
    storedList({
      name: 'sweeps',
      idOf: ({ sweep_id }) => sweep_id,
      read: (api, query) => data(api.http.GET('/api/v1/train/sweeps', { params: { query } })),
      follow: (list, live) => {
        live.event('sweep_changed').connect((_, { sweep, deleted }) => {
          if (deleted) list.remove(sweep.sweep_id);
          else list.put(sweep);
        });
      },
      hasEnded: ({ ended_at }) => ended_at !== null,
    }),
  ],
  pages: [
    {
      name: 'sweep',
      command: 'kargah:open-sweep',
      label: 'sweep.title',
      read: (args) => {
        const sweep_id = textOf(args, 'sweep_id');
        return sweep_id === undefined ? undefined : { sweep_id };
      },
      tab: ({ sweep_id }) => sweep_id,
      look: ({ store }, { sweep_id }) => ({
        name: store
          .list('sweeps')
          .get()
          .items.find((sweep) => sweep.sweep_id === sweep_id)?.name,
        icon: 'tune',
      }),
      lists: ['sweeps'],
      content: ({ sweep_id }) => <SweepPage sweepId={sweep_id} />,
    },
  ],
  panel: () => import(/* webpackChunkName: "panel" */ './panel.js'),
  start: (kargah) => {
    kargah.store.onEnded('sweeps', (sweep) => {
      const { i18n, shell } = kargah;
      shell.toast(sweep.state === 'failed' ? 'error' : 'success', i18n.t('toast.sweepEnded', { x: sweep.name }), [
        { label: i18n.t('toast.view'), run: () => void kargah.open('sweep', { sweep_id: sweep.sweep_id }) },
      ]);
    });
  },
};
