import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, MainAreaWidget } from '@jupyterlab/apputils';
import { IFrame } from '@jupyterlab/ui-components';
import { data } from '../api/client.js';
import { labIcon } from '../components/icons/labIcons.js';
import { textOf } from '../features/feature.js';
import { IKargahApi, IKargahLanguage, IKargahShell } from '../tokens.js';
import { addCommand } from './commands.js';

export const OPEN_MLFLOW = 'kargah:open-mlflow';

/**
 * The page lives at our own origin, so it can be set up beforehand: for the training of models, not for traces of language models,
 * and without its assistant (closed by the gateway) over the runs.
 */
const PRESET: Readonly<Record<string, string>> = {
  'mlflow.workflowType_v1': '"machine_learning"',
  'mlflow.assistant.fab.autoOpenedOnFirstLoad_v1': 'true',
  'mlflow.assistant.panelOpen_v1': 'false',
};
/** The cookie lasts 15 minutes; renewed while the tab is open. */
const RENEW_EARLY_MS = 3 * 60_000;

export interface MlflowTarget {
  readonly runId?: string | undefined;
  readonly experimentId?: string | undefined;
  readonly name?: string | undefined;
}

export function mlflowHash(target: MlflowTarget, workspace: string): string {
  const query = `?workspace=${encodeURIComponent(workspace)}&workflowType=machine_learning`;
  if (target.experimentId !== undefined && target.runId !== undefined) {
    return `#/experiments/${encodeURIComponent(target.experimentId)}/runs/${encodeURIComponent(target.runId)}${query}`;
  }
  return `#/experiments${query}`;
}

function ownerOf(api: IKargahApi): string {
  const state = api.session.state.get();
  return state.status === 'signed_in' ? state.user.name : '';
}

/** Takes away what is closed here, and says whose workspace it is where the page writes its id. */
export function dressPage(page: Document, workspace: string, owner: string): void {
  const style = page.createElement('style');
  style.textContent = '[data-assistant-ui="true"] { display: none !important; }';
  page.head.append(style);
  if (owner === '') return;
  const name = (root: Node): void => {
    const texts = page.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    for (let text: Node | null = texts.currentNode; text !== null; text = texts.nextNode()) {
      if (text.nodeValue?.trim() === workspace) text.nodeValue = owner;
    }
  };
  name(page.body);
  new MutationObserver((changes) => {
    for (const { target, addedNodes } of changes) [target, ...addedNodes].forEach(name);
  }).observe(page.body, { childList: true, subtree: true, characterData: true });
}

interface Services {
  readonly api: IKargahApi;
  readonly language: IKargahLanguage;
  readonly shell: IKargahShell;
}

/** MLflow's own page in a tab, signed in as this person by a cookie that only `/mlflow/` gets. */
async function openMlflowPage(app: JupyterFrontEnd, services: Services, target: MlflowTarget): Promise<void> {
  const { api, language, shell } = services;
  const id = `kargah-mlflow-${target.runId ?? 'home'}`;
  for (const widget of app.shell.widgets('main')) {
    if (widget.id === id) {
      app.shell.activateById(id);
      return;
    }
  }
  const signIn = () => data(api.http.POST('/api/v1/auth/mlflow-session'));
  try {
    const session = await signIn();
    for (const [key, value] of Object.entries(PRESET)) {
      window.localStorage.setItem(key, value);
    }
    const frame = new IFrame({
      sandbox: ['allow-scripts', 'allow-same-origin', 'allow-forms', 'allow-popups', 'allow-downloads'],
      referrerPolicy: 'same-origin',
      loading: 'eager',
    });
    frame.url = `${api.baseUrl()}/mlflow/${mlflowHash(target, session.workspace)}`;
    const widget = new MainAreaWidget({ content: frame });
    widget.id = id;
    const name = target.name === undefined ? 'MLflow' : language.i18n.t('mlflow.run', { x: target.name });
    widget.title.label = name;
    widget.title.caption = name;
    widget.title.icon = labIcon('ext');
    widget.title.closable = true;
    widget.toolbar.hide();
    const page = frame.node.querySelector('iframe');
    page?.setAttribute('title', name);
    page?.addEventListener('load', () => {
      if (page.contentDocument !== null) dressPage(page.contentDocument, session.workspace, ownerOf(api));
    });
    let timer: ReturnType<typeof setTimeout>;
    const renewBefore = (end: string): void => {
      timer = setTimeout(
        () => void signIn().then(({ expires_at }) => renewBefore(expires_at), shell.failed.bind(shell)),
        Math.max(30_000, Date.parse(end) - Date.now() - RENEW_EARLY_MS),
      );
    };
    renewBefore(session.expires_at);
    widget.disposed.connect(() => clearTimeout(timer));
    app.shell.add(widget, 'main');
    app.shell.activateById(id);
  } catch (reason) {
    shell.failed(reason);
  }
}

export const mlflow: JupyterFrontEndPlugin<void> = {
  id: '@kargah/jupyterlab-extension:mlflow',
  description: "MLflow's own pages in tabs.",
  autoStart: true,
  requires: [IKargahApi, IKargahLanguage, IKargahShell],
  optional: [ICommandPalette],
  activate: (app, api: IKargahApi, language: IKargahLanguage, shell: IKargahShell, palette: ICommandPalette | null) => {
    addCommand(
      app,
      OPEN_MLFLOW,
      {
        label: () => language.i18n.t('command.mlflow'),
        icon: labIcon('ext'),
        execute: (args) =>
          openMlflowPage(
            app,
            { api, language, shell },
            { runId: textOf(args, 'run_id'), experimentId: textOf(args, 'experiment_id'), name: textOf(args, 'name') },
          ),
      },
      palette,
    );
  },
};
