import { type FormEvent, useState } from 'react';
import { data } from '../../api/client.js';
import type { ModelVersion, RegisteredModel } from '../../api/types.js';
import { Button } from '../../components/controls/Button.js';
import { Card } from '../../components/Card.js';
import { Field } from '../../components/controls/Field.js';
import { SelectField } from '../../components/controls/SelectField.js';
import { ErrorNote } from '../../components/Note.js';
import { useKargah } from '../../context.js';
import { useI18n } from '../../i18n/context.js';

export interface AskFormProps {
  readonly model: RegisteredModel;
  /** The protected names. */
  readonly guarded: readonly string[];
  readonly versions: readonly ModelVersion[];
  /** Which is meant at first. */
  readonly version: number;
  readonly onClose: () => void;
}

/** Asks that a protected name points to a version. What becomes of it the requests show. */
export function AskForm({ model, guarded, versions, version: first, onClose }: AskFormProps): JSX.Element {
  const { api } = useKargah();
  const { t, format } = useI18n();
  const [version, setVersion] = useState(first);
  const [alias, setAlias] = useState(guarded.includes('champion') ? 'champion' : (guarded[0] ?? ''));
  const [why, setWhy] = useState('');
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const send = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setFailure(null);
    try {
      const params = { path: { name: model.name } };
      await data(api.http.POST('/api/v1/models/{name}/requests', { params, body: { version, alias, why } }));
      onClose();
    } catch (reason) {
      setFailure(reason);
      setBusy(false);
    }
  };
  const numbers = [...new Set([first, ...versions.map((one) => one.version)])].sort((a, b) => b - a);
  return (
    <Card title={t('reg.ask')} testId="ask-form">
      <form className="kg-Layout-stack kg-mod-close" onSubmit={(event) => void send(event)}>
        <div className="kg-Layout-grid2">
          <SelectField label={t('reg.alias')} value={alias} onChange={setAlias}>
            {guarded.map((one) => (
              <option key={one} value={one}>
                {one}
              </option>
            ))}
          </SelectField>
          <SelectField label={t('reg.version')} value={String(version)} onChange={(next) => setVersion(Number(next))}>
            {numbers.map((one) => (
              <option key={one} value={one}>
                {format.number(one)}
              </option>
            ))}
          </SelectField>
        </div>
        <Field
          label={t('reg.why')}
          dir="auto"
          autoComplete="off"
          maxLength={400}
          value={why}
          onChange={(event) => setWhy(event.target.value)}
        />
        {failure !== null && <ErrorNote reason={failure} />}
        <div className="kg-Layout-row kg-Layout-wrap">
          <Button type="submit" kind="primary" icon="check" busy={busy} label={t('reg.send')} />
          <Button label={t('action.dismiss')} onClick={onClose} />
        </div>
      </form>
    </Card>
  );
}
