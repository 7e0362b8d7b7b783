import { createElement, type FormEvent, useState } from 'react';
import { data } from '../../api/client.js';
import type { Dataset } from '../../api/types.js';
import { Button } from '../../components/controls/Button.js';
import { Field } from '../../components/controls/Field.js';
import { ErrorNote } from '../../components/Note.js';
import { useKargah } from '../../context.js';
import { useI18n } from '../../i18n/context.js';
import type { Kargah } from '../../tokens.js';
import { ConnectionField } from './ConnectionField.js';

const WAYS = ['url', 'sql', 'file'] as const;
type Way = (typeof WAYS)[number];

/** Ways in besides uploading: an address, a database, a file of the Jupyter server. */
export function openIntake(kargah: Kargah): void {
  void kargah.shell.show({
    title: kargah.i18n.t('intake.title'),
    content: (close) => createElement(Intake, { close }),
    wide: true,
  });
}

function Intake({ close }: { readonly close: () => void }): JSX.Element {
  const kargah = useKargah();
  const { t } = useI18n();
  const [way, setWay] = useState<Way>('url');
  const [from, setFrom] = useState('');
  const [name, setName] = useState('');
  const [connection, setConnection] = useState<string | null>(null);
  const [query, setQuery] = useState('');
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);

  const bring = (): Promise<Dataset> => {
    const named = name.trim() === '' ? {} : { name: name.trim() };
    const { http } = kargah.api;
    if (way === 'url') return data(http.POST('/api/v1/datasets/import/url', { body: { url: from.trim(), ...named } }));
    if (way === 'file')
      return data(http.POST('/api/v1/datasets/import/file', { body: { path: from.trim(), ...named } }));
    const body = { connection_id: connection ?? '', query, ...named };
    return data(http.POST('/api/v1/datasets/import/sql', { body }));
  };
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setFailure(null);
    try {
      kargah.store.list('datasets').put(await bring());
      close();
    } catch (reason) {
      setFailure(reason);
    }
    setBusy(false);
  };
  const complete = way === 'sql' ? connection !== null && query.trim() !== '' : from.trim() !== '';
  return (
    <form
      className="kg-Layout-stack kg-DialogList"
      onSubmit={(event) => void submit(event)}
      data-testid="kargah-intake"
    >
      <div className="kg-Segments" role="radiogroup" aria-label={t('intake.from')}>
        {WAYS.map((one) => (
          <button
            key={one}
            type="button"
            role="radio"
            aria-checked={one === way}
            className={one === way ? 'kg-mod-on' : ''}
            onClick={() => {
              setWay(one);
              setFrom('');
              setFailure(null);
            }}
          >
            {t(`intake.${one}`)}
          </button>
        ))}
      </div>
      {way === 'sql' ? (
        <>
          <ConnectionField chosen={connection} onChoose={setConnection} />
          <div className="kg-Field">
            <label htmlFor="kargah-intake-query">{t('intake.query')}</label>
            <textarea
              id="kargah-intake-query"
              className="kg-Sql kg-Text-code"
              dir="ltr"
              rows={4}
              spellCheck={false}
              value={query}
              onChange={(event) => setQuery(event.target.value)}
            />
          </div>
        </>
      ) : (
        <Field
          label={t(way === 'url' ? 'intake.url' : 'intake.filePath')}
          dir="ltr"
          placeholder={way === 'url' ? 'https://' : 'data/reviews.csv'}
          hint={t(way === 'url' ? 'intake.urlHint' : 'intake.fileHint')}
          value={from}
          onChange={(event) => setFrom(event.target.value)}
        />
      )}
      <Field label={t('intake.name')} dir="auto" value={name} onChange={(event) => setName(event.target.value)} />
      {failure !== null && <ErrorNote reason={failure} />}
      <div className="kg-Layout-row">
        <Button kind="primary" type="submit" busy={busy} disabled={!complete} label={t('intake.bring')} />
      </div>
    </form>
  );
}
