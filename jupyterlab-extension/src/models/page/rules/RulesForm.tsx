import { type FormEvent, useState } from 'react';
import type { AliasRules, ModelRules } from '../../../api/types.js';
import { Button, IconButton, LinkButton } from '../../../components/controls/Button.js';
import { Field } from '../../../components/controls/Field.js';
import { SelectField } from '../../../components/controls/SelectField.js';
import { useI18n } from '../../../i18n/context.js';
import { numberOf } from '../../../i18n/fold/latin.js';
import { Refused } from './Refused.js';
import { type EditorProps, useSaving } from './useSaving.js';

/** A limit as it is typed: numbers are texts until it is saved. */
interface LimitDraft {
  readonly metric: string;
  readonly least: string;
  readonly most: string;
  readonly interval: boolean;
}
interface NameDraft extends Pick<AliasRules, 'report' | 'test_rows' | 'card' | 'approval'> {
  readonly alias: string;
  readonly limits: readonly LimitDraft[];
  readonly notWorse: { readonly metric: string; readonly margin: string; readonly interval: boolean };
}

const NO_LIMIT: LimitDraft = { metric: '', least: '', most: '', interval: true };
const NOTHING = { report: false, test_rows: false, card: false, approval: 'none', not_worse: null } as const;
const APPROVALS = ['none', 'if_there_is_another', 'another'] as const;

const text = (value: number | undefined): string => (value === undefined ? '' : String(value));
const draftOf = ([alias, rules]: readonly [string, AliasRules]): NameDraft => ({
  alias,
  report: rules.report,
  test_rows: rules.test_rows,
  card: rules.card,
  approval: rules.approval,
  limits: rules.metrics.map(({ metric, at_least: least, at_most: most, interval }) => ({
    metric,
    least: text(least),
    most: text(most),
    interval,
  })),
  notWorse: {
    metric: rules.not_worse?.metric ?? '',
    margin: text(rules.not_worse?.margin),
    interval: rules.not_worse?.interval ?? true,
  },
});
/** Undefined where the field is empty; what is no number the bridge refuses. */
const given = (typed: string): number | undefined =>
  typed.trim() === '' ? undefined : (numberOf(typed) ?? Number.NaN);
function rulesOf({ limits, notWorse, alias: _, ...rest }: NameDraft): AliasRules {
  return {
    ...rest,
    metrics: limits
      .filter(({ metric, least, most }) => `${metric}${least}${most}`.trim() !== '')
      .map(({ metric, least, most, interval }) => {
        const [from, to] = [given(least), given(most)];
        return {
          metric: metric.trim(),
          ...(from !== undefined && { at_least: from }),
          ...(to !== undefined && { at_most: to }),
          interval,
        };
      }),
    not_worse:
      `${notWorse.metric}${notWorse.margin}`.trim() === ''
        ? null
        : { metric: notWorse.metric.trim(), margin: given(notWorse.margin) ?? 0, interval: notWorse.interval },
  };
}

/** The protected names, and the gates of each. */
export function RulesForm({ rules, ...editor }: EditorProps & { readonly rules: ModelRules }): JSX.Element {
  const { t } = useI18n();
  const [drafts, setDrafts] = useState(() => Object.entries(rules.aliases).map(draftOf));
  const [added, setAdded] = useState('');
  const { busy, failure, save } = useSaving(editor, rules.revision);
  const send = (event: FormEvent): void => {
    event.preventDefault();
    void save({ aliases: Object.fromEntries(drafts.map((draft) => [draft.alias, rulesOf(draft)])) });
  };
  const name = added.trim();
  const add = (): void => {
    setDrafts([...drafts, draftOf([name, { ...NOTHING, metrics: [] }])]);
    setAdded('');
  };
  const change = (alias: string, next: Partial<NameDraft>): void =>
    setDrafts(drafts.map((draft) => (draft.alias === alias ? { ...draft, ...next } : draft)));
  return (
    <form className="kg-Layout-stack" data-testid="rules-form" onSubmit={send}>
      {drafts.map((draft) => (
        <NameRules
          key={draft.alias}
          draft={draft}
          onChange={(next) => change(draft.alias, next)}
          onRemove={() => setDrafts(drafts.filter(({ alias }) => alias !== draft.alias))}
        />
      ))}
      <div className="kg-Layout-row kg-Layout-rowEnd">
        <div className="kg-Layout-grow">
          <Field
            label={t('rules.newName')}
            dir="ltr"
            autoComplete="off"
            maxLength={255}
            value={added}
            onChange={(event) => setAdded(event.target.value)}
          />
        </div>
        <Button
          icon="add"
          label={t('rules.protect')}
          disabled={name === '' || drafts.some(({ alias }) => alias === name)}
          onClick={add}
        />
      </div>
      <Refused failure={failure} rules={rules} />
      <div className="kg-Layout-row kg-Layout-wrap">
        <Button type="submit" kind="primary" icon="check" busy={busy} label={t('action.save')} />
        <Button label={t('action.dismiss')} onClick={editor.onClose} />
      </div>
    </form>
  );
}

interface NameRulesProps {
  readonly draft: NameDraft;
  readonly onChange: (next: Partial<NameDraft>) => void;
  readonly onRemove: () => void;
}

function NameRules({ draft, onChange, onRemove }: NameRulesProps): JSX.Element {
  const { t } = useI18n();
  const { alias, limits, notWorse } = draft;
  const limit = (at: number, next: Partial<LimitDraft>): void =>
    onChange({ limits: limits.map((one, index) => (index === at ? { ...one, ...next } : one)) });
  return (
    <fieldset className="kg-ModelRules kg-Layout-stack">
      <legend dir="ltr">{alias}</legend>
      <div className="kg-Layout-row kg-Layout-wrap">
        <Check label={t('reg.gate.report')} on={draft.report} onChange={(report) => onChange({ report })} />
        <Check
          label={t('reg.gate.test_rows')}
          on={draft.test_rows}
          onChange={(test) => onChange({ test_rows: test })}
        />
        <Check label={t('reg.gate.card')} on={draft.card} onChange={(card) => onChange({ card })} />
      </div>
      {limits.map((one, at) => (
        // They have no name of their own, and only the last one is added or any taken away.
        <div className="kg-Layout-row kg-Layout-wrap kg-Layout-rowEnd" key={at}>
          <Short label={t('rules.metric')} value={one.metric} onChange={(metric) => limit(at, { metric })} />
          <Short label={t('rules.least')} value={one.least} onChange={(least) => limit(at, { least })} />
          <Short label={t('rules.most')} value={one.most} onChange={(most) => limit(at, { most })} />
          <Check label={t('rules.interval')} on={one.interval} onChange={(interval) => limit(at, { interval })} />
          <IconButton
            icon="del"
            label={t('rules.removeLimit', { x: one.metric })}
            onClick={() => onChange({ limits: limits.filter((_, index) => index !== at) })}
          />
        </div>
      ))}
      <div>
        <LinkButton onClick={() => onChange({ limits: [...limits, NO_LIMIT] })}>{t('rules.addLimit')}</LinkButton>
      </div>
      <div className="kg-Layout-row kg-Layout-wrap kg-Layout-rowEnd">
        <Short
          label={t('rules.notWorseBy')}
          value={notWorse.metric}
          onChange={(metric) => onChange({ notWorse: { ...notWorse, metric } })}
        />
        <Short
          label={t('rules.margin')}
          value={notWorse.margin}
          onChange={(margin) => onChange({ notWorse: { ...notWorse, margin } })}
        />
        <Check
          label={t('rules.interval')}
          on={notWorse.interval}
          onChange={(interval) => onChange({ notWorse: { ...notWorse, interval } })}
        />
      </div>
      <SelectField
        label={t('reg.gate.approval')}
        value={draft.approval}
        onChange={(approval) => onChange({ approval: approval as NameDraft['approval'] })}
      >
        {APPROVALS.map((one) => (
          <option key={one} value={one}>
            {t(`rules.approval.${one}`)}
          </option>
        ))}
      </SelectField>
      <div>
        <Button size="small" icon="del" label={t('rules.remove', { x: alias })} onClick={onRemove} />
      </div>
    </fieldset>
  );
}

interface Typed<T> {
  readonly label: string;
  readonly onChange: (next: T) => void;
}

function Short({ label, value, onChange }: Typed<string> & { readonly value: string }): JSX.Element {
  return (
    <div className="kg-Layout-grow">
      <Field
        label={label}
        dir="ltr"
        autoComplete="off"
        maxLength={100}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </div>
  );
}

function Check({ label, on, onChange }: Typed<boolean> & { readonly on: boolean }): JSX.Element {
  return (
    <label className="kg-Layout-row">
      <input type="checkbox" checked={on} onChange={(event) => onChange(event.target.checked)} />
      <span>{label}</span>
    </label>
  );
}
