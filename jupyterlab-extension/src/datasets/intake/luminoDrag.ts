import type { MimeData } from '@lumino/coreutils';

/** What JupyterLab's file browser puts into a drag: paths below its root. */
const CONTENTS = 'application/x-jupyter-icontents';

interface LuminoDrag extends Event {
  readonly mimeData: MimeData;
  dropAction: string;
}

/** The paths that a drag of JupyterLab's file browser carries; null for any other. */
export function carriedPaths(event: Event): readonly string[] | null {
  const { mimeData } = event as LuminoDrag;
  return mimeData.hasData(CONTENTS) ? (mimeData.getData(CONTENTS) as readonly string[]) : null;
}

/** Says that a drag may be dropped here. The file browser offers to move; what is dropped here stays where it is. */
export function acceptDrag(event: Event): void {
  event.preventDefault();
  event.stopPropagation();
  (event as LuminoDrag).dropAction = 'move';
}

/**
 * Calls `open` when a drag of the file browser comes over the tab of the widget `id`: the panel and the file browser share a side
 * bar, where only one of them is seen.
 */
export function openUnderDrag(id: string, open: () => void): void {
  document.addEventListener('lm-dragenter', (event) => {
    const tab = event.target instanceof Element ? event.target.closest<HTMLElement>('.lm-TabBar-tab') : null;
    if (tab?.dataset['id'] === id && carriedPaths(event) !== null) open();
  });
}
