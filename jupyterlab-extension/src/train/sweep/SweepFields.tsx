import { Fragment, useId } from 'react';
import { Field, FieldNote } from '../../components/controls/Field.js';
import { Caret } from '../../components/icons/Icon.js';
import { SelectField } from '../../components/controls/SelectField.js';
import { useI18n } from '../../i18n/context.js';
import { type FieldErrors, propertiesOf } from '../../recipes/paramsSchema.js';
import type { Property, Values } from '../../recipes/flatSchema.js';
import type { Recipe, Sweep } from '../../api/types.js';
import { sizeOf, spaceOf, startVary, type SweepForm, variable, type Vary, wordsOf } from './space.js';

const METHODS: readonly Sweep['method'][] = ['tpe', 'random', 'grid'];
const PRUNERS: readonly Sweep['pruner'][] = ['median', 'successive_halving', 'none'];

export interface SweepFieldsProps {
  readonly recipe: Recipe;
  readonly form: SweepForm;
  readonly values: Values;
  readonly errors: FieldErrors;
  readonly onChange: (form: SweepForm, field: string) => void;
}

/** What is to vary, and how it is searched. */
export function SweepFields({ recipe, form, values, errors, onChange }: SweepFieldsProps): JSX.Element {
  const i18n = useI18n();
  const { t } = i18n;
  const properties = propertiesOf(recipe);
  const others = variable(recipe).filter((name) => form.vary[name] === undefined);
  const titleOf = (name: string): string => {
    const { title = name, 'x-title-fa': fa = title } = properties[name] ?? {};
    return i18n.pick(title, fa);
  };
  const put = (name: string, vary: Vary): void =>
    onChange({ ...form, vary: { ...form.vary, [name]: vary } }, `space.${name}`);
  const grid = form.method === 'grid';
  return (
    <section className="kg-Card kg-SweepFields" data-testid="sweep-fields" aria-label={t('sweep.title')}>
      <div className="kg-Card-body kg-Layout-stack">
        <p className="kg-Text-hint">{t('sweep.lead')}</p>
        {Object.entries(form.vary).map(([name, vary]) => (
          <VaryRow
            key={name}
            name={name}
            title={titleOf(name)}
            property={properties[name] ?? {}}
            vary={vary}
            error={errors[`space.${name}`]}
            onChange={(next) => put(name, next)}
          />
        ))}
        {others.length > 0 && (
          <div className="kg-Input kg-mod-select kg-SweepFields-another">
            <select
              aria-label={t('sweep.another')}
              value=""
              className="kg-Text-muted"
              onChange={(event) => {
                const name = event.target.value;
                put(name, startVary(name, properties[name] ?? {}, values[name], true));
              }}
            >
              <option value="">{t('sweep.another')}</option>
              {others.map((name) => (
                <option key={name} value={name}>
                  {titleOf(name)}
                </option>
              ))}
            </select>
            <Caret open />
          </div>
        )}
        {errors['space'] !== undefined && <FieldNote id="space-error" error={errors['space']} />}
        <div className="kg-Layout-grid4">
          <SelectField
            label={t('sweep.method')}
            value={form.method}
            note={grid ? t('sweep.size', { n: sizeOf(spaceOf(form, recipe, i18n).space) }) : undefined}
            testId="sweep-method"
            onChange={(method) => onChange({ ...form, method: method as Sweep['method'] }, 'space')}
          >
            {METHODS.map((method) => (
              <option key={method} value={method}>
                {t(`sweep.method.${method}`)}
              </option>
            ))}
          </SelectField>
          <SelectField
            label={t('sweep.pruner')}
            value={form.pruner}
            testId="sweep-pruner"
            onChange={(pruner) => onChange({ ...form, pruner: pruner as Sweep['pruner'] }, '')}
          >
            {PRUNERS.map((pruner) => (
              <option key={pruner} value={pruner}>
                {t(`sweep.pruner.${pruner}`)}
              </option>
            ))}
          </SelectField>
          {!grid && (
            <Field
              label={t('sweep.trials')}
              dir="ltr"
              inputMode="numeric"
              error={errors['trials']}
              value={form.trials}
              onChange={(event) => onChange({ ...form, trials: event.target.value }, 'trials')}
            />
          )}
          <Field
            label={t('sweep.parallel')}
            dir="ltr"
            inputMode="numeric"
            error={errors['parallel']}
            value={form.parallel}
            onChange={(event) => onChange({ ...form, parallel: event.target.value }, 'parallel')}
          />
        </div>
      </div>
    </section>
  );
}

interface VaryRowProps {
  readonly name: string;
  readonly title: string;
  readonly property: Property;
  readonly vary: Vary;
  readonly error: string | undefined;
  readonly onChange: (vary: Vary) => void;
}

function VaryRow({ name, title, property, vary, error, onChange }: VaryRowProps): JSX.Element {
  const { t } = useI18n();
  const id = useId();
  const invalid = error === undefined ? {} : ({ 'aria-invalid': true, 'aria-describedby': id } as const);
  const box = (key: 'low' | 'high' | 'values', label: string): JSX.Element => (
    <div className={`kg-Input kg-mod-number ${error === undefined ? '' : 'kg-mod-error'}`}>
      <input
        {...invalid}
        className="kg-Input-value"
        dir="ltr"
        inputMode="decimal"
        aria-label={`${title}, ${label}`}
        value={vary[key]}
        onChange={(event) => onChange({ ...vary, [key]: event.target.value })}
      />
    </div>
  );
  return (
    <div className="kg-Vary" data-param={name} data-on={vary.on}>
      <button
        type="button"
        role="switch"
        aria-checked={vary.on}
        aria-label={t('sweep.vary', { x: title })}
        className={`kg-Switch ${vary.on ? 'kg-mod-on' : ''}`}
        onClick={() => onChange({ ...vary, on: !vary.on })}
      />
      <span className="kg-Field-label kg-Vary-name">
        {title} <code dir="ltr">{name}</code>
      </span>
      {vary.on && (
        <div className="kg-Vary-what">
          {property.enum !== undefined ? (
            <Choices property={property} vary={vary} onChange={onChange} />
          ) : (
            <>
              <div className="kg-Segments" role="radiogroup" aria-label={t('sweep.form')}>
                {(['range', 'list'] as const).map((form) => (
                  <button
                    key={form}
                    type="button"
                    role="radio"
                    aria-checked={vary.form === form}
                    className={vary.form === form ? 'kg-mod-on' : ''}
                    onClick={() => onChange({ ...vary, form })}
                  >
                    {t(`sweep.${form}`)}
                  </button>
                ))}
              </div>
              {vary.form === 'list' ? (
                box('values', t('sweep.values'))
              ) : (
                <>
                  {box('low', t('sweep.from'))}
                  <span className="kg-Text-muted">{t('sweep.to')}</span>
                  {box('high', t('sweep.to'))}
                  <label className="kg-Layout-row kg-Text-small">
                    <input
                      type="checkbox"
                      checked={vary.log}
                      onChange={(event) => onChange({ ...vary, log: event.target.checked })}
                    />
                    {t('sweep.log')}
                  </label>
                </>
              )}
            </>
          )}
        </div>
      )}
      {error !== undefined && (
        <div className="kg-Vary-error">
          <FieldNote id={id} error={error} />
        </div>
      )}
    </div>
  );
}

/** One box to tick for each choice. */
function Choices({ property, vary, onChange }: Pick<VaryRowProps, 'property' | 'vary' | 'onChange'>): JSX.Element {
  const i18n = useI18n();
  const chosen = wordsOf(vary.values);
  const names = property[i18n.pick<'x-enum-titles' | 'x-enum-titles-fa'>('x-enum-titles', 'x-enum-titles-fa')];
  const all = (property.enum ?? []).map(String);
  return (
    <>
      {all.map((choice, index) => (
        <Fragment key={choice}>
          <label className="kg-Layout-row kg-Text-small">
            <input
              type="checkbox"
              checked={chosen.includes(choice)}
              onChange={(event) =>
                onChange({
                  ...vary,
                  values: all
                    .filter((one) => (one === choice ? event.target.checked : chosen.includes(one)))
                    .join(', '),
                })
              }
            />
            {names?.[index] ?? choice}
          </label>
        </Fragment>
      ))}
    </>
  );
}
