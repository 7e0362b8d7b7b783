import { data } from '../api/client.js';
import type { Sweep } from '../api/types.js';
import { told } from '../jobs/actions.js';
import { isolated } from '../i18n/isolate.js';
import type { Kargah } from '../tokens.js';

export async function stopSweep(kargah: Kargah, sweep: Sweep): Promise<void> {
  const { t } = kargah.i18n;
  const sure = await kargah.shell.confirm({
    title: t('sweep.stopTitle'),
    body: `${isolated(sweep.name)}: ${t('sweep.stopBody')}`,
    accept: t('action.stop'),
    destructive: true,
  });
  if (!sure) return;
  await told(kargah, async () => {
    const params = { path: { sweep_id: sweep.sweep_id } };
    kargah.store
      .list('sweeps')
      .put(await data(kargah.api.http.POST('/api/v1/train/sweeps/{sweep_id}/stop', { params })));
  });
}

export async function deleteSweep(kargah: Kargah, sweep: Sweep): Promise<void> {
  const { t } = kargah.i18n;
  const sure = await kargah.shell.confirm({
    title: t('jobs.deleteTitle', { x: sweep.name }),
    body: t('sweep.deleteBody'),
    accept: t('sweep.delete'),
    destructive: true,
  });
  if (!sure) return;
  await told(kargah, async () => {
    const params = { path: { sweep_id: sweep.sweep_id } };
    await data(kargah.api.http.DELETE('/api/v1/train/sweeps/{sweep_id}', { params }));
    kargah.store.list('sweeps').remove(sweep.sweep_id);
    kargah.shell.toast('success', t('done.deleted', { x: sweep.name }));
  });
}
