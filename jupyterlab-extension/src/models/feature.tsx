import { data } from '../api/client.js';
import type { Model, ModelRequest, ModelRequestChanged, ModelsChanged, RegisteredModel } from '../api/types.js';
import { deferred } from '../components/deferred.js';
import { type CommandSpec, type Feature, textOf } from '../features/feature.js';
import { may } from '../projects/may.js';
import { storedList } from '../store/store.js';
import type { Kargah } from '../tokens.js';
import { type ModelMessages, modelMessages } from './messages.js';

declare module '../i18n/messages.js' {
  interface Texts extends ModelMessages {}
}
declare module '../store/store.js' {
  interface StoredLists {
    readonly models: Model;
    readonly registered: RegisteredModel;
    /** Requests that wait for this person's approval. */
    readonly approvals: ModelRequest;
  }
}
declare module '../live/client.js' {
  interface LiveEvents {
    readonly models_changed: ModelsChanged;
    readonly model_request_changed: ModelRequestChanged;
  }
}
declare module '../tokens.js' {
  interface PageArgs {
    readonly model: { readonly name: string };
  }
}

const ModelPage = deferred(() => import(/* webpackChunkName: "models" */ './page/ModelPage.js'));

/** What the job of a command trained, if it did. */
const modelOf = ({ store }: Kargah, args: Parameters<CommandSpec['execute']>[1]): Model | undefined =>
  store
    .list('models')
    .get()
    .items.find(({ job_id }) => job_id === textOf(args, 'job_id'));

export const models: Feature = {
  id: 'models',
  messages: modelMessages,
  lists: [
    storedList({
      name: 'models',
      idOf: ({ job_id }) => job_id,
      read: (api, query) => data(api.http.GET('/api/v1/train/models', { params: { query } })),
      // They come and go with their jobs, whose list asks for them.
      follow: () => undefined,
    }),
    storedList({
      name: 'registered',
      idOf: ({ name }) => name,
      read: (api, query) => data(api.http.GET('/api/v1/models', { params: { query } })),
      follow: (_list, live, store) => {
        live.event('models_changed').connect(() => void store.load('registered'));
      },
    }),
    storedList({
      name: 'approvals',
      idOf: ({ request_id }) => request_id,
      read: (api, query) =>
        data(api.http.GET('/api/v1/model-requests', { params: { query: { ...query, waiting_for_me: 'true' } } })),
      follow: (_list, live, store) => {
        // Whether it waits for this very person the bridge alone knows; what is being checked waits for nobody yet.
        live.event('model_request_changed').connect((_, { request }) => {
          if (request.state !== 'checking') void store.load('approvals');
        });
      },
    }),
  ],
  pages: [
    {
      name: 'model',
      command: 'kargah:open-model',
      label: 'reg.title',
      read: (args) => {
        const name = textOf(args, 'name');
        return name === undefined || name === '' ? undefined : { name };
      },
      tab: ({ name }) => `model-${encodeURIComponent(name)}`,
      look: (_kargah, { name }) => ({ name, icon: 'model' }),
      lists: [],
      content: ({ name }) => <ModelPage name={name} />,
    },
  ],
  commands: [
    {
      id: 'kargah:register-model',
      label: 'reg.command',
      icon: 'prom',
      palette: true,
      page: 'job',
      enabled: (kargah, args) => modelOf(kargah, args) !== undefined && may(kargah, 'model.write'),
      execute: async (kargah, args) => {
        const model = modelOf(kargah, args);
        if (model === undefined) return;
        const { registerModel } = await import(/* webpackChunkName: "panel" */ '../jobs/registration.js');
        await registerModel(kargah, model);
      },
    },
  ],
  panel: () => import(/* webpackChunkName: "panel" */ './panel.js'),
};
