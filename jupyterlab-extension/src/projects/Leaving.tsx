import { type FormEvent, useEffect, useState } from 'react';
import { data } from '../api/client.js';
import { ApiError } from '../api/errors.js';
import { signOut } from '../api/notebookToken.js';
import type { Leaving as WhatLeaves } from '../api/types.js';
import { Button } from '../components/controls/Button.js';
import { Field } from '../components/controls/Field.js';
import { ErrorNote, Note, Skeleton } from '../components/Note.js';
import { useKargah } from '../context.js';
import { useI18n } from '../i18n/context.js';

export interface LeavingProps {
  /** Whose account ends; null: one's own. */
  readonly person: { readonly user_id: string; readonly name: string } | null;
  /** The account is gone. */
  readonly onGone: () => void;
}
type Box = 'heir' | 'password';

/** What is to be settled before an account ends: what is in the way, and which projects go to whom. */
export default function Leaving({ person, onGone }: LeavingProps): JSX.Element {
  const { api } = useKargah();
  const [found, setFound] = useState<WhatLeaves | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [attempt, setAttempt] = useState(0);
  const userId = person?.user_id;
  useEffect(() => {
    const left = new AbortController();
    const { signal } = left;
    const asked =
      userId === undefined
        ? api.http.GET('/api/v1/auth/leaving', { signal })
        : api.http.GET('/api/v1/people/{user_id}/leaving', { params: { path: { user_id: userId } }, signal });
    data<WhatLeaves>(asked).then(
      (answer) => {
        setFound(answer);
        setFailure(null);
      },
      (reason: unknown) => {
        if (!signal.aborted) setFailure(reason);
      },
    );
    return () => left.abort();
  }, [api, userId, attempt]);
  const again = (): void => setAttempt((count) => count + 1);
  if (failure !== null) return <ErrorNote reason={failure} onRetry={again} />;
  return found === null ? <Skeleton /> : <Settle person={person} found={found} onGone={onGone} onChanged={again} />;
}

function Settle({
  person,
  found: { last_admin, sweeps, hand_over, stays },
  onGone,
  onChanged,
}: LeavingProps & { readonly found: WhatLeaves; readonly onChanged: () => void }): JSX.Element {
  const { api, shell } = useKargah();
  const i18n = useI18n();
  const { t, format } = i18n;
  const [texts, setTexts] = useState<Record<Box, string>>({ heir: '', password: '' });
  const [wrong, setWrong] = useState<Partial<Record<Box, string>>>({});
  const [busy, setBusy] = useState(false);
  const own = person === null;
  const email = texts.heir.trim();
  const alone = hand_over.count > 0;

  const end = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const empty: Partial<Record<Box, string>> = {
      ...(alone && email === '' && { heir: t('auth.error.required') }),
      ...(own && texts.password === '' && { password: t('auth.error.required') }),
    };
    setWrong(empty);
    if (Object.keys(empty).length > 0) return;
    setBusy(true);
    const heir = alone ? { hand_to: email } : {};
    try {
      if (own) {
        await data(api.http.POST('/api/v1/auth/leave', { body: { current_password: texts.password, ...heir } }));
        // Its session ended with the account: nothing is left for the bridge to end.
        await signOut(api).catch(() => undefined);
      } else {
        const params = { path: { user_id: person.user_id }, query: heir };
        await data(api.http.DELETE('/api/v1/people/{user_id}', { params }));
      }
      onGone();
    } catch (reason) {
      setBusy(false);
      const code = reason instanceof ApiError ? reason.code : null;
      if (code === 'heir_unknown') setWrong({ heir: i18n.error(reason) });
      else if (code === 'wrong_password') setWrong({ password: i18n.error(reason) });
      else {
        shell.failed(reason);
        // What is to be settled may be something else now.
        onChanged();
      }
    }
  };
  const box = (name: Box) => ({
    value: texts[name],
    error: wrong[name],
    onChange: ({ target }: { target: { value: string } }) => setTexts({ ...texts, [name]: target.value }),
  });
  return (
    <form
      className="kg-Layout-stack kg-DialogList"
      noValidate
      onSubmit={(event) => void end(event)}
      data-testid="leaving"
    >
      <p className="kg-Text-muted">{t(own ? 'leaving.mine' : 'leaving.theirs')}</p>
      {last_admin && (
        <Note tone="warn" icon="key" title={t('leaving.lastAdmin')}>
          {t('leaving.lastAdminDo')}
        </Note>
      )}
      {sweeps.length > 0 && (
        <Note tone="warn" icon="stopped" title={t('leaving.sweeps')}>
          <bdi>{sweeps.join(t('facts.and'))}</bdi>
        </Note>
      )}
      {alone && (
        <>
          <h3>{t('leaving.handOver', { n: hand_over.count })}</h3>
          <ul data-testid="leaving-projects">
            {hand_over.items.map(({ project_id, name, members, deleted_at }) => (
              <li key={project_id}>
                <bdi className="kg-Text-medium">{name}</bdi>{' '}
                <span className="kg-Text-hint">
                  {[
                    t('leaving.others', { n: members }),
                    ...(deleted_at === null ? [] : [t('leaving.deleted')]),
                    ...(email === '' ? [] : [t('leaving.to', { x: email })]),
                  ].join(t('facts.and'))}
                </span>
              </li>
            ))}
            {hand_over.count > hand_over.items.length && (
              <li>{t('leaving.more', { x: format.number(hand_over.count - hand_over.items.length) })}</li>
            )}
          </ul>
          <Field
            label={t('leaving.heir')}
            hint={t('leaving.heirHint')}
            type="email"
            dir="ltr"
            autoComplete="off"
            {...box('heir')}
          />
        </>
      )}
      {stays > 0 && <p className="kg-Text-hint">{t('leaving.stays', { n: stays })}</p>}
      {own && (
        <Field
          label={t('leaving.password')}
          type="password"
          dir="ltr"
          autoComplete="current-password"
          {...box('password')}
        />
      )}
      <Button
        type="submit"
        kind="danger"
        icon="del"
        busy={busy}
        disabled={last_admin || sweeps.length > 0}
        label={t(own ? 'leaving.leaveNow' : 'leaving.removeNow')}
      />
    </form>
  );
}
