import { useCallback, useState } from 'react';
import { data } from '../../../api/client.js';
import { saveBlob } from '../../../api/download.js';
import type { CardField, ModelCard, ModelVersion } from '../../../api/types.js';
import { Button, LinkButton } from '../../../components/controls/Button.js';
import { ErrorNote, Note, Skeleton } from '../../../components/Note.js';
import { Moment } from '../../../components/Text.js';
import { useKargah } from '../../../context.js';
import { useI18n } from '../../../i18n/context.js';
import { useMay } from '../../../projects/may.js';
import { useAnswer } from '../useAnswer.js';
import { CardForm } from './CardForm.js';
import { FIELDS } from './fields.js';
import { Revisions } from './Revisions.js';

/** The card of a version, read when somebody opens it. */
export function VersionCard({ version }: { readonly version: ModelVersion }): JSX.Element {
  const { t } = useI18n();
  const [open, setOpen] = useState(false);
  return (
    <>
      <LinkButton
        aria-expanded={open}
        aria-label={t('card.of', { n: version.version })}
        onClick={() => setOpen((before) => !before)}
      >
        {t('card.title')}
      </LinkButton>
      {open && <Opened name={version.name} version={version.version} />}
    </>
  );
}

interface Place {
  readonly name: string;
  readonly version: number;
}

function Opened({ name, version }: Place): JSX.Element {
  const { api } = useKargah();
  const { t } = useI18n();
  const [stamp, setStamp] = useState(0);
  const again = (): void => setStamp((count) => count + 1);
  const read = useCallback(
    () => data(api.http.GET('/api/v1/models/{name}/versions/{version}/card', { params: { path: { name, version } } })),
    [api, name, version],
  );
  const { value: card, failure } = useAnswer(read, stamp);
  return (
    <section
      className="kg-ModelCard kg-Layout-stack"
      aria-label={t('card.of', { n: version })}
      data-testid="model-card"
    >
      {failure !== null && <ErrorNote reason={failure} onRetry={again} />}
      {card === null ? failure === null && <Skeleton widths={[60, 40]} /> : <Shown card={card} onWritten={again} />}
    </section>
  );
}

function Shown({ card, onWritten }: { readonly card: ModelCard; readonly onWritten: () => void }): JSX.Element {
  const { t } = useI18n();
  const writes = useMay('model.write');
  const [filling, setFilling] = useState(false);
  const [listed, setListed] = useState(false);
  const names = (fields: readonly CardField[]): string =>
    fields.map((field) => t(`card.field.${field}`)).join(t('facts.and'));
  const done = (): void => {
    setFilling(false);
    onWritten();
  };
  return (
    <>
      {card.missing.length === 0 ? (
        <Note tone="ok" icon="ok" title={t('card.whole')} />
      ) : (
        <Note tone="warn" icon="warn" title={t('card.missing', { x: names(card.missing) })} />
      )}
      {!card.facts_current && <Note tone="warn" icon="warn" title={t('card.notCurrent')} />}
      {filling ? (
        <CardForm card={card} onDone={done} onRead={onWritten} onClose={() => setFilling(false)} />
      ) : (
        <>
          <Said card={card} />
          <div className="kg-Layout-row kg-Layout-wrap">
            {writes && <Button kind="primary" label={t('card.fill')} onClick={() => setFilling(true)} />}
            <Markdown card={card} />
            {card.revision > 0 && (
              <LinkButton aria-expanded={listed} onClick={() => setListed((before) => !before)}>
                {t('card.revisions')}
              </LinkButton>
            )}
            <span className="kg-Layout-grow" />
            {card.changed_by !== null && card.changed_at !== null && (
              <span className="kg-Text-hint">
                {t('card.filledBy', { x: card.changed_by.name })}
                {t('facts.and')}
                <Moment at={card.changed_at} />
              </span>
            )}
          </div>
          {listed && <Revisions card={card} />}
        </>
      )}
    </>
  );
}

/** What people wrote, and what is known against the model and of the right to use its data. */
function Said({ card }: { readonly card: ModelCard }): JSX.Element {
  const { t, format } = useI18n();
  const { fields, facts } = card;
  const license = facts.dataset?.license ?? null;
  return (
    <dl>
      {facts.limits.length > 0 && (
        <div>
          <dt>{t('card.knownLimits')}</dt>
          <dd>
            <ul>
              {facts.limits.map((limit) => (
                <li key={limit.en}>{limit[format.locale.language]}</li>
              ))}
            </ul>
          </dd>
        </div>
      )}
      {license !== null && (
        <div>
          <dt>{t('card.dataLicense')}</dt>
          <dd dir="auto">{license}</dd>
        </div>
      )}
      {FIELDS.filter((field) => fields[field] !== '').map((field) => (
        <div key={field}>
          <dt>{t(`card.field.${field}`)}</dt>
          <dd className="kg-Model-said" dir="auto">
            {fields[field]}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Markdown({ card: { name, version } }: { readonly card: ModelCard }): JSX.Element {
  const { api, shell } = useKargah();
  const { t, format } = useI18n();
  const { language } = format.locale;
  const save = async (): Promise<void> => {
    const path = `/api/v1/models/${encodeURIComponent(name)}/versions/${version}/card/markdown?language=${language}`;
    const answer = await api.fetch(path, {});
    saveBlob(await answer.blob(), `${name} ${version}.md`);
  };
  return (
    <Button
      icon="down"
      label={t('card.markdown')}
      onClick={() => void save().catch((reason: unknown) => shell.failed(reason))}
    />
  );
}
