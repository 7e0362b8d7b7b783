import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ReactWidget } from '@jupyterlab/apputils';
import { IStatusBar } from '@jupyterlab/statusbar';
import { KargahRoot } from '../context.js';
import { StatusItem } from '../panels/StatusItem.js';
import { IKargah } from '../tokens.js';

export const status: JupyterFrontEndPlugin<void> = {
  id: '@kargah/jupyterlab-extension:status',
  description: 'Jobs in the status bar.',
  autoStart: true,
  requires: [IKargah],
  optional: [IStatusBar],
  activate: (_app, kargah: IKargah, statusBar: IStatusBar | null) => {
    const item = ReactWidget.create(
      <KargahRoot kargah={kargah} className="kg-status-root">
        <StatusItem />
      </KargahRoot>,
    );
    statusBar?.registerStatusItem('kargah:status', { item, align: 'right', rank: 20 });
  },
};
