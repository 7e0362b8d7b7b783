import { type FormEvent, useEffect, useState } from 'react';
import { data } from '../api/client.js';
import type { ApiToken } from '../api/types.js';
import { Button, IconButton } from '../components/controls/Button.js';
import { Field } from '../components/controls/Field.js';
import { ErrorNote, Note } from '../components/Note.js';
import { Code } from '../components/Text.js';
import { useKargah } from '../context.js';
import { useI18n } from '../i18n/context.js';

/** Personal API tokens: make, see, revoke. */
export function Tokens(): JSX.Element {
  const { api, shell } = useKargah();
  const { t, format } = useI18n();
  const [tokens, setTokens] = useState<readonly ApiToken[] | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [name, setName] = useState('');
  const [made, setMade] = useState<string | null>(null);
  const [attempt, setAttempt] = useState(0);

  useEffect(() => {
    data(api.http.GET('/api/v1/auth/tokens')).then((page) => {
      setTokens(page.items);
      setFailure(null);
    }, setFailure);
  }, [api, attempt]);

  const create = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (name.trim() === '') {
      return;
    }
    try {
      const token = await data(
        api.http.POST('/api/v1/auth/tokens', { body: { name: name.trim(), expires_in_days: 90 } }),
      );
      setMade(token.token);
      setTokens((all) => [token, ...(all ?? [])]);
      setName('');
    } catch (reason) {
      setFailure(reason);
    }
  };
  const revoke = async (token: ApiToken): Promise<void> => {
    try {
      await data(api.http.DELETE('/api/v1/auth/tokens/{token_id}', { params: { path: { token_id: token.token_id } } }));
      setTokens((all) => (all ?? []).filter((one) => one.token_id !== token.token_id));
    } catch (reason) {
      setFailure(reason);
    }
  };

  return (
    <div className="kg-Layout-stack kg-DialogList">
      <p className="kg-Text-muted">{t('tokens.lead')}</p>
      {failure !== null && (
        <ErrorNote reason={failure} onRetry={tokens === null ? () => setAttempt(attempt + 1) : undefined} />
      )}
      <form className="kg-Layout-row kg-Layout-rowEnd" onSubmit={(event) => void create(event)}>
        <div className="kg-Layout-grow">
          <Field
            label={t('tokens.name')}
            value={name}
            dir="auto"
            maxLength={200}
            onChange={(e) => setName(e.target.value)}
          />
        </div>
        <Button type="submit" kind="primary" label={t('tokens.create')} />
      </form>
      {made !== null && (
        <Note tone="ok" icon="key" title={t('tokens.once')}>
          <span className="kg-Layout-row">
            <Code className="kg-Text-ellipsis kg-Layout-grow">{made}</Code>
            <IconButton icon="copy" label={t('action.copy')} onClick={() => void shell.copy(made)} />
          </span>
        </Note>
      )}
      {tokens?.length === 0 && <p className="kg-Text-muted">{t('tokens.none')}</p>}
      <ul>
        {tokens?.map((token) => (
          <li className="kg-Layout-row" key={token.token_id}>
            <span className="kg-Layout-grow kg-Text-ellipsis" dir="auto">
              {token.name}
            </span>
            <span className="kg-Text-small kg-Text-muted kg-Text-nowrap">
              {token.last_used_at === null
                ? t('tokens.unused')
                : t('tokens.used', { x: format.moment(token.last_used_at) })}
              {token.expires_at !== null &&
                `${t('facts.and')}${t('tokens.expires', { x: format.date(token.expires_at) })}`}
            </span>
            <IconButton icon="del" label={t('tokens.revoke', { x: token.name })} onClick={() => void revoke(token)} />
          </li>
        ))}
      </ul>
    </div>
  );
}
