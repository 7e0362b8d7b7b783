import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Token } from '@lumino/coreutils';
import { type Features, IKargahFeatures } from '../features/registry.js';
import {
  IKargahApi,
  IKargahLanguage,
  IKargahLive,
  IKargahPages,
  IKargahShell,
  IKargahStore,
  IKargahUploads,
  IKargahWorkspace,
  type Kargah,
} from '../tokens.js';
import { LabShell } from './shell.js';

/** All services in one object, for the plugins that render our React trees; other extensions use the single tokens. */
export const AllServices = new Token<Kargah>('@kargah/jupyterlab-extension:all');

export const core: JupyterFrontEndPlugin<Kargah> = {
  id: '@kargah/jupyterlab-extension:plugin',
  description: 'Kargah: its services together, and its features begun.',
  autoStart: true,
  provides: AllServices,
  requires: [
    IKargahApi,
    IKargahLive,
    IKargahStore,
    IKargahUploads,
    IKargahLanguage,
    IKargahPages,
    IKargahWorkspace,
    IKargahFeatures,
  ],
  activate: (
    _app: JupyterFrontEnd,
    api: IKargahApi,
    live: IKargahLive,
    store: IKargahStore,
    uploads: IKargahUploads,
    language: IKargahLanguage,
    pages: IKargahPages,
    workspace: IKargahWorkspace,
    features: Features,
  ) => {
    const kargah: Kargah = {
      api,
      live,
      store,
      uploads,
      locale: language.locale,
      preferences: language.preferences,
      // Made again after each change of the language.
      get i18n() {
        return language.i18n;
      },
      prefer: language.prefer,
      shell: new LabShell(() => kargah),
      ...pages,
      ...workspace,
    };
    features.startWith(kargah);
    return kargah;
  },
};

export const shell: JupyterFrontEndPlugin<IKargahShell> = {
  id: '@kargah/jupyterlab-extension:shell',
  description: 'Dialogs and notifications.',
  autoStart: true,
  provides: IKargahShell,
  requires: [AllServices],
  activate: (_app: JupyterFrontEnd, kargah: Kargah) => kargah.shell,
};
