import { data } from '../../api/client.js';
import type { Kargah } from '../../tokens.js';
import { attempt } from '../actions.js';

/** Registers files of the Jupyter server where they lie. */
export async function registerFiles(kargah: Kargah, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    // `RTC:` and other drives name where the file browser looks, not where the file lies.
    const local = path.replace(/^[A-Za-z]+:/u, '');
    await attempt(kargah, async () => {
      const made = await data(kargah.api.http.POST('/api/v1/datasets/import/file', { body: { path: local } }));
      kargah.store.list('datasets').put(made);
      kargah.shell.toast('success', kargah.i18n.t('intake.registered', { x: made.name }));
    });
  }
}
