import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ServerConnection } from '@jupyterlab/services';
import { URLExt } from '@jupyterlab/coreutils';
import { data } from '../../api/client.js';
import { keepNotebookToken, notebookToken } from '../../api/notebookToken.js';
import type { SessionState } from '../../api/session.js';
import { IKargahApi, IKargahLanguage, IKargahShell } from '../../tokens.js';

const TOKEN_NAME = 'JupyterLab notebook';

/** JupyterLab's own request: carries its cookie and its XSRF header. */
async function call(method: 'GET' | 'PUT' | 'DELETE', body?: object): Promise<{ token_id?: string | null }> {
  const settings = ServerConnection.makeSettings();
  const response = await ServerConnection.makeRequest(
    URLExt.join(settings.baseUrl, 'kargah-lab/session'),
    { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) },
    settings,
  );
  if (!response.ok) {
    throw await ServerConnection.ResponseError.create(response);
  }
  return response.status === 204 ? {} : ((await response.json()) as { token_id?: string | null });
}

/** Jupyter's own refusals are named by their status: their text is English only. */
function causeOf(reason: unknown, { i18n }: IKargahLanguage): string {
  return reason instanceof ServerConnection.ResponseError ? `HTTP ${reason.response.status}` : i18n.error(reason);
}

/**
 * Kernels of this JupyterLab act as the person who is signed in: a personal API token of its own name, held by the Jupyter
 * server (never by the page), replaced at the next sign-in and revoked at sign-out.
 */
export const notebook: JupyterFrontEndPlugin<void> = {
  id: '@kargah/jupyterlab-extension:notebook',
  description: 'Signs the notebooks of this JupyterLab in.',
  autoStart: true,
  requires: [IKargahApi, IKargahLanguage, IKargahShell],
  activate: (_app, api: IKargahApi, language: IKargahLanguage, shell: IKargahShell) => {
    const signIn = async (userId: string): Promise<void> => {
      const { http } = api;
      const mine = notebookToken();
      const held = await call('GET');
      const stillGood = mine?.expires_at != null && Date.parse(mine.expires_at) - Date.now() > 86_400_000;
      if (mine !== null && mine.user_id === userId && stillGood && held.token_id === mine.token_id) {
        return;
      }
      const made = await data(http.POST('/api/v1/auth/tokens', { body: { name: TOKEN_NAME, expires_in_days: 30 } }));
      await call('PUT', { token: made.token, token_id: made.token_id });
      keepNotebookToken({ user_id: userId, token_id: made.token_id, expires_at: made.expires_at });
      if (mine !== null && mine.user_id === userId) {
        await http.DELETE('/api/v1/auth/tokens/{token_id}', { params: { path: { token_id: mine.token_id } } });
      }
    };
    let wasIn = false;
    let underWay: Promise<void> = Promise.resolve();
    // A renewal in the middle of a sign-in finds the token that the sign-in made, and makes no second one.
    const inTurn = (act: () => Promise<void>): Promise<void> => {
      const done = underWay.then(act);
      underWay = done.catch(() => undefined);
      return done;
    };
    const follow = (state: SessionState): void => {
      if (state.status === 'signed_in') {
        wasIn = true;
        inTurn(() => signIn(state.user.user_id)).catch((reason: unknown) => {
          shell.toast('warning', language.i18n.t('notebook.failed', { x: causeOf(reason, language) }));
        });
      } else if (state.status === 'signed_out' && wasIn) {
        wasIn = false;
        void inTurn(() => call('DELETE').then(() => undefined)).catch(() => undefined);
      }
    };
    api.session.state.subscribe(follow);
    follow(api.session.state.get());
  },
};
