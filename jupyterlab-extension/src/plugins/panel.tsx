import { ILayoutRestorer, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ReactWidget } from '@jupyterlab/apputils';
import type { Message } from '@lumino/messaging';
import { deferred } from '../components/deferred.js';
import { ErrorBoundary } from '../components/ErrorBoundary.js';
import { logoIcon } from '../components/icons/labIcons.js';
import { KargahRoot } from '../context.js';
import { openUnderDrag } from '../datasets/intake/luminoDrag.js';
import { IKargah } from '../tokens.js';
import { COMMANDS } from './commands.js';
import { PANEL_ID } from './core.js';

const SidePanel = deferred(() => import('../panels/SidePanel.js'), { waiting: null });

/** The side panel. Its code and its first request wait until it is shown. */
class PanelWidget extends ReactWidget {
  private shown = false;

  constructor(private readonly kargah: IKargah) {
    super();
    this.id = PANEL_ID;
    this.addClass('kg-host');
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
      <KargahRoot kargah={this.kargah} className="kg-side">
        <ErrorBoundary>
          <SidePanel />
        </ErrorBoundary>
      </KargahRoot>
    ) : null;
  }
}

export const panel: JupyterFrontEndPlugin<void> = {
  id: '@kargah/jupyterlab-extension:panel',
  description: 'The side panel.',
  autoStart: true,
  requires: [IKargah],
  optional: [ILayoutRestorer],
  activate: (app, kargah: IKargah, restorer: ILayoutRestorer | null) => {
    const widget = new PanelWidget(kargah);
    app.shell.add(widget, 'left', { rank: 150 });
    restorer?.add(widget, PANEL_ID);
    openUnderDrag(PANEL_ID, () => app.shell.activateById(PANEL_ID));
    app.commands.addCommand(COMMANDS.showPanel, {
      label: () => kargah.i18n.t('app.name'),
      icon: logoIcon,
      execute: () => app.shell.activateById(PANEL_ID),
    });
  },
};
