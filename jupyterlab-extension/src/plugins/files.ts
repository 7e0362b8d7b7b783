import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { FileDialog, type IDefaultFileBrowser, IFileBrowserFactory } from '@jupyterlab/filebrowser';
import { SUFFIXES } from '../api/generated/suffixes.js';
import { labIcon } from '../components/icons/labIcons.js';
import { workspacePath } from '../lib/workspacePath.js';
import { may } from '../projects/may.js';
import type { Kargah } from '../tokens.js';
import { AllServices } from './core.js';

const UPLOAD = 'kargah:upload-file';
const TRAIN = 'kargah:train-with-file';

const endsIn = (name: string, endings: readonly string[]): boolean =>
  endings.some((ending) => name.toLowerCase().endsWith(ending));

/** JupyterLab's own dialog over the files of its server. */
export async function chooseFile(
  browser: IDefaultFileBrowser,
  title: string,
  endings: readonly string[],
): Promise<string | null> {
  const { button, value } = await FileDialog.getOpenFiles({
    manager: browser.model.manager,
    title,
    filter: ({ name }) => (endsIn(name, endings) ? {} : null),
  });
  const path = button.accept ? value?.[0]?.path : undefined;
  return path === undefined || !endsIn(path, endings) ? null : workspacePath(path);
}

/** What the file browser's menu has for files that can be learned from, and for scripts that can be run. */
export const files: JupyterFrontEndPlugin<void> = {
  id: '@kargah/jupyterlab-extension:files',
  description: "Kargah in the file browser's menu.",
  autoStart: true,
  requires: [AllServices],
  optional: [IFileBrowserFactory],
  activate: ({ commands }, kargah: Kargah, factory: IFileBrowserFactory | null) => {
    if (factory === null) return;
    const chosen = (): readonly string[] =>
      [...(factory.tracker.currentWidget?.selectedItems() ?? [])]
        .filter(({ type }) => type !== 'directory')
        .map(({ path }) => path);
    const all = (endings: readonly string[]): boolean => {
      const paths = chosen();
      return paths.length > 0 && paths.every((path) => endsIn(path, endings));
    };
    const signedIn = async (): Promise<boolean> => {
      await kargah.api.session.start();
      if (kargah.api.session.state.get().status === 'signed_in') return true;
      kargah.showPanel();
      return false;
    };
    commands.addCommand(UPLOAD, {
      label: () => kargah.i18n.t('command.uploadFile'),
      icon: labIcon('up'),
      isVisible: () => all(SUFFIXES) && may(kargah, 'dataset.write'),
      execute: async () => {
        const paths = chosen();
        if (!(await signedIn())) return;
        const { registerFiles } = await import(/* webpackChunkName: "panel" */ '../datasets/intake/fileBrowser.js');
        kargah.showPanel();
        await registerFiles(kargah, paths);
      },
    });
    commands.addCommand(TRAIN, {
      label: () => kargah.i18n.t('command.trainWith'),
      icon: labIcon('play'),
      isVisible: () => chosen().length === 1 && may(kargah, 'job.write') && (all(SUFFIXES) || all(['.py'])),
      execute: async () => {
        const [path] = chosen();
        if (path === undefined || !(await signedIn())) return;
        if (endsIn(path, ['.py'])) {
          await kargah.open('new-job', { script: workspacePath(path) });
          return;
        }
        const { registerFiles } = await import(/* webpackChunkName: "panel" */ '../datasets/intake/fileBrowser.js');
        const [made] = await registerFiles(kargah, [path]);
        if (made !== undefined) await kargah.open('new-job', { dataset_id: made.dataset_id });
      },
    });
  },
};
