import { data } from '../api/client.js';
import type { Dataset, DatasetChanged, DatasetProfileEvent } from '../api/types.js';
import { deferred } from '../components/deferred.js';
import { type Feature, textOf } from '../features/feature.js';
import { storedList } from '../store/store.js';
import { commandMessages, datasetCommands } from './commands.js';
import { datasets as datasetMessages } from './messages/datasets.js';
import { lineage } from './messages/lineage.js';
import { rows } from './messages/rows.js';

type Messages = typeof datasetMessages & typeof lineage & typeof rows & typeof commandMessages;
declare module '../i18n/messages.js' {
  interface Texts extends Messages {}
}
declare module '../store/store.js' {
  interface StoredLists {
    readonly datasets: Dataset;
  }
}
declare module '../live/client.js' {
  interface LiveEvents {
    readonly dataset_changed: DatasetChanged;
    readonly dataset_profile: DatasetProfileEvent;
  }
}
declare module '../tokens.js' {
  interface PageArgs {
    readonly dataset: { readonly dataset_id: string };
  }
}

const DatasetPage = deferred(() => import('./page/DatasetPage.js'));

export const datasets: Feature = {
  id: 'datasets',
  messages: { ...datasetMessages, ...lineage, ...rows, ...commandMessages },
  commands: datasetCommands,
  lists: [
    storedList({
      name: 'datasets',
      idOf: ({ dataset_id }) => dataset_id,
      read: (api, query) => data(api.http.GET('/api/v1/datasets', { params: { query } })),
      follow: (list, live, store) => {
        live.event('dataset_changed').connect((_, { dataset, deleted }) => {
          if (deleted) list.remove(dataset.dataset_id);
          else list.put(dataset);
          void store.loadSystem();
        });
      },
    }),
  ],
  pages: [
    {
      name: 'dataset',
      command: 'kargah:open-dataset',
      label: 'panel.datasets',
      read: (args) => {
        const dataset_id = textOf(args, 'dataset_id');
        return dataset_id === undefined ? undefined : { dataset_id };
      },
      tab: ({ dataset_id }) => dataset_id,
      look: ({ store }, { dataset_id }) => {
        const found = store
          .list('datasets')
          .get()
          .items.find((dataset) => dataset.dataset_id === dataset_id);
        return { name: found?.name, icon: found?.kind === 'images' ? 'img' : 'table' };
      },
      lists: ['datasets'],
      content: ({ dataset_id }) => <DatasetPage datasetId={dataset_id} />,
    },
  ],
  panel: () => import(/* webpackChunkName: "panel" */ './panel.js'),
};
