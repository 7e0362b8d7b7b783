import { signOut } from '../api/notebookToken.js';
import { deferred } from '../components/deferred.js';
import type { Kargah } from '../tokens.js';
import { Sessions } from './Sessions.js';
import { Tokens } from './Tokens.js';

const Leaving = deferred(() => import(/* webpackChunkName: "people" */ '../projects/Leaving.js'));

export function showLeaving({ shell, i18n }: Kargah): void {
  void shell.show({
    title: i18n.t('leaving.title'),
    content: (close) => (
      <Leaving
        person={null}
        onGone={() => {
          close();
          shell.toast('success', i18n.t('leaving.left'));
        }}
      />
    ),
  });
}

export function showTokens({ shell, i18n }: Kargah): void {
  void shell.show({ title: i18n.t('tokens.title'), content: () => <Tokens /> });
}

export function showSessions({ shell, i18n }: Kargah): void {
  void shell.show({ title: i18n.t('sessions.title'), content: () => <Sessions /> });
}

export async function leave({ api, shell }: Kargah): Promise<void> {
  await signOut(api).catch((reason: unknown) => shell.failed(reason));
}
