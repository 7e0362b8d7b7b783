import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { PageConfig } from '@jupyterlab/coreutils';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator } from '@jupyterlab/translation';
import { Api } from '../api/client.js';
import { Uploads } from '../store/uploads.js';
import { I18n } from '../i18n/i18n.js';
import { type Locale, resolveLocale } from '../i18n/locale.js';
import { Live } from '../live/client.js';
import { openSocket } from '../live/socket.js';
import { Observable } from '../lib/observable.js';
import { KargahStore } from '../store/store.js';
import { IKargah, type Preferences } from '../tokens.js';
import { insertCell } from './cell.js';
import { COMMANDS } from './commands.js';
import { LabShell } from './shell.js';

const PLUGIN_ID = '@kargah/jupyterlab-extension:plugin';

const DEFAULTS: Preferences = { language: 'auto', digits: 'auto', calendar: 'auto' };

/** The bridge behind this JupyterLab's own proxy. */
function ownBridge(): string {
  return new URL('kargah', PageConfig.getBaseUrl()).href;
}

export const core: JupyterFrontEndPlugin<IKargah> = {
  id: PLUGIN_ID,
  description: 'Kargah: API, live events and lists.',
  autoStart: true,
  provides: IKargah,
  requires: [],
  optional: [ISettingRegistry, ITranslator],
  activate: async (app: JupyterFrontEnd, registry: ISettingRegistry | null, translator: ITranslator | null) => {
    const settings = (await registry?.load(PLUGIN_ID).catch(() => undefined)) ?? null;
    const preferences = new Observable<Preferences>(DEFAULTS);
    let bridgeUrl = '';
    const read = (): void => {
      if (settings !== null) {
        bridgeUrl = (settings.composite['bridgeUrl'] as string).replace(/\/+$/, '');
        preferences.set({
          language: settings.composite['language'] as Preferences['language'],
          digits: settings.composite['digits'] as Preferences['digits'],
          calendar: settings.composite['calendar'] as Preferences['calendar'],
        });
      }
    };
    read();
    const labLanguage = translator?.languageCode ?? 'en';
    const locale = new Observable<Locale>(resolveLocale(preferences.get(), labLanguage));
    preferences.subscribe((value) => locale.set(resolveLocale(value, labLanguage)));
    settings?.changed.connect(read);

    const api = new Api(() => (bridgeUrl === '' ? ownBridge() : bridgeUrl));
    const live = new Live(api.baseUrl, api.session, openSocket);
    const store = new KargahStore(api, live);
    const uploads = new Uploads(api, live, () => import('tus-js-client'));
    let i18n = new I18n(locale.get());
    locale.subscribe((value) => {
      i18n = new I18n(value);
    });
    const run = async (command: string, args: Record<string, string | null | undefined> = {}): Promise<void> => {
      await app.commands.execute(command, args);
    };
    const kargah: IKargah = {
      api,
      live,
      store,
      uploads,
      locale,
      preferences,
      get i18n() {
        return i18n;
      },
      shell: new LabShell(() => kargah),
      prefer: async (change) => {
        preferences.update((value) => ({ ...value, ...change }));
        for (const [key, value] of Object.entries(change)) {
          await settings?.set(key, value);
        }
      },
      openJob: (jobId) => run(COMMANDS.openJob, { job_id: jobId }),
      openDataset: (datasetId) => run(COMMANDS.openDataset, { dataset_id: datasetId }),
      openSweep: (sweepId) => run(COMMANDS.openSweep, { sweep_id: sweepId }),
      openNewJob: (start = {}) =>
        run(COMMANDS.newJob, {
          dataset_id: start.datasetId ?? null,
          recipe: start.recipe ?? null,
          clone_of: start.cloneOf ?? null,
        }),
      openMlflow: (job) =>
        run(COMMANDS.openMlflow, {
          run_id: job?.mlflow_run_id ?? null,
          experiment_id: job?.mlflow_experiment_id ?? null,
          name: job?.name ?? null,
        }),
      openFile: (path) => run('docmanager:open', { path }),
      insertCell: (code) => insertCell(app, code),
      showPanel: () => app.shell.activateById(PANEL_ID),
    };
    return kargah;
  },
};

export const PANEL_ID = 'kargah-panel';
