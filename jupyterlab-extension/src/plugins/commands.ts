import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { ICommandPalette } from '@jupyterlab/apputils';
import { CommandRegistry } from '@lumino/commands';
import type { ListedCommand } from '../tokens.js';

/** The palette looks for what is typed in it, too: found in either language. */
const CATEGORY = 'Kargah کارگاه';
/** Marks those that people may look up: others are called by the panel's own buttons, with arguments. */
const LISTED = 'kargah-listed';

/** Adds a command of ours; a listed one stands in the palette and in the list of commands. */
export function addCommand(
  { commands }: Pick<JupyterFrontEnd, 'commands'>,
  id: string,
  options: CommandRegistry.ICommandOptions,
  palette: ICommandPalette | null,
  listed = true,
): void {
  commands.addCommand(id, { ...options, ...(listed ? { dataset: { [LISTED]: '' } } : {}) });
  if (listed) palette?.addItem({ command: id, category: CATEGORY });
}

export function listedCommands({ commands }: Pick<JupyterFrontEnd, 'commands'>): readonly ListedCommand[] {
  return commands
    .listCommands()
    .filter((id) => LISTED in commands.dataset(id))
    .map((id) => {
      const binding = commands.keyBindings.find(({ command }) => command === id);
      return {
        id,
        label: commands.label(id),
        keys: binding === undefined ? null : CommandRegistry.formatKeystroke(binding.keys),
        enabled: commands.isEnabled(id),
        run: () => void commands.execute(id),
      };
    });
}
