import { useCallback, useEffect, useState } from 'react';
import { data } from '../../api/client.js';
import type { ModelRequest, ModelRules, ModelVersion, RegisteredModel } from '../../api/types.js';
import { useKargah } from '../../context.js';
import { useStore, useStores } from '../../lib/useStore.js';
import { type Paged, usePaged } from '../../people/usePaged.js';
import { currentProject } from '../../projects/may.js';
import { useAnswer } from './useAnswer.js';

export interface ModelState {
  readonly model: RegisteredModel | null;
  readonly failure: unknown;
  readonly projectId: string | undefined;
  readonly rules: ModelRules | null;
  readonly versions: Paged<ModelVersion>;
  readonly requests: Paged<ModelRequest>;
  /** Another number whenever something of the model became another. */
  readonly stamp: number;
  readonly again: () => void;
}

const idOfVersion = ({ version }: ModelVersion): number => version;
const idOfRequest = ({ request_id }: ModelRequest): string => request_id;

/** A registered model with its versions, requests and rules: read once, then as the bridge tells that something changed. */
export function useModel(name: string): ModelState {
  const kargah = useKargah();
  const { api, live } = kargah;
  const [stamp, setStamp] = useState(0);
  const [asked, setAsked] = useState(0);
  const project = useStore(api.project);
  useStores([kargah.store.list('projects')]);
  const projectId = currentProject(kargah)?.project_id;
  const seen = `${project ?? ''} ${stamp}`;

  const again = useCallback(() => setStamp((count) => count + 1), []);
  // A request that this page does not hold yet is read with the others.
  const requestsAgain = useCallback(() => setAsked((count) => count + 1), []);

  const readModel = useCallback(
    () => data(api.http.GET('/api/v1/models/{name}', { params: { path: { name } } })),
    [api, name],
  );
  const readRules = useCallback(
    async () =>
      projectId === undefined
        ? null
        : data(
            api.http.GET('/api/v1/projects/{project_id}/model-rules', { params: { path: { project_id: projectId } } }),
          ),
    [api, projectId],
  );
  const readVersions = useCallback(
    (cursor: string | undefined, signal: AbortSignal) =>
      data(
        api.http.GET('/api/v1/models/{name}/versions', {
          params: { path: { name }, query: cursor === undefined ? {} : { cursor } },
          signal,
        }),
      ),
    [api, name],
  );
  const readRequests = useCallback(
    (cursor: string | undefined, signal: AbortSignal) =>
      data(
        api.http.GET('/api/v1/model-requests', {
          params: { query: { name, limit: 10, ...(cursor !== undefined && { cursor }) } },
          signal,
        }),
      ),
    [api, name],
  );
  const { value: model, failure } = useAnswer(readModel, seen);
  const { value: rules } = useAnswer(readRules, stamp);
  const versions = usePaged(readVersions, idOfVersion, seen);
  const requests = usePaged(readRequests, idOfRequest, `${seen} ${asked}`);

  const { items, put } = requests;
  useEffect(() => {
    const onModels = (_: unknown, changed: { readonly name: string | null }): void => {
      if (changed.name === null || changed.name === name) again();
    };
    const onRequest = (_: unknown, { request }: { readonly request: ModelRequest }): void => {
      if (request.name !== name) return;
      if (items?.some(({ request_id }) => request_id === request.request_id) === true) put(request);
      else requestsAgain();
    };
    const [models, request] = [live.event('models_changed'), live.event('model_request_changed')];
    models.connect(onModels);
    request.connect(onRequest);
    live.reconnected.connect(again);
    return () => {
      models.disconnect(onModels);
      request.disconnect(onRequest);
      live.reconnected.disconnect(again);
    };
  }, [live, name, again, requestsAgain, items, put]);
  return { model, failure, projectId, rules, versions, requests, stamp, again };
}
