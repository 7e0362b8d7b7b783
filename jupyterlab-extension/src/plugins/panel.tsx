import { ILabShell, ILayoutRestorer, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, ReactWidget } from '@jupyterlab/apputils';
import { PageConfig } from '@jupyterlab/coreutils';
import type { Message } from '@lumino/messaging';
import type { FunctionComponent } from 'react';
import { deferred } from '../components/deferred.js';
import { ErrorBoundary } from '../components/ErrorBoundary.js';
import { logoIcon } from '../components/icons/labIcons.js';
import { KargahRoot } from '../context.js';
import { openUnderDrag } from '../datasets/intake/luminoDrag.js';
import { type Features, IKargahFeatures } from '../features/registry.js';
import type { Kargah } from '../tokens.js';
import { addCommand } from './commands.js';
import { AllServices } from './core.js';

export const PANEL_ID = 'kargah-panel';
export const SHOW_PANEL = 'kargah:show-panel';
/** That this browser has shown the panel of this JupyterLab by itself. */
const SHOWN = `kargah:shown ${PageConfig.getBaseUrl()}`;

/** The side panel. Its code and its first request wait until it is shown. */
class PanelWidget extends ReactWidget {
  private shown = false;

  private readonly SidePanel: FunctionComponent;

  constructor(
    private readonly kargah: Kargah,
    features: Features,
  ) {
    super();
    this.SidePanel = deferred(
      async () => {
        const [{ default: Panel }] = await Promise.all([
          import(/* webpackChunkName: "panel" */ '../panels/SidePanel.js'),
          features.loadPanels(),
        ]);
        return { default: () => <Panel features={features} /> };
      },
      { waiting: null },
    );
    this.id = PANEL_ID;
    this.addClass('kg-Host');
    this.node.setAttribute('role', 'region');
    this.title.icon = logoIcon;
    const name = (): void => {
      const text = kargah.i18n.t('app.name');
      this.title.caption = text;
      this.node.setAttribute('aria-label', text);
    };
    name();
    kargah.locale.subscribe(name);
  }

  protected override onBeforeShow(message: Message): void {
    super.onBeforeShow(message);
    if (!this.shown) {
      this.shown = true;
      this.update();
    }
  }

  protected override render(): JSX.Element | null {
    return this.shown ? (
      <KargahRoot kargah={this.kargah} className="kg-SidePanel">
        <ErrorBoundary>
          <this.SidePanel />
        </ErrorBoundary>
      </KargahRoot>
    ) : null;
  }
}

export const panel: JupyterFrontEndPlugin<void> = {
  id: '@kargah/jupyterlab-extension:panel',
  description: 'The side panel.',
  autoStart: true,
  requires: [AllServices, IKargahFeatures],
  optional: [ILayoutRestorer, ICommandPalette, ILabShell],
  activate: (
    app,
    kargah: Kargah,
    features: Features,
    restorer: ILayoutRestorer | null,
    palette: ICommandPalette | null,
    labShell: ILabShell | null,
  ) => {
    const widget = new PanelWidget(kargah, features);
    app.shell.add(widget, 'left', { rank: 150 });
    restorer?.add(widget, PANEL_ID);
    openUnderDrag(PANEL_ID, () => app.shell.activateById(PANEL_ID));
    addCommand(
      app,
      SHOW_PANEL,
      {
        label: () => kargah.i18n.t('app.name'),
        icon: logoIcon,
        execute: () => app.shell.activateById(PANEL_ID),
      },
      palette,
    );
    // Opened once by itself after the installation; from then on the person's layout decides.
    if (labShell !== null && window.localStorage.getItem(SHOWN) === null) {
      void app.restored.then(() => {
        window.localStorage.setItem(SHOWN, new Date().toISOString());
        app.shell.activateById(PANEL_ID);
      });
    }
  },
};
