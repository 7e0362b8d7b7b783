import { type FormEvent, useState } from 'react';
import { data } from '../../api/client.js';
import type { Dataset, DatasetProfile, DatasetVersion, Split } from '../../api/types.js';
import { Button } from '../../components/controls/Button.js';
import { Field } from '../../components/controls/Field.js';
import { ErrorNote, Note } from '../../components/Note.js';
import { SelectField } from '../../components/controls/SelectField.js';
import { Code, Percent } from '../../components/Text.js';
import { useKargah } from '../../context.js';
import { useI18n } from '../../i18n/context.js';
import { ReadOnly } from './ReadOnly.js';

const PARTS = ['train', 'validation', 'test'] as const;
type Method = Split['method'];

/** How the rows of a version are dealt out, and a form for another way. */
export function Splits({
  dataset,
  version,
  of,
  profile,
  onMade,
}: {
  readonly dataset: Dataset;
  readonly version: number;
  readonly of: DatasetVersion | undefined;
  readonly profile: DatasetProfile | null;
  readonly onMade: () => void;
}): JSX.Element {
  const { t } = useI18n();
  const splits = of?.splits ?? [];
  return (
    <>
      <p className="muted">{t('split.lead')}</p>
      {splits.length === 0 && <p className="muted">{t('split.none')}</p>}
      <div className="g3" data-testid="kargah-splits">
        {splits.map((split) => (
          <SplitCard key={split.split_id} split={split} />
        ))}
      </div>
      <ReadOnly dataset={dataset} />
      {dataset.mine && <SplitForm dataset={dataset} version={version} profile={profile} onMade={onMade} />}
    </>
  );
}

function SplitCard({ split }: { readonly split: Split }): JSX.Element {
  const i18n = useI18n();
  const { t, format } = i18n;
  const all = Math.max(1, split.rows.train + split.rows.validation + split.rows.test);
  return (
    <div className="card col-card">
      <div className="row col-title">
        <span className="grow b">{t(`split.${split.method}`)}</span>
        {split.is_default && <span className="chip tone-ok">{t('split.default')}</span>}
      </div>
      <p className="sm muted">
        {split.column !== undefined && <bdi>{split.column} · </bdi>}
        {t('split.seed')} <Code>{split.seed}</Code>
      </p>
      {PARTS.map((part) => (
        <div className="row sm value-bar" key={part}>
          <span className="value-name">{t(`split.${part}`)}</span>
          <span className="bar grow" style={{ ['--p' as string]: `${((split.rows[part] / all) * 100).toFixed(1)}%` }}>
            <i />
          </span>
          <span className="muted split-rows" title={format.number(split.rows[part])}>
            <Percent share={split.rows[part] / all} />
          </span>
        </div>
      ))}
      {split.warnings.map((warning) => (
        <Note key={warning.code} tone="warn" icon="warn" title={i18n.failure(warning)} />
      ))}
    </div>
  );
}

function SplitForm({
  dataset,
  version,
  profile,
  onMade,
}: {
  readonly dataset: Dataset;
  readonly version: number;
  readonly profile: DatasetProfile | null;
  readonly onMade: () => void;
}): JSX.Element {
  const kargah = useKargah();
  const { t } = useI18n();
  const images = dataset.kind === 'images';
  const [method, setMethod] = useState<Method>('ratio');
  const [column, setColumn] = useState(dataset.suggested_target ?? '');
  const [shares, setShares] = useState({ train: '80', validation: '10', test: '10' });
  const [seed, setSeed] = useState('0');
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const needsColumn = method !== 'ratio' && !images;
  const make = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setFailure(null);
    try {
      const path = { dataset_id: dataset.dataset_id, version };
      const body = {
        method,
        train: Number(shares.train) / 100,
        validation: Number(shares.validation) / 100,
        test: Number(shares.test) / 100,
        seed: Number(seed),
        make_default: true,
        ...(needsColumn ? { column } : {}),
      };
      await data(
        kargah.api.http.POST('/api/v1/datasets/{dataset_id}/versions/{version}/splits', { params: { path }, body }),
      );
      onMade();
    } catch (reason) {
      setFailure(reason);
    }
    setBusy(false);
  };
  const methods: readonly Method[] = images ? ['ratio', 'stratified'] : ['ratio', 'stratified', 'group', 'time'];
  return (
    <form className="card" onSubmit={(event) => void make(event)} data-testid="kargah-split-form">
      <div className="cb stack">
        <div className="g3">
          <SelectField label={t('split.method')} value={method} onChange={(one) => setMethod(one as Method)}>
            {methods.map((one) => (
              <option key={one} value={one}>
                {t(`split.${one}`)}
              </option>
            ))}
          </SelectField>
          {needsColumn && (
            <SelectField label={t('split.column')} value={column} onChange={setColumn}>
              <option value="" />
              {profile?.columns.map((one) => (
                <option key={one.name} value={one.name}>
                  {one.name}
                </option>
              ))}
            </SelectField>
          )}
          <Field
            label={t('split.seed')}
            param="seed"
            dir="ltr"
            inputMode="numeric"
            value={seed}
            onChange={(event) => setSeed(event.target.value)}
          />
          {PARTS.map((part) => (
            <Field
              key={part}
              label={t(`split.${part}`)}
              dir="ltr"
              type="number"
              min={0}
              max={100}
              value={shares[part]}
              trailing={<span className="muted">%</span>}
              onChange={(event) => setShares({ ...shares, [part]: event.target.value })}
            />
          ))}
        </div>
        {failure !== null && <ErrorNote reason={failure} />}
        <div className="row">
          <Button kind="primary" type="submit" busy={busy} label={t('split.make')} />
        </div>
      </div>
    </form>
  );
}
