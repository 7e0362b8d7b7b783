import type { Api } from './client.js';

const KEY = 'kargah:notebook-token';

/** Which personal API token the notebooks of this JupyterLab use; its value is never kept here. */
export interface NotebookToken {
  readonly user_id: string;
  readonly token_id: string;
  readonly expires_at: string | null;
}

export function notebookToken(): NotebookToken | null {
  const text = window.localStorage.getItem(KEY);
  return text === null ? null : (JSON.parse(text) as NotebookToken);
}

export function keepNotebookToken(token: NotebookToken): void {
  window.localStorage.setItem(KEY, JSON.stringify(token));
}

/** Ends the session, and with it the notebooks' token. */
export async function signOut(api: Api): Promise<void> {
  const token = notebookToken();
  window.localStorage.removeItem(KEY);
  if (token !== null) {
    // Already revoked or expired: nothing to end.
    await api.http
      .DELETE('/api/v1/auth/tokens/{token_id}', { params: { path: { token_id: token.token_id } } })
      .catch(() => undefined);
  }
  await api.session.logout();
}
