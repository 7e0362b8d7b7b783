import { useCallback, useState } from 'react';
import { data } from '../api/client.js';
import type { Mailed, Person } from '../api/types.js';
import { IconButton, LinkButton } from '../components/controls/Button.js';
import { below, Menu, type MenuItem, type MenuPlace } from '../components/controls/Menu.js';
import { ErrorNote, Note, Skeleton } from '../components/Note.js';
import { Code } from '../components/Text.js';
import { useKargah } from '../context.js';
import { useI18n } from '../i18n/context.js';
import { useStore } from '../lib/useStore.js';
import Leaving from '../projects/Leaving.js';
import { MailedNote } from '../projects/MailedNote.js';
import { LimitsEditor } from './Limits.js';
import { usePaged } from './usePaged.js';

const idOf = ({ user_id }: Person): string => user_id;

/** Everybody with an account, and what an administrator may do for them or against them. */
export function People({ me }: { readonly me: string }): JSX.Element {
  const { api } = useKargah();
  const { t } = useI18n();
  const [search, setSearch] = useState('');
  const sought = search.trim();
  const read = useCallback(
    (cursor: string | undefined, signal: AbortSignal) =>
      data(
        api.http.GET('/api/v1/people', {
          params: { query: { ...(cursor && { cursor }), ...(sought !== '' && { search: sought }) } },
          signal,
        }),
      ),
    [api, sought],
  );
  const { items, failure, more, again, put } = usePaged(read, idOf);
  return (
    <div className="kg-Layout-stack">
      <input
        type="search"
        className="kg-People-search"
        placeholder={t('people.search')}
        aria-label={t('people.search')}
        value={search}
        onChange={(event) => setSearch(event.target.value)}
      />
      {failure !== null && <ErrorNote reason={failure} onRetry={again} />}
      {items === null && failure === null && <Skeleton />}
      {items?.length === 0 && <p className="kg-Text-muted">{t('people.none')}</p>}
      <ul className="kg-People">
        {items?.map((person) => (
          <OnePerson key={person.user_id} person={person} mine={person.user_id === me} onChanged={put} onGone={again} />
        ))}
      </ul>
      {more !== null && <LinkButton onClick={more}>{t('panel.moreRows')}</LinkButton>}
    </div>
  );
}

interface OnePersonProps {
  readonly person: Person;
  readonly mine: boolean;
  readonly onChanged: (person: Person) => void;
  readonly onGone: () => void;
}

function OnePerson({ person, mine, onChanged, onGone }: OnePersonProps): JSX.Element {
  const { api, shell, store } = useKargah();
  const mail = useStore(store.system)?.mail === true;
  const { t, format } = useI18n();
  const [menuAt, setMenuAt] = useState<MenuPlace | null>(null);
  const [limiting, setLimiting] = useState(false);
  const [reset, setReset] = useState<{ token: string; expires_at: string; mailed: Mailed | null } | null>(null);
  const x = person.name;
  const params = { path: { user_id: person.user_id } };

  /** Asks where it takes something away or gives much, acts, and says so where it is refused. */
  const run = async (question: { title: string; body: string; accept: string } | null, act: () => Promise<void>) => {
    if (question !== null && !(await shell.confirm({ ...question, destructive: true }))) return;
    await act().catch((reason: unknown) => shell.failed(reason));
  };
  const change = async (body: { role?: 'admin' | 'user'; disabled?: boolean }): Promise<void> =>
    onChanged(await data(api.http.PATCH('/api/v1/people/{user_id}', { params, body })));
  const signOut = async (): Promise<void> => {
    const ended = await data(api.http.POST('/api/v1/people/{user_id}/sign-out', { params, body: { tokens: true } }));
    onChanged({ ...person, sessions: 0, tokens: 0 });
    shell.toast('success', t('people.signedOut', { x, n: ended.sessions }));
  };
  const makeReset = async (send: boolean): Promise<void> =>
    setReset(await data(api.http.POST('/api/v1/people/{user_id}/reset-link', { params, body: { mail: send } })));

  const remove = (): Promise<void> =>
    shell.show({
      title: t('people.removeTitle', { x }),
      content: (close) => (
        <Leaving
          person={person}
          onGone={() => {
            close();
            shell.toast('success', t('people.removed', { x }));
            onGone();
          }}
        />
      ),
    });

  const admin = person.role === 'admin';
  const disabled = person.disabled_at !== null;
  const items: readonly MenuItem[] = [
    admin
      ? {
          label: t('people.makeMember'),
          icon: 'key',
          run: () => void run(null, () => change({ role: 'user' })),
        }
      : {
          label: t('people.makeAdmin'),
          icon: 'key',
          run: () =>
            void run(
              {
                title: t('people.makeAdminTitle', { x }),
                body: t('people.makeAdminBody'),
                accept: t('people.makeAdmin'),
              },
              () => change({ role: 'admin' }),
            ),
        },
    { label: t('people.limits'), icon: 'tune', run: () => setLimiting(true) },
    { label: t('people.reset'), icon: 'undo', run: () => void run(null, () => makeReset(false)) },
    ...(mail
      ? [{ label: t('people.sendReset'), icon: 'out' as const, run: () => void run(null, () => makeReset(true)) }]
      : []),
    {
      label: t('people.signOut'),
      icon: 'out',
      run: () =>
        void run(
          { title: t('people.signOutTitle', { x }), body: t('people.signOutBody'), accept: t('people.signOut') },
          signOut,
        ),
    },
    disabled
      ? { label: t('people.enable'), icon: 'check', run: () => void run(null, () => change({ disabled: false })) }
      : {
          label: t('people.disable'),
          icon: 'stopped',
          separated: true,
          run: () =>
            void run(
              { title: t('people.disableTitle', { x }), body: t('people.disableBody'), accept: t('people.disable') },
              () => change({ disabled: true }),
            ),
        },
    { label: t('people.remove'), icon: 'del', run: () => void remove() },
  ];
  return (
    <li data-testid="person">
      <div className="kg-Layout-row">
        <span className="kg-Avatar" aria-hidden="true">
          {Array.from(x)[0]?.toUpperCase()}
        </span>
        <span className="kg-Layout-grow">
          <span className="kg-Layout-row kg-Layout-wrap">
            <bdi className="kg-Text-medium">{x}</bdi>
            {mine && <span className="kg-Text-muted">({t('people.you')})</span>}
            {admin && <span className="kg-Chip kg-mod-plain">{t('account.admin')}</span>}
            {disabled && <span className="kg-Chip kg-Tone-warn">{t('people.disabled')}</span>}
          </span>
          <Code className="kg-Text-muted">{person.email}</Code>
        </span>
        <span className="kg-Text-small kg-Text-muted kg-People-facts">
          {person.last_used_at === null
            ? t('people.unused')
            : t('people.used', { x: format.moment(person.last_used_at) })}
          <br />
          {[t('people.sessions', { n: person.sessions }), t('people.tokens', { n: person.tokens })].join(
            t('facts.and'),
          )}
        </span>
        {!mine && (
          <IconButton
            icon="more"
            label={`${t('action.more')}: ${x}`}
            aria-haspopup="menu"
            aria-expanded={menuAt !== null}
            onClick={(event) => setMenuAt(below(event.currentTarget))}
          />
        )}
      </div>
      {menuAt !== null && <Menu label={x} at={menuAt} items={items} onClose={() => setMenuAt(null)} />}
      {limiting && <LimitsEditor of={{ kind: 'person', id: person.user_id }} onDone={() => setLimiting(false)} />}
      {reset !== null && (
        <Note tone="ok" icon="key" title={t('people.resetOnce', { x: format.exact(reset.expires_at) })}>
          <p>{t('people.resetHow')}</p>
          {reset.mailed !== null && <MailedNote mailed={reset.mailed} />}
          <span className="kg-Layout-row">
            <Code className="kg-Text-ellipsis kg-Layout-grow">{reset.token}</Code>
            <IconButton icon="copy" label={t('action.copy')} onClick={() => void shell.copy(reset.token)} />
            <IconButton icon="close" label={t('action.close')} onClick={() => setReset(null)} />
          </span>
        </Note>
      )}
    </li>
  );
}
