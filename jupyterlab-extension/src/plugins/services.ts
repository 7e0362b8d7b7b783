import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IEditorServices } from '@jupyterlab/codeeditor';
import { PageConfig } from '@jupyterlab/coreutils';
import { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator } from '@jupyterlab/translation';
import { Api } from '../api/client.js';
import { Features, IKargahFeatures } from '../features/registry.js';
import { I18n } from '../i18n/i18n.js';
import { type Locale, resolveLocale } from '../i18n/locale.js';
import { Observable } from '../lib/observable.js';
import { Live } from '../live/client.js';
import { openSocket } from '../live/socket.js';
import { KargahStore } from '../store/store.js';
import { Uploads } from '../store/uploads.js';
import {
  IKargahApi,
  IKargahLanguage,
  IKargahLive,
  IKargahPages,
  IKargahStore,
  IKargahUploads,
  IKargahWorkspace,
  type Preferences,
} from '../tokens.js';
import { BUILT_IN } from './builtIn.js';
import { insertCell } from './notebook/cell.js';
import { codeField } from './codeField.js';
import { listedCommands } from './commands.js';
import { chooseFile } from './files.js';
import { OPEN_MLFLOW } from './mlflow.js';
import { PANEL_ID } from './panel.js';
import { settingsOf } from './settings.js';

const PACKAGE = '@kargah/jupyterlab-extension';
const DEFAULTS: Preferences = { language: 'auto', digits: 'auto', calendar: 'auto' };

/** The bridge behind this JupyterLab's own proxy. */
function ownBridge(): string {
  return new URL('kargah', PageConfig.getBaseUrl()).href;
}

const api: JupyterFrontEndPlugin<IKargahApi> = {
  id: `${PACKAGE}:api`,
  description: 'The REST API, and who is signed in.',
  autoStart: true,
  provides: IKargahApi,
  optional: [ISettingRegistry],
  activate: async (_app: JupyterFrontEnd, registry: ISettingRegistry | null) => {
    const settings = await settingsOf(registry);
    return new Api(() => {
      const shared = settings === null ? '' : (settings.composite['bridgeUrl'] as string).replace(/\/+$/, '');
      return shared === '' ? ownBridge() : shared;
    });
  },
};

const language: JupyterFrontEndPlugin<IKargahLanguage> = {
  id: `${PACKAGE}:language`,
  description: 'Texts, digits and calendar.',
  autoStart: true,
  provides: IKargahLanguage,
  optional: [ISettingRegistry, ITranslator],
  activate: async (_app: JupyterFrontEnd, registry: ISettingRegistry | null, translator: ITranslator | null) => {
    const settings = await settingsOf(registry);
    const preferences = new Observable<Preferences>(DEFAULTS);
    const read = (): void => {
      if (settings !== null) {
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
    let i18n = new I18n(locale.get());
    locale.subscribe((value) => {
      i18n = new I18n(value);
    });
    return {
      locale,
      preferences,
      get i18n() {
        return i18n;
      },
      prefer: async (change) => {
        preferences.update((value) => ({ ...value, ...change }));
        for (const [key, value] of Object.entries(change)) {
          await settings?.set(key, value);
        }
      },
    };
  },
};

const live: JupyterFrontEndPlugin<IKargahLive> = {
  id: `${PACKAGE}:live`,
  description: 'What the bridge pushes.',
  autoStart: true,
  provides: IKargahLive,
  requires: [IKargahApi],
  activate: (_app: JupyterFrontEnd, { baseUrl, session, project }: IKargahApi) =>
    new Live(baseUrl, session, openSocket, project),
};

const store: JupyterFrontEndPlugin<IKargahStore> = {
  id: `${PACKAGE}:store`,
  description: 'The lists, kept true by events.',
  autoStart: true,
  provides: IKargahStore,
  requires: [IKargahApi, IKargahLive],
  activate: (_app: JupyterFrontEnd, own: IKargahApi, pushed: IKargahLive) => new KargahStore(own, pushed),
};

const uploads: JupyterFrontEndPlugin<IKargahUploads> = {
  id: `${PACKAGE}:uploads`,
  description: 'Files on their way.',
  autoStart: true,
  provides: IKargahUploads,
  requires: [IKargahApi, IKargahLive],
  activate: (_app: JupyterFrontEnd, own: IKargahApi, pushed: IKargahLive) =>
    new Uploads(own, pushed, () => import('tus-js-client')),
};

const features: JupyterFrontEndPlugin<Features> = {
  id: `${PACKAGE}:features`,
  description: 'Registers what shows itself in the panel.',
  autoStart: true,
  provides: IKargahFeatures,
  activate: () => {
    const registry = new Features();
    BUILT_IN.forEach((feature) => registry.add(feature));
    return registry;
  },
};

const pages: JupyterFrontEndPlugin<IKargahPages> = {
  id: `${PACKAGE}:opens`,
  description: 'Opens pages and the panel.',
  autoStart: true,
  provides: IKargahPages,
  requires: [IKargahFeatures],
  activate: ({ commands, shell, restored }: JupyterFrontEnd, registry: Features) => ({
    open: async (name, args) => {
      const page = registry.all
        .get()
        .flatMap((feature) => feature.pages ?? [])
        .find((one) => one.name === name);
      if (page === undefined) throw new Error(`no feature has a page called ${name}`);
      await commands.execute(page.command, { ...args });
    },
    openMlflow: async (run) => {
      await commands.execute(OPEN_MLFLOW, {
        run_id: run?.mlflow_run_id ?? null,
        experiment_id: run?.mlflow_experiment_id ?? null,
        name: run?.name ?? null,
      });
    },
    // A layout that is still being restored would hide it again.
    showPanel: () => void restored.then(() => shell.activateById(PANEL_ID)),
  }),
};

const workspace: JupyterFrontEndPlugin<IKargahWorkspace> = {
  id: `${PACKAGE}:workspace`,
  description: 'Files, notebooks and commands of JupyterLab.',
  autoStart: true,
  provides: IKargahWorkspace,
  optional: [IDefaultFileBrowser, IEditorServices],
  activate: (app: JupyterFrontEnd, browser: IDefaultFileBrowser | null, editors: IEditorServices | null) => ({
    openFile: async (path) => {
      await app.commands.execute('docmanager:open', { path });
    },
    insertCell: (code) => insertCell(app, code),
    chooseFile: (title, endings) => (browser === null ? Promise.resolve(null) : chooseFile(browser, title, endings)),
    codeField: (host, options) => (editors === null ? null : codeField(editors, host, options)),
    commands: () => listedCommands(app),
  }),
};

/** One plugin for each service, so that whoever needs one asks for that one. */
export const services = [api, language, live, store, uploads, features, pages, workspace];
