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
import { numberOf } from '../../i18n/fold/latin.js';
import { useWritable } from '../useWritable.js';
import { ReadOnly } from './reading/ReadOnly.js';

const PARTS = ['train', 'validation', 'test'] as const;
type Method = Split['method'];
/** Of a split that has its shares from the file. */
const WHOLE = { train: 1, validation: 0, test: 0 };
type Shares = Record<(typeof PARTS)[number], string>;

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
  const writable = useWritable(dataset);
  return (
    <>
      <p className="kg-Text-muted">{t('split.lead')}</p>
      {splits.length === 0 && <p className="kg-Text-muted">{t('split.none')}</p>}
      <div className="kg-Layout-grid3" data-testid="kargah-splits">
        {splits.map((split) => (
          <SplitCard key={split.split_id} split={split} />
        ))}
      </div>
      <ReadOnly dataset={dataset} />
      {writable && <SplitForm dataset={dataset} version={version} profile={profile} onMade={onMade} />}
    </>
  );
}

function SplitCard({ split }: { readonly split: Split }): JSX.Element {
  const i18n = useI18n();
  const { t, format } = i18n;
  const all = Math.max(1, split.rows.train + split.rows.validation + split.rows.test);
  return (
    <div className="kg-Card kg-Column">
      <div className="kg-Layout-row kg-Column-title">
        <span className="kg-Layout-grow kg-Text-bold">{t(`split.${split.method}`)}</span>
        {split.is_default && <span className="kg-Chip kg-Tone-ok">{t('split.default')}</span>}
      </div>
      <p className="kg-Text-small kg-Text-muted">
        {split.column !== undefined && <bdi>{split.column}</bdi>}
        {split.method !== 'given' && (
          <>
            {split.column !== undefined && t('facts.and')}
            {t('split.seed')} <Code>{split.seed}</Code>
          </>
        )}
      </p>
      {PARTS.map((part) => (
        <div className="kg-Layout-row kg-Text-small kg-ValueBar" key={part}>
          <span className="kg-ValueBar-name">{t(`split.${part}`)}</span>
          <span
            className="kg-Bar kg-Layout-grow"
            style={{ ['--p' as string]: `${((split.rows[part] / all) * 100).toFixed(1)}%` }}
          >
            <i />
          </span>
          <span className="kg-Text-muted kg-ValueBar-rows" title={format.number(split.rows[part])}>
            <Percent share={split.rows[part] / all} />
          </span>
        </div>
      ))}
      {split.warnings.map((warning) => (
        <Note key={warning.code} tone="warn" icon="warn" title={i18n.warning(warning)} />
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
  const { t, pick } = useI18n();
  const images = dataset.kind === 'images';
  const [method, setMethod] = useState<Method>('ratio');
  const [column, setColumn] = useState(dataset.suggested_target ?? '');
  const [shares, setShares] = useState<Shares>({ train: '80', validation: '10', test: '10' });
  const [seed, setSeed] = useState('0');
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const given = method === 'given';
  const needsColumn = method !== 'ratio' && !given && !images;
  const parts = given ? WHOLE : sharesOf(shares);
  const seedNumber = numberOf(seed);
  const make = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (parts === null || seedNumber === undefined) return;
    setBusy(true);
    setFailure(null);
    try {
      const path = { dataset_id: dataset.dataset_id, version };
      const body = {
        method,
        ...parts,
        seed: seedNumber,
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
  const methods: readonly Method[] = [
    ...(images ? (['ratio', 'stratified'] as const) : (['ratio', 'stratified', 'group', 'time'] as const)),
    ...(profile?.parts === undefined ? [] : (['given'] as const)),
  ];
  return (
    <form className="kg-Card" onSubmit={(event) => void make(event)} data-testid="kargah-split-form">
      <div className="kg-Card-body kg-Layout-stack">
        <div className="kg-Layout-grid3">
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
          {!given && (
            <Field
              label={t('split.seed')}
              param="seed"
              dir="ltr"
              inputMode="numeric"
              value={seed}
              onChange={(event) => setSeed(event.target.value)}
            />
          )}
          {!given &&
            PARTS.map((part) => (
              <Field
                key={part}
                label={t(`split.${part}`)}
                dir="ltr"
                inputMode="decimal"
                value={shares[part]}
                trailing={<span className="kg-Text-muted">{pick('%', '٪')}</span>}
                onChange={(event) => setShares({ ...shares, [part]: event.target.value })}
              />
            ))}
        </div>
        {parts === null && <p className="kg-Text-hint">{t('split.sum')}</p>}
        {failure !== null && <ErrorNote reason={failure} />}
        <div className="kg-Layout-row">
          <Button
            kind="primary"
            type="submit"
            busy={busy}
            disabled={parts === null || seedNumber === undefined}
            label={t('split.make')}
          />
        </div>
      </div>
    </form>
  );
}

/** Percents as shares of one; null where they are none, or not all of it. */
function sharesOf(shares: Shares): Record<keyof Shares, number> | null {
  const [train, validation, test] = PARTS.map((part) => numberOf(shares[part]));
  if (train === undefined || validation === undefined || test === undefined) return null;
  const fits = train > 0 && validation >= 0 && test >= 0 && Math.abs(train + validation + test - 100) < 1e-4;
  return fits ? { train: train / 100, validation: validation / 100, test: test / 100 } : null;
}
