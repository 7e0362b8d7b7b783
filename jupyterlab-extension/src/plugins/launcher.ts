import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ILauncher } from '@jupyterlab/launcher';
import { NEW_JOB } from '../train/feature.js';
import { SHOW_PANEL } from './panel.js';

/** The cards of the launcher. */
export const launcher: JupyterFrontEndPlugin<void> = {
  id: '@kargah/jupyterlab-extension:launcher',
  description: 'Kargah in the launcher.',
  autoStart: true,
  optional: [ILauncher],
  activate: (_app, cards: ILauncher | null) => {
    [SHOW_PANEL, NEW_JOB].forEach((command, rank) => cards?.add({ command, category: 'Kargah', rank }));
  },
};
