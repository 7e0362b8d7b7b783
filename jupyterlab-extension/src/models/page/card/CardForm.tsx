import { type FormEvent, useState } from 'react';
import { data } from '../../../api/client.js';
import { ApiError } from '../../../api/errors.js';
import type { CardField, ModelCard } from '../../../api/types.js';
import { Button } from '../../../components/controls/Button.js';
import { Field } from '../../../components/controls/Field.js';
import { TextArea } from '../../../components/controls/TextArea.js';
import { ErrorNote, Note } from '../../../components/Note.js';
import { useKargah } from '../../../context.js';
import { useI18n } from '../../../i18n/context.js';
import { FIELDS, REQUIRED, SHORT } from './fields.js';

interface CardFormProps {
  readonly card: ModelCard;
  readonly onDone: () => void;
  /** The card is to be read again: somebody else wrote on it. */
  readonly onRead: () => void;
  readonly onClose: () => void;
}

/** What people have to say of a version, and may. */
export function CardForm({ card, onDone, onRead, onClose }: CardFormProps): JSX.Element {
  const kargah = useKargah();
  const { t } = useI18n();
  const [fields, setFields] = useState(card.fields);
  /** What was there when this form was opened, or last compared with the card. */
  const [base, setBase] = useState(card);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  // What somebody else wrote meanwhile goes into the fields that nobody changed here.
  if (card.revision !== base.revision) {
    const kept = FIELDS.map((field) => [
      field,
      fields[field] === base.fields[field] ? card.fields[field] : fields[field],
    ]);
    setFields(Object.fromEntries(kept) as ModelCard['fields']);
    setBase(card);
  }
  const collided = failure instanceof ApiError && failure.code === 'card_moved';
  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setFailure(null);
    try {
      const params = { path: { name: card.name, version: card.version } };
      const body = { fields, revision: base.revision };
      await data(kargah.api.http.PUT('/api/v1/models/{name}/versions/{version}/card', { params, body }));
      onDone();
    } catch (reason) {
      setFailure(reason);
      setBusy(false);
      if (reason instanceof ApiError && reason.code === 'card_moved') onRead();
    }
  };
  const shared = (field: CardField) => ({
    label: (
      <>
        {t(`card.field.${field}`)}{' '}
        {REQUIRED.includes(field) && <span className="kg-Text-hint">({t('card.required')})</span>}
      </>
    ),
    hint: t(`card.hint.${field}`),
    dir: 'auto',
    value: fields[field],
  });
  const write = (field: CardField, text: string): void => setFields((before) => ({ ...before, [field]: text }));
  return (
    <form className="kg-Layout-stack" data-testid="card-form" onSubmit={(event) => void save(event)}>
      {FIELDS.filter((field) => !SHORT.includes(field)).map((field) => (
        <TextArea
          key={field}
          {...shared(field)}
          rows={3}
          maxLength={5000}
          onChange={(event) => write(field, event.target.value)}
        />
      ))}
      <div className="kg-Layout-grid2">
        {SHORT.map((field) => (
          <Field
            key={field}
            {...shared(field)}
            autoComplete="off"
            maxLength={200}
            onChange={(event) => write(field, event.target.value)}
          />
        ))}
      </div>
      {collided ? (
        <Note tone="warn" icon="warn" role="alert" title={kargah.i18n.error(failure)} />
      ) : (
        failure !== null && <ErrorNote reason={failure} />
      )}
      <div className="kg-Layout-row kg-Layout-wrap">
        <Button type="submit" kind="primary" icon="check" busy={busy} label={t('action.save')} />
        <Button label={t('action.dismiss')} onClick={onClose} />
      </div>
    </form>
  );
}
