import { signOut } from '../api/notebookToken.js';
import type { Kargah } from '../tokens.js';
import { Sessions } from './Sessions.js';
import { Tokens } from './Tokens.js';

export function showTokens({ shell, i18n }: Kargah): void {
  void shell.show({ title: i18n.t('tokens.title'), content: () => <Tokens /> });
}

export function showSessions({ shell, i18n }: Kargah): void {
  void shell.show({ title: i18n.t('sessions.title'), content: () => <Sessions /> });
}

export async function leave({ api, shell }: Kargah): Promise<void> {
  await signOut(api).catch((reason: unknown) => shell.failed(reason));
}
