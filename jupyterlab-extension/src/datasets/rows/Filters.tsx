import { type FormEvent, useId, useState } from 'react';
import type { Column } from '../../api/types.js';
import { Button, IconButton } from '../../components/controls/Button.js';
import { Caret } from '../../components/icons/Icon.js';
import { useI18n } from '../../i18n/context.js';
import { type Condition, type Operator, operatorsOf, takesValue, valueFor } from './conditions.js';

/** Conditions that all hold, and the line that adds one. */
export function Filters({
  columns,
  conditions,
  onChange,
}: {
  readonly columns: readonly Column[];
  readonly conditions: readonly Condition[];
  readonly onChange: (conditions: readonly Condition[]) => void;
}): JSX.Element {
  const { t, format } = useI18n();
  const [name, setName] = useState(columns[0]?.name ?? '');
  const [chosen, setOp] = useState<Operator>('=');
  const [text, setText] = useState('');
  const suggestions = useId();
  const column = columns.find((one) => one.name === name) ?? columns[0];
  if (column === undefined) return <></>;
  const operators = operatorsOf(column.type);
  const op = operators.includes(chosen) ? chosen : '=';
  const value = takesValue(op) ? valueFor(column.type, text) : null;
  const shownValue = (one: string | number | boolean): string =>
    typeof one === 'boolean' ? t(one ? 'rows.true' : 'rows.false') : String(one);
  const add = (event: FormEvent): void => {
    event.preventDefault();
    if (value === undefined) return;
    onChange([...conditions, { column: column.name, op, ...(value === null ? {} : { value }) }]);
    setText('');
  };
  return (
    <form className="kg-Layout-row kg-Layout-wrap kg-Filters" onSubmit={add}>
      {conditions.map((one, index) => (
        <span className="kg-Chip" key={`${one.column} ${one.op} ${String(one.value)}`}>
          <bdi>{one.column}</bdi> {t(`rows.op.${one.op}`)}
          {one.value !== undefined && <bdi className="kg-Text-code">{shownValue(one.value)}</bdi>}
          <IconButton
            icon="close"
            label={t('rows.removeFilter')}
            onClick={() => onChange(conditions.filter((_, at) => at !== index))}
          />
        </span>
      ))}
      <Choice
        label={t('rows.column')}
        value={column.name}
        options={columns.map((one) => [one.name, one.name])}
        onChange={setName}
      />
      <Choice
        label={t('rows.operator')}
        value={op}
        options={operators.map((one) => [one, t(`rows.op.${one}`)])}
        onChange={(one) => setOp(one as Operator)}
      />
      {takesValue(op) &&
        (column.type === 'boolean' ? (
          <Choice
            label={t('rows.value')}
            value={text === 'true' ? 'true' : 'false'}
            options={[
              ['true', t('rows.true')],
              ['false', t('rows.false')],
            ]}
            onChange={setText}
          />
        ) : (
          <div className="kg-Input kg-Filters-value">
            <input
              dir={text === '' ? undefined : 'auto'}
              aria-label={t('rows.value')}
              placeholder={column.calendar === 'jalali' ? format.digits('1405/09/01') : t('rows.value')}
              list={suggestions}
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
            <datalist id={suggestions}>
              {(column.type === 'category' || column.type === 'text' ? column.top : []).map((one) => (
                <option key={one.value} value={one.value} />
              ))}
            </datalist>
          </div>
        ))}
      <Button size="small" type="submit" icon="add" label={t('rows.addFilter')} disabled={value === undefined} />
    </form>
  );
}

function Choice({
  label,
  value,
  options,
  onChange,
}: {
  readonly label: string;
  readonly value: string;
  readonly options: readonly (readonly [string, string])[];
  readonly onChange: (value: string) => void;
}): JSX.Element {
  return (
    <div className="kg-Input kg-mod-select kg-Filters-choice">
      <select aria-label={label} value={value} onChange={(event) => onChange(event.target.value)}>
        {options.map(([key, text]) => (
          <option key={key} value={key}>
            {text}
          </option>
        ))}
      </select>
      <Caret open />
    </div>
  );
}
