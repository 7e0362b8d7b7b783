import { data } from '../../api/client.js';
import type { Dataset } from '../../api/types.js';
import { workspacePath } from '../../lib/workspacePath.js';
import type { Kargah } from '../../tokens.js';
import { attempt } from '../actions.js';

/** Registers files of the Jupyter server where they lie; says which became datasets. */
export async function registerFiles(kargah: Kargah, paths: readonly string[]): Promise<readonly Dataset[]> {
  const registered: Dataset[] = [];
  for (const path of paths) {
    await attempt(kargah, async () => {
      const body = { path: workspacePath(path) };
      const made = await data(kargah.api.http.POST('/api/v1/datasets/import/file', { body }));
      registered.push(made);
      kargah.store.list('datasets').put(made);
      kargah.shell.toast('success', kargah.i18n.t('intake.registered', { x: made.name }));
    });
  }
  return registered;
}
