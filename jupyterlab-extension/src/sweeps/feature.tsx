import { data } from '../api/client.js';
import type { Sweep, SweepChanged } from '../api/types.js';
import { deferred } from '../components/deferred.js';
import { type CommandSpec, type Feature, textOf } from '../features/feature.js';
import type { Catalogue } from '../i18n/message.js';
import { storedList } from '../store/store.js';
import { may } from '../projects/may.js';
import type { Kargah } from '../tokens.js';
import { sweepMessages } from './messages.js';

const commandMessages = {
  'command.sweep.stop': { fa: 'این جست‌وجو: توقف', en: 'This sweep: stop' },
  'command.sweep.delete': { fa: 'این جست‌وجو: حذف', en: 'This sweep: delete' },
} as const satisfies Catalogue;
type Messages = typeof sweepMessages & typeof commandMessages;
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

const sweepOf = ({ store }: Kargah, id: string | undefined): Sweep | undefined =>
  store
    .list('sweeps')
    .get()
    .items.find(({ sweep_id }) => sweep_id === id);

/** A command on the sweep whose page is in front. */
function onSweep(
  id: 'kargah:stop-sweep' | 'kargah:delete-sweep',
  label: CommandSpec['label'],
  can: (sweep: Sweep) => boolean,
): CommandSpec {
  const found = (kargah: Kargah, args: Parameters<CommandSpec['execute']>[1]): Sweep | undefined => {
    const sweep = sweepOf(kargah, textOf(args, 'sweep_id'));
    const needed = id === 'kargah:stop-sweep' ? 'sweep.stop' : 'sweep.write';
    return sweep !== undefined && can(sweep) && may(kargah, needed) ? sweep : undefined;
  };
  return {
    id,
    label,
    icon: id === 'kargah:stop-sweep' ? 'stop' : 'del',
    palette: true,
    page: 'sweep',
    enabled: (kargah, args) => found(kargah, args) !== undefined,
    execute: async (kargah, args) => {
      const sweep = found(kargah, args);
      const { stopSweep, deleteSweep } = await import(/* webpackChunkName: "panel" */ './actions.js');
      if (sweep !== undefined) await (id === 'kargah:stop-sweep' ? stopSweep : deleteSweep)(kargah, sweep);
    },
  };
}

const SweepPage = deferred(() => import(/* webpackChunkName: "training" */ './SweepPage.js'));

export const sweeps: Feature = {
  id: 'sweeps',
  messages: { ...sweepMessages, ...commandMessages },
  commands: [
    onSweep('kargah:stop-sweep', 'command.sweep.stop', ({ ended_at }) => ended_at === null),
    onSweep('kargah:delete-sweep', 'command.sweep.delete', ({ ended_at }) => ended_at !== null),
  ],
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
