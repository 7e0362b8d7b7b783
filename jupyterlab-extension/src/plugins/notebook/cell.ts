import type { JupyterFrontEnd } from '@jupyterlab/application';

/** The little of JupyterLab's notebook that a cell needs; the package itself would weigh more than all of ours. */
interface NotebookPanel {
  readonly content: { readonly activeCell: { readonly model: { readonly sharedModel: SharedText } } | null };
  readonly context: { readonly ready: Promise<void> };
  readonly revealed: Promise<void>;
}
interface SharedText {
  getSource(): string;
  setSource(source: string): void;
}

function asNotebook(widget: unknown): NotebookPanel | null {
  const panel = widget as Partial<NotebookPanel> | null;
  return panel?.content !== undefined && 'activeCell' in panel.content && panel.context !== undefined
    ? (panel as NotebookPanel)
    : null;
}

/** Puts code below the active cell of the notebook in front, or into the first cell of a new notebook. */
export async function insertCell(app: JupyterFrontEnd, code: string): Promise<void> {
  const { commands, shell } = app;
  const open =
    asNotebook(shell.currentWidget) ?? [...shell.widgets('main')].map(asNotebook).find((found) => found !== null);
  const panel = open ?? asNotebook(await commands.execute('notebook:create-new', { kernelName: 'python3' }));
  if (panel === null) throw new Error('JupyterLab has opened no notebook');
  await Promise.all([panel.context.ready, panel.revealed]);
  shell.activateById((panel as unknown as { id: string }).id);
  if (panel.content.activeCell?.model.sharedModel.getSource().trim() !== '') {
    await commands.execute('notebook:insert-cell-below');
  }
  panel.content.activeCell?.model.sharedModel.setSource(code);
}
