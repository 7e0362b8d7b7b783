import type { JupyterFrontEnd } from '@jupyterlab/application';
import { CommandRegistry } from '@lumino/commands';
import { act, cleanup, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { ENGLISH } from '../i18n/locale.js';
import type { Catalogue } from '../i18n/message.js';
import { Lists } from '../panels/lists/Lists.js';
import { StatusItem } from '../panels/StatusItem.js';
import { listedCommands } from '../plugins/commands.js';
import { pages } from '../plugins/pages.js';
import { LiveList } from '../store/list.js';
import { storedList } from '../store/store.js';
import { page } from '../testing/bridge.js';
import { Workbench } from '../testing/workbench.js';
import { type Entry, type Feature, textOf } from './feature.js';

jest.mock('@jupyterlab/application', () => ({ ILayoutRestorer: 'restorer' }));
jest.mock('@jupyterlab/apputils', () => {
  class MainAreaWidget {
    id = '';
    title: Record<string, unknown> = {};
    toolbar = { hide: () => undefined };
    disposed = { connect: () => undefined };
    content: unknown;
    constructor({ content }: { content: unknown }) {
      this.content = content;
    }
    close(): void {}
  }
  class WidgetTracker {
    readonly widgets: MainAreaWidget[] = [];
    find(test: (widget: MainAreaWidget) => boolean): MainAreaWidget | undefined {
      return this.widgets.find(test);
    }
    add(widget: MainAreaWidget): Promise<void> {
      this.widgets.push(widget);
      return Promise.resolve();
    }
  }
  class ReactWidget {
    addClass(): void {}
  }
  return { ICommandPalette: 'palette', MainAreaWidget, WidgetTracker, ReactWidget };
});
jest.mock('../components/icons/labIcons.js', () => ({ labIcon: (name: string) => name }));

// jsdom lays nothing out, so no size ever changes.
class NoSizes implements ResizeObserver {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
}
globalThis.ResizeObserver = NoSizes;

interface Endpoint {
  readonly endpoint_id: string;
  readonly name: string;
  readonly state: 'running' | 'failed';
}

/** All that a feature has, in one value, as its own folder would hold it. */
const texts = {
  'endpoint.title': { fa: 'سرویس‌ها', en: 'Endpoints' },
  'endpoint.found': { fa: '{n} سرویس', en: '{n} {n|endpoint|endpoints}' },
  'endpoint.none': { fa: 'هنوز سرویسی ندارید', en: 'No endpoints yet' },
  'endpoint.restart': { fa: 'راه‌اندازی دوباره', en: 'Restart endpoints' },
  'endpoint.drain': { fa: 'خالی کردن', en: 'Drain this endpoint' },
  'endpoint.running': { fa: '{n} سرویس', en: '{n} {n|endpoint|endpoints} up' },
  'endpoint.failed': { fa: '{n} سرویس افتاد', en: '{n} {n|endpoint|endpoints} down' },
} as const satisfies Catalogue;
type DummyTexts = typeof texts;
declare module '../i18n/messages.js' {
  interface Texts extends DummyTexts {}
}
declare module '../store/store.js' {
  interface StoredLists {
    readonly endpoints: Endpoint;
  }
}
declare module '../live/client.js' {
  interface LiveEvents {
    readonly endpoint_changed: { readonly endpoint: Endpoint; readonly deleted: boolean };
  }
}
declare module '../tokens.js' {
  interface PageArgs {
    readonly endpoint: { readonly endpoint_id: string };
  }
}

const answers: Endpoint[] = [];
const restarted: unknown[] = [];
const drained: unknown[] = [];

const endpoints: Feature = {
  id: 'endpoints',
  messages: texts,
  lists: [
    storedList({
      name: 'endpoints',
      idOf: ({ endpoint_id }) => endpoint_id,
      read: () => Promise.resolve({ items: [...answers], next_cursor: null }),
      follow: (list, live) => {
        live.event('endpoint_changed').connect((_, { endpoint }) => list.put(endpoint));
      },
      hasEnded: ({ state }) => state === 'failed',
    }),
  ],
  pages: [
    {
      name: 'endpoint',
      command: 'kargah:open-endpoint',
      label: 'endpoint.title',
      read: (args) => {
        const endpoint_id = textOf(args, 'endpoint_id');
        return endpoint_id === undefined ? undefined : { endpoint_id };
      },
      tab: ({ endpoint_id }) => endpoint_id,
      look: ({ store }, { endpoint_id }) => ({
        name: store
          .list('endpoints')
          .get()
          .items.find((one) => one.endpoint_id === endpoint_id)?.name,
        icon: 'model',
      }),
      lists: ['endpoints'],
      content: ({ endpoint_id }) => <p>{endpoint_id}</p>,
    },
  ],
  commands: [
    {
      id: 'kargah:restart-endpoints',
      label: 'endpoint.restart',
      palette: true,
      execute: (_kargah, args) => void restarted.push(args),
    },
    {
      id: 'kargah:drain-endpoint',
      label: 'endpoint.drain',
      palette: true,
      page: 'endpoint',
      execute: (_kargah, args) => void drained.push(args['endpoint_id']),
    },
  ],
  activities: {
    lists: ['endpoints'],
    running: 'endpoint.running',
    failed: 'endpoint.failed',
    active: ({ store }) =>
      store
        .list('endpoints')
        .get()
        .items.filter(({ state }) => state === 'running')
        .map(activityOf),
    find: ({ store }, ids) =>
      store
        .list('endpoints')
        .get()
        .items.filter(({ endpoint_id }) => ids.has(endpoint_id))
        .map(activityOf),
    onFailed: ({ store }, tell) => store.onEnded('endpoints', ({ endpoint_id }) => tell(endpoint_id)),
  },
  panel: () =>
    Promise.resolve({
      default: {
        section: {
          id: 'endpoints',
          rank: 400,
          title: 'endpoint.title',
          found: 'endpoint.found',
          list: 'endpoints',
          filters: {
            match: 'any',
            options: (_kargah, i18n) => [{ id: 'failed', label: i18n.t('state.failed') }],
            option: (id) => ({ id, label: id }),
          },
          Empty: () => <p>empty</p>,
        },
        rows: {
          section: 'endpoints',
          lists: ['endpoints'],
          entries: ({ store }) =>
            store
              .list('endpoints')
              .get()
              .items.map((one): Entry => ({
                id: one.endpoint_id,
                texts: [one.name],
                marks: [one.state],
                row: () => (
                  <p key={one.endpoint_id} data-testid="endpoint">
                    {one.name}
                  </p>
                ),
              })),
        },
      },
    }),
};

function activityOf({ endpoint_id: id, name, state }: Endpoint) {
  const nothing = { share: null, secondsLeft: null, place: null, started_at: null, ended_at: null };
  return { id, name, state, ...nothing, open: () => undefined };
}

let bench: Workbench;
beforeEach(async () => {
  answers.splice(0, Infinity, { endpoint_id: 'ep_1', name: 'reviews', state: 'running' });
  bench = await Workbench.start(ENGLISH, () => page());
  bench.features.add(endpoints);
  await bench.kargah.store.reload();
});
afterEach(async () => {
  cleanup();
  await bench.stop();
});

describe('a feature that is registered by one call', () => {
  it('has its section, with rows that are searched, filtered and kept true like all others', async () => {
    bench.show(<Lists features={bench.features} />);
    const section = await screen.findByTestId('kargah-endpoints');
    expect(section.querySelector('h2')?.textContent).toBe('Endpoints');
    const names = (): string[] =>
      within(section)
        .queryAllByTestId('endpoint')
        .map((row) => row.textContent);
    expect(names()).toEqual(['reviews']);

    bench.socket.emit('endpoint_changed', {
      endpoint: { endpoint_id: 'ep_2', name: 'faces', state: 'failed' },
      deleted: false,
    });
    await waitFor(() => expect(names()).toEqual(['faces', 'reviews']));
    await userEvent.type(screen.getByRole('searchbox'), 'rev');
    expect(names()).toEqual(['reviews']);
    expect(screen.getByText(/^Found/).textContent.replace(/\p{Cf}/gu, '')).toBe(
      'Found 0 datasets, 0 jobs, 0 models and 1 endpoint.',
    );
    await userEvent.clear(screen.getByRole('searchbox'));
    await userEvent.click(screen.getByRole('button', { name: 'Filter' }));
    // The jobs' own filter of that name comes after it: sections offer theirs from the last to the first.
    await userEvent.click(screen.getAllByRole('menuitemradio', { name: 'failed' })[0]!);
    expect(names()).toEqual(['faces']);
  });

  it('stands in the status bar while something of it is under way, and when it has failed', async () => {
    bench.show(<StatusItem features={bench.features} />);
    const said = (): string => screen.getByTestId('kargah-status').textContent.replace(/\p{Cf}/gu, '');
    await waitFor(() => expect(said()).toContain('1 endpoint up'));
    act(() => bench.kargah.store.list('endpoints').put({ endpoint_id: 'ep_1', name: 'reviews', state: 'failed' }));
    await waitFor(() => expect(said()).toBe('1 endpoint down'));
  });

  it('has its page and its command in JupyterLab, in the palette, and open again after a reload', async () => {
    const commands = new CommandRegistry();
    const shown: { id: string; title: { label: string } }[] = [];
    const shell = {
      add: (widget: (typeof shown)[number]) => shown.push(widget),
      activateById: () => undefined,
    };
    const listed: string[] = [];
    type Restored = { command: string; args(widget: { id: string }): object; name(widget: { id: string }): string };
    let restored: Restored | undefined;
    void pages.activate(
      { commands, shell } as unknown as JupyterFrontEnd,
      bench.kargah,
      bench.features,
      { restore: (_tracker: unknown, options: Restored) => Promise.resolve(void (restored = options)) },
      { addItem: ({ command }: { command: string }) => listed.push(command) },
    );
    expect(listed).toEqual(expect.arrayContaining(['kargah:new-job', 'kargah:restart-endpoints']));
    expect(commands.label('kargah:restart-endpoints')).toBe('Restart endpoints');
    await commands.execute('kargah:restart-endpoints', { now: true });
    expect(restarted).toEqual([{ now: true }]);

    await commands.execute('kargah:open-endpoint', { endpoint_id: 'ep_1' });
    await commands.execute('kargah:open-endpoint', {});
    expect(shown.map(({ id }) => id)).toEqual(['kargah-ep_1']);
    expect(shown[0]?.title.label.replace(/\p{Cf}/gu, '')).toBe('reviews');
    act(() => bench.kargah.store.list('endpoints').put({ endpoint_id: 'ep_1', name: 'opinions', state: 'running' }));
    expect(shown[0]?.title.label.replace(/\p{Cf}/gu, '')).toBe('opinions');

    // What the restorer keeps of the tab opens it again where nothing is open yet.
    const kept = restored!.args(shown[0]!);
    shown.length = 0;
    const fresh = new CommandRegistry();
    void pages.activate(
      { commands: fresh, shell } as unknown as JupyterFrontEnd,
      bench.kargah,
      bench.features,
      null,
      null,
    );
    await fresh.execute(restored!.command, kept as { command: string });
    expect(shown.map(({ id }) => id)).toEqual(['kargah-ep_1']);
  });

  it('has commands that act on its page in front, and on what their arguments name wherever they are called', async () => {
    const commands = new CommandRegistry();
    const shell: { currentWidget: unknown; add(widget: unknown): void; activateById(): void } = {
      currentWidget: null,
      add: (widget) => (shell.currentWidget = widget),
      activateById: () => undefined,
    };
    const app = { commands, shell } as unknown as JupyterFrontEnd;
    void pages.activate(app, bench.kargah, bench.features, null, null);
    expect(commands.isEnabled('kargah:drain-endpoint')).toBe(false);
    await commands.execute('kargah:drain-endpoint', { endpoint_id: 'ep_7' });
    await commands.execute('kargah:open-endpoint', { endpoint_id: 'ep_1' });
    expect(commands.isEnabled('kargah:drain-endpoint')).toBe(true);
    await commands.execute('kargah:drain-endpoint');
    shell.currentWidget = { id: 'somebody-elses' };
    expect(commands.isEnabled('kargah:drain-endpoint')).toBe(false);
    expect(drained).toEqual(['ep_7', 'ep_1']);

    // They are what the list of commands has; what only buttons call is not in it.
    const listed = listedCommands(app).map(({ id, label }) => [id, label]);
    expect(listed).toContainEqual(['kargah:drain-endpoint', 'Drain this endpoint']);
    expect(listed.map(([id]) => id)).not.toContain('kargah:open-endpoint');
  });

  it('is told from another of its name, and so are its lists', () => {
    expect(() => bench.features.add({ id: 'endpoints' })).toThrow('endpoints');
    expect(() => endpoints.lists?.[0]?.addTo(bench.kargah.store)).toThrow('endpoints');
    expect(bench.kargah.store.list('endpoints')).toBeInstanceOf(LiveList);
  });
});
