import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ReactWidget } from '@jupyterlab/apputils';
import { IStatusBar } from '@jupyterlab/statusbar';
import { KargahRoot } from '../context.js';
import { StatusItem } from '../panels/StatusItem.js';
import { type Features, IKargahFeatures } from '../features/registry.js';
import type { Kargah } from '../tokens.js';
import { AllServices } from './core.js';

export const status: JupyterFrontEndPlugin<void> = {
  id: '@kargah/jupyterlab-extension:status',
  description: 'Jobs in the status bar.',
  autoStart: true,
  requires: [AllServices, IKargahFeatures],
  optional: [IStatusBar],
  activate: (_app, kargah: Kargah, features: Features, statusBar: IStatusBar | null) => {
    const item = ReactWidget.create(
      <KargahRoot kargah={kargah} className="kg-Status-root">
        <StatusItem features={features} />
      </KargahRoot>,
    );
    statusBar?.registerStatusItem('kargah:status', { item, align: 'right', rank: 20 });
  },
};
