import { useEffect, useState } from 'react';
import { data } from '../../api/client.js';
import type { Connection } from '../../api/types.js';
import { Button, IconButton } from '../../components/controls/Button.js';
import { Field } from '../../components/controls/Field.js';
import { ErrorNote } from '../../components/Note.js';
import { SelectField } from '../../components/controls/SelectField.js';
import { useKargah } from '../../context.js';
import { useI18n } from '../../i18n/context.js';
import { isolated } from '../../i18n/isolate.js';

/** A database of mine, or the form for a new one: tried before it is kept. */
export function ConnectionField({
  chosen,
  onChoose,
}: {
  readonly chosen: string | null;
  readonly onChoose: (connectionId: string | null) => void;
}): JSX.Element {
  const kargah = useKargah();
  const { t } = useI18n();
  const [items, setItems] = useState<readonly Connection[] | null>(null);
  const [name, setName] = useState('');
  const [url, setUrl] = useState('');
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    data(kargah.api.http.GET('/api/v1/connections', {})).then((page) => {
      setItems(page.items);
      setFailure(null);
      onChoose(page.items[0]?.connection_id ?? null);
    }, setFailure);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- read once, when the field opens
  }, [kargah, attempt]);
  const run = async (act: () => Promise<void>): Promise<void> => {
    setBusy(true);
    setFailure(null);
    await act().catch(setFailure);
    setBusy(false);
  };
  const keep = (): Promise<void> =>
    run(async () => {
      const made = await data(kargah.api.http.POST('/api/v1/connections', { body: { name, url } }));
      setItems([made, ...(items ?? [])]);
      setUrl('');
      onChoose(made.connection_id);
    });
  const forget = (connectionId: string): Promise<void> =>
    run(async () => {
      const path = { connection_id: connectionId };
      await data(kargah.api.http.DELETE('/api/v1/connections/{connection_id}', { params: { path } }));
      setItems((items ?? []).filter((one) => one.connection_id !== connectionId));
      onChoose(null);
    });
  return (
    <>
      {items !== null && items.length > 0 && (
        <div className="kg-Layout-row kg-Layout-rowEnd">
          <div className="kg-Layout-grow">
            <SelectField
              label={t('intake.connection')}
              value={chosen ?? ''}
              onChange={(id) => onChoose(id === '' ? null : id)}
            >
              {items.map((one) => (
                <option key={one.connection_id} value={one.connection_id}>
                  {`${isolated(one.name)} (${isolated(one.address)})`}
                </option>
              ))}
              <option value="">{t('intake.newConnection')}</option>
            </SelectField>
          </div>
          {chosen !== null && (
            <IconButton icon="del" label={t('intake.forget')} disabled={busy} onClick={() => void forget(chosen)} />
          )}
        </div>
      )}
      {items !== null && chosen === null && (
        <>
          <Field
            label={t('intake.connectionName')}
            dir="auto"
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
          <Field
            label={t('intake.connectionUrl')}
            dir="ltr"
            type="password"
            autoComplete="off"
            placeholder="postgresql://user:password@host/database"
            hint={t('intake.connectionHint')}
            value={url}
            onChange={(event) => setUrl(event.target.value)}
          />
          <div className="kg-Layout-row">
            <Button
              size="small"
              busy={busy}
              disabled={name.trim() === '' || url.trim() === ''}
              label={t('intake.keep')}
              onClick={() => void keep()}
            />
          </div>
        </>
      )}
      {failure !== null && (
        <ErrorNote reason={failure} onRetry={items === null ? () => setAttempt(attempt + 1) : undefined} />
      )}
    </>
  );
}
