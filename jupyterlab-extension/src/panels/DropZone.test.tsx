import { MimeData } from '@lumino/coreutils';
import { act, cleanup, screen, waitFor } from '@testing-library/react';
import { openUnderDrag } from '../datasets/intake/luminoDrag.js';
import { ENGLISH } from '../i18n/locale.js';
import { dataset, page, problem } from '../testing/bridge.js';
import { Workbench } from '../testing/workbench.js';
import { DropZone } from './DropZone.js';

let bench: Workbench;
let registered: unknown[];
beforeEach(async () => {
  registered = [];
  bench = await Workbench.start(ENGLISH, ({ path, body }) => {
    if (!path.includes('/import/file')) return page();
    const asked = JSON.parse(body.toString()) as { path: string };
    registered.push(asked);
    return asked.path === 'notes.doc'
      ? problem(415, 'unsupported_format', 'Only CSV.')
      : { status: 201, body: dataset({ name: asked.path }) };
  });
});
afterEach(async () => {
  cleanup();
  await bench.stop();
});

/** One event of a drag, as Lumino sends it. */
const drag = (type: string, paths: readonly string[] | null, target: Element): Event & { dropAction: string } => {
  const mimeData = new MimeData();
  if (paths !== null) mimeData.setData('application/x-jupyter-icontents', paths);
  const event = new Event(type, { bubbles: true, cancelable: true });
  const sent = Object.assign(event, { mimeData, dropAction: 'none' });
  act(() => void target.dispatchEvent(sent));
  return sent;
};
const show = (): HTMLElement => {
  bench.show(<DropZone>lists</DropZone>);
  return screen.getByTestId('kargah-drop');
};
const HERE = 'Drop to upload';

describe('files that are dragged from JupyterLab’s file browser onto the panel', () => {
  it('may be dropped, are registered where they lie, and what is refused is said', async () => {
    const zone = show();
    const entered = drag('lm-dragenter', ['data/a.csv'], zone);
    expect([entered.defaultPrevented, entered.dropAction]).toEqual([true, 'move']);
    expect(screen.getByText(HERE)).toBeTruthy();
    // With a drive's name before it where documents are shared.
    drag('lm-drop', ['RTC:data/a.csv', 'notes.doc'], zone);
    expect(screen.queryByText(HERE)).toBeNull();
    await waitFor(() => expect(bench.toasts).toEqual(['\u2068data/a.csv\u2069 registered.', 'Only CSV.']));
    expect(registered).toEqual([{ path: 'data/a.csv' }, { path: 'notes.doc' }]);
    expect(
      bench.kargah.store
        .list('datasets')
        .get()
        .items.map(({ name }) => name),
    ).toEqual(['data/a.csv']);
  });

  it('leave no trace when they are dragged away again, and other drags are not ours', () => {
    const zone = show();
    drag('lm-dragenter', ['a.csv'], zone);
    drag('lm-dragleave', ['a.csv'], zone);
    expect(screen.queryByText(HERE)).toBeNull();
    expect(drag('lm-dragenter', null, zone).defaultPrevented).toBe(false);
    expect(screen.queryByText(HERE)).toBeNull();
  });

  it('open the panel when they come over its tab, and no other tab does', () => {
    document.body.innerHTML =
      '<ul><li class="lm-TabBar-tab" data-id="other"><b></b></li><li class="lm-TabBar-tab" data-id="ours"><i></i></li></ul>';
    const open = jest.fn();
    openUnderDrag('ours', open);
    drag('lm-dragenter', ['a.csv'], document.querySelector('b')!);
    drag('lm-dragenter', null, document.querySelector('i')!);
    expect(open).not.toHaveBeenCalled();
    drag('lm-dragenter', ['a.csv'], document.querySelector('i')!);
    expect(open).toHaveBeenCalledTimes(1);
  });
});
