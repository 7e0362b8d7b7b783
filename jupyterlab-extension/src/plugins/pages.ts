import { ILayoutRestorer, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import type { CommandRegistry } from '@lumino/commands';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { labIcon } from '../components/icons/labIcons.js';
import { type CommandSpec, type PageSpec, textOf } from '../features/feature.js';
import { type Features, IKargahFeatures } from '../features/registry.js';
import { isolated } from '../i18n/isolate.js';
import type { Kargah } from '../tokens.js';
import { addCommand } from './commands.js';
import { AllServices } from './core.js';
import { PageWidget } from './widgets.js';

const REOPEN = 'kargah:reopen';

/** Longer names would be cut by the tab, which cuts on the right: where a Persian name begins. */
const TAB_LETTERS = 18;

/** JupyterLab's tabs are left to right; a name keeps its own direction and its beginning in them. */
const tabName = (name: string): string => {
  const letters = Array.from(name);
  return isolated(letters.length > TAB_LETTERS ? `${letters.slice(0, TAB_LETTERS - 1).join('')}…` : name);
};

/** The pages and commands of all features: a tab each in the main area, in the palette, and open again after a reload. */
export const pages: JupyterFrontEndPlugin<void> = {
  id: '@kargah/jupyterlab-extension:pages',
  description: 'Pages and commands of what is registered.',
  autoStart: true,
  requires: [AllServices, IKargahFeatures],
  optional: [ILayoutRestorer, ICommandPalette],
  activate: (
    app,
    kargah: Kargah,
    features: Features,
    restorer: ILayoutRestorer | null,
    palette: ICommandPalette | null,
  ) => {
    const { commands, shell } = app;
    const tracker = new WidgetTracker<MainAreaWidget<PageWidget>>({ namespace: 'kargah' });
    const reopen = new Map<string, { command: string; args: ReadonlyPartialJSONObject }>();
    const pagesByName = new Map<string, PageSpec>();

    const open = async (page: PageSpec, given: ReadonlyPartialJSONObject): Promise<void> => {
      const args = page.read(given);
      if (args === undefined) return;
      const tab = page.tab(args);
      const id = `kargah-${tab}`;
      if (tracker.find((widget) => widget.id === id) !== undefined) {
        shell.activateById(id);
        return;
      }
      const content = new PageWidget(
        kargah,
        page.content(args, () => widget.close()),
        page.open === true,
      );
      const widget = new MainAreaWidget({ content });
      widget.id = id;
      widget.title.closable = true;
      widget.toolbar.hide();
      const { name: first, icon } = page.look(kargah, args);
      widget.title.icon = labIcon(icon);
      const named = (name: string): void => {
        widget.title.label = tabName(name);
        widget.title.caption = name;
      };
      named(first ?? tab);
      // A tab bears the name of what it shows, also when that is known later or changes, and when the language does.
      const rename = (): void => {
        const { name } = page.look(kargah, args);
        if (name !== undefined) named(name);
      };
      const stops = [
        ...page.lists.map((list) => kargah.store.list(list).subscribe(rename)),
        kargah.locale.subscribe(rename),
      ];
      reopen.set(id, { command: page.command, args: given });
      widget.disposed.connect(() => {
        reopen.delete(id);
        stops.forEach((stop) => stop());
      });
      shell.add(widget, 'main');
      shell.activateById(id);
      await tracker.add(widget);
    };

    const add = (
      id: string,
      { label, icon, palette: listed = false }: Pick<CommandSpec, 'label' | 'icon' | 'palette'>,
      how: Pick<CommandRegistry.ICommandOptions, 'execute' | 'isEnabled'>,
    ): void =>
      addCommand(
        app,
        id,
        { label: () => kargah.i18n.t(label), ...(icon === undefined ? {} : { icon: labIcon(icon) }), ...how },
        palette,
        listed,
      );
    /** The arguments for a command that acts on a page: its own, or those of the page in front; null where neither name one. */
    const meant = ({ page }: CommandSpec, given: ReadonlyPartialJSONObject): ReadonlyPartialJSONObject | null => {
      if (page === undefined) return given;
      const spec = pagesByName.get(page);
      if (spec?.read(given) !== undefined) return given;
      const front = reopen.get(shell.currentWidget?.id ?? '');
      return front !== undefined && front.command === spec?.command ? front.args : null;
    };
    const isEnabled = (command: CommandSpec, given: ReadonlyPartialJSONObject): boolean => {
      const args = meant(command, given);
      return args !== null && (command.enabled?.(kargah, args) ?? true);
    };
    const execute = async (command: CommandSpec, given: ReadonlyPartialJSONObject): Promise<void> => {
      const args = meant(command, given);
      if (args === null) return;
      if (command.open !== true) {
        await kargah.api.session.start();
        if (kargah.api.session.state.get().status !== 'signed_in') {
          kargah.showPanel();
          return;
        }
      }
      await command.execute(kargah, args);
    };
    features.each((feature) => {
      feature.pages?.forEach((page) => {
        pagesByName.set(page.name, page);
        add(page.command, page, { execute: (args) => open(page, args) });
      });
      feature.commands?.forEach((command) =>
        add(command.id, command, {
          execute: (args) => execute(command, args),
          isEnabled: (args) => isEnabled(command, args),
        }),
      );
    });
    // Labels depend on the language, and whether a command is enabled depends on the page in front.
    kargah.locale.subscribe(() => commands.notifyCommandChanged());
    shell.currentChanged?.connect(() => commands.notifyCommandChanged());

    // JupyterLab restores when every plugin has been started, so that the commands of other extensions are there, too.
    void restorer?.restore(tracker, {
      command: REOPEN,
      name: (widget) => widget.id,
      args: (widget) => ({ ...reopen.get(widget.id) }),
    });
    commands.addCommand(REOPEN, {
      execute: async (args) => {
        const command = textOf(args, 'command');
        if (command !== undefined && commands.hasCommand(command)) {
          await commands.execute(command, args['args'] as ReadonlyPartialJSONObject);
        }
      },
    });
  },
};
