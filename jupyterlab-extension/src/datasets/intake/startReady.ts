import { data } from '../../api/client.js';
import type { Dataset } from '../../api/types.js';
import { when } from '../../lib/observable.js';
import type { ListState } from '../../store/list.js';
import type { Kargah } from '../../tokens.js';

/** Comes along with every bridge, and is learned within a minute. */
const FIRST_SOURCE = 'digits';

type Datasets = ListState<Dataset>;

/** Brings the first ready dataset in and, once it is read, opens the form of a job on it. */
export async function startReady(kargah: Kargah): Promise<void> {
  const { api, shell, store } = kargah;
  try {
    const path = { source_id: FIRST_SOURCE };
    const { dataset_id } = await data(api.http.POST('/api/v1/sources/{source_id}/import', { params: { path } }));
    const list = store.list('datasets');
    list.add(await data(api.http.GET('/api/v1/datasets/{dataset_id}', { params: { path: { dataset_id } } })));
    const stateIn = ({ items }: Datasets): Dataset['state'] | undefined =>
      items.find((item) => item.dataset_id === dataset_id)?.state;
    // Nobody waits any more for one that was deleted.
    const settled = await when(list, (all): all is Datasets => ['ready', 'failed', undefined].includes(stateIn(all)));
    const state = stateIn(settled);
    if (state === 'ready') await kargah.open('new-job', { dataset_id });
    else if (state === 'failed') await kargah.open('dataset', { dataset_id });
  } catch (reason) {
    shell.failed(reason);
  }
}
