import type { MimeData } from '@lumino/coreutils';
import { data } from '../../api/client.js';
import type { IKargah } from '../../tokens.js';
import { attempt } from '../actions.js';

/** What JupyterLab's file browser puts into a drag: paths below its root. */
const CONTENTS = 'application/x-jupyter-icontents';

interface LuminoDrag extends Event {
  readonly mimeData: MimeData;
  dropAction: string;
}

/** The paths that a drag of JupyterLab's file browser carries; null for any other. Says that it may be dropped. */
export function pathsOf(event: Event): readonly string[] | null {
  const drag = event as LuminoDrag;
  if (!drag.mimeData.hasData(CONTENTS)) return null;
  // The file browser offers to move; what is dropped here stays where it is.
  drag.dropAction = 'move';
  return drag.mimeData.getData(CONTENTS) as readonly string[];
}

/** Registers files of the Jupyter server where they lie. */
export async function registerFiles(kargah: IKargah, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    // `RTC:` and other drives name where the file browser looks, not where the file lies.
    const local = path.replace(/^[A-Za-z]+:/u, '');
    await attempt(kargah, async () => {
      const made = await data(kargah.api.http.POST('/api/v1/datasets/import/file', { body: { path: local } }));
      kargah.store.putDataset(made);
      kargah.shell.toast('success', kargah.i18n.t('intake.registered', { x: made.name }));
    });
  }
}
