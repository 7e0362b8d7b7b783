import { render, type RenderResult } from '@testing-library/react';
import type { ReactElement } from 'react';
import type { Socket } from 'socket.io';
import { Api } from '../api/client.js';
import type { JobUpdate } from '../api/types.js';
import { KargahRoot } from '../context.js';
import { Uploads } from '../store/uploads.js';
import { I18n } from '../i18n/i18n.js';
import type { Locale } from '../i18n/locale.js';
import { type Connection, Live } from '../live/client.js';
import { openSocket } from '../live/socket.js';
import { Observable, when } from '../lib/observable.js';
import { KargahStore } from '../store/store.js';
import type { Kargah, Preferences, Shell, ToastAction } from '../tokens.js';
import type { Features } from '../features/registry.js';
import { builtIn } from './features.js';
import { problem, session, type SlowHandler, TestBridge } from './bridge.js';
import { TestLive } from './live.js';

const connected = (c: Connection): c is Connection => c.state === 'connected';

/** Pages on a real client, talking to real servers that the test drives. JupyterLab's shell is a record of what was asked of it. */
export class Workbench {
  readonly opened: string[] = [];
  readonly asked: { title: string; body: string }[] = [];
  readonly toasts: string[] = [];
  /** What the last toast offers to do. */
  offered: readonly ToastAction[] = [];
  /** What the person answers to a question. */
  sure = true;
  /** What the person writes into a question's field. */
  answer: string | null = null;
  socket!: Socket;

  private constructor(
    readonly kargah: Kargah,
    private readonly bridge: TestBridge,
    readonly server: TestLive,
    readonly features: Features,
  ) {}

  static async start(locale: Locale, handler: SlowHandler): Promise<Workbench> {
    const server = await TestLive.start();
    const bridge = await TestBridge.start((request) =>
      request.path.includes('/auth/') ? session('t') : handler(request),
    );
    const api = new Api(() => bridge.url);
    const live = new Live(() => server.url, api.session, openSocket, api.project);
    const i18n = new I18n(locale);
    const note =
      (what: string) =>
      (detail?: unknown): Promise<void> => {
        self.opened.push(`${what} ${typeof detail === 'string' ? detail : JSON.stringify(detail)}`);
        return Promise.resolve();
      };
    const shell: Shell = {
      confirm: ({ title, body }) => {
        self.asked.push({ title, body });
        return Promise.resolve(self.sure);
      },
      prompt: ({ title, label }) => {
        self.asked.push({ title, body: label });
        return Promise.resolve(self.answer);
      },
      show: () => Promise.resolve(),
      toast: (_kind, text, actions = []) => {
        self.toasts.push(text);
        self.offered = actions;
      },
      failed: (reason) => void self.toasts.push(i18n.error(reason)),
      copy: note('copy'),
    };
    const kargah: Kargah = {
      api,
      live,
      store: new KargahStore(api, live),
      uploads: new Uploads(api, live, () => import('tus-js-client')),
      locale: new Observable(locale),
      i18n,
      shell,
      preferences: new Observable<Preferences>({ language: 'auto', digits: 'auto', calendar: 'auto' }),
      prefer: () => Promise.resolve(),
      open: (name, args) => {
        const { length, 0: only } = Object.values(args);
        self.opened.push(`${name} ${length === 1 && name !== 'new-job' ? String(only) : JSON.stringify(args)}`);
        return Promise.resolve();
      },
      openMlflow: note('mlflow'),
      openFile: note('file'),
      insertCell: note('cell'),
      chooseFile: () => Promise.resolve(self.answer),
      codeField: () => null,
      commands: () => [],
      showPanel: () => void self.opened.push('panel'),
    };
    const features = builtIn();
    features.startWith(kargah);
    await features.loadPanels();
    const self = new Workbench(kargah, bridge, server, features);
    const socket = server.next();
    await api.session.login({ email: 'a@b.co', password: 'x' });
    self.socket = await socket;
    await when(live.connection, connected);
    return self;
  }

  get requests(): readonly string[] {
    return this.bridge.requests;
  }

  show(page: ReactElement): RenderResult {
    return render(<KargahRoot kargah={this.kargah}>{page}</KargahRoot>);
  }

  send(update: Partial<JobUpdate> & { seq: number }): void {
    this.socket.emit('job_update', {
      job_id: 'job_aaaaaa',
      state: 'running',
      progress: { fraction: 0.1, epoch: 1, epochs: 10, step: 10, steps: 100, eta_seconds: null },
      metrics: [],
      ...update,
    });
  }

  async stop(): Promise<void> {
    this.kargah.live.disconnect();
    this.kargah.api.session.dispose();
    await this.server.stop();
    await this.bridge.stop();
  }
}

export const notFound = problem(404, 'not_found', 'Not found, or no access.', 'پیدا نشد یا دسترسی ندارید.');
