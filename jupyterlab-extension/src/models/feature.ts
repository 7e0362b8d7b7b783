import { data } from '../api/client.js';
import type { Model } from '../api/types.js';
import type { Feature } from '../features/feature.js';
import { storedList } from '../store/store.js';

declare module '../store/store.js' {
  interface StoredLists {
    readonly models: Model;
  }
}

export const models: Feature = {
  id: 'models',
  lists: [
    storedList({
      name: 'models',
      idOf: ({ job_id }) => job_id,
      read: (api, query) => data(api.http.GET('/api/v1/train/models', { params: { query } })),
      // They come and go with their jobs, whose list asks for them.
      follow: () => undefined,
    }),
  ],
  panel: () => import(/* webpackChunkName: "panel" */ './panel.js'),
};
