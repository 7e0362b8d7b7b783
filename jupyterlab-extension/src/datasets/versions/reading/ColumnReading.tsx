import type { Column, Reading, ReadingPreview } from '../../../api/types.js';
import { useI18n } from '../../../i18n/context.js';

export const TYPES = ['integer', 'number', 'boolean', 'text', 'category', 'date', 'datetime'] as const;
const DECIMALS = ['.', ',', '/'] as const;
const ORDERS = ['ymd', 'dmy', 'mdy'] as const;
const CALENDARS = ['gregorian', 'jalali'] as const;

export type Typed = NonNullable<Reading['types']>[string];

/** What a column is read as, and how its numbers or dates are written. */
export function ColumnReading({
  column,
  chosen,
  onChange,
}: {
  readonly column: ReadingPreview['columns'][number];
  readonly chosen: Typed | undefined;
  readonly onChange: (typed: Typed) => void;
}): JSX.Element {
  const { t } = useI18n();
  const type = chosen?.type ?? column.type;
  const change = (one: Pick<Typed, 'decimal' | 'order' | 'calendar'>): void =>
    onChange({ ...one, type, invalid: chosen?.invalid ?? 'missing' });
  const order = ORDERS.find((one) => one === chosen?.order);
  const calendar = CALENDARS.find((one) => one === chosen?.calendar);
  const isNumber = type === 'integer' || type === 'number';
  const isDate = type === 'date' || type === 'datetime';
  return (
    <>
      <Choice
        label={t('reread.typeOf', { x: column.name })}
        value={type}
        choices={TYPES.map((one) => [one, t(`reread.type.${one}`)])}
        onChange={(one) => onChange({ type: one as Column['type'], invalid: 'missing' })}
      />
      {isNumber && (
        <Choice
          label={t('reread.decimalOf', { x: column.name })}
          value={chosen?.decimal ?? ''}
          choices={[
            ['', t('reread.decimalFound')],
            ...DECIMALS.map((one): [string, string] => [one, t('reread.decimal', { x: one })]),
          ]}
          onChange={(one) => change(some('decimal', DECIMALS, one))}
        />
      )}
      {isDate && (
        <>
          <Choice
            label={t('reread.orderOf', { x: column.name })}
            value={chosen?.order ?? ''}
            choices={[
              ['', t('reread.orderFound')],
              ...ORDERS.map((one): [string, string] => [one, t(`reread.order.${one}`)]),
            ]}
            onChange={(one) => change({ ...some('order', ORDERS, one), ...(calendar && { calendar }) })}
          />
          <Choice
            label={t('reread.calendarOf', { x: column.name })}
            value={chosen?.calendar ?? ''}
            choices={[
              ['', t('reread.calendarFound')],
              ...CALENDARS.map((one): [string, string] => [one, t(`reread.calendar.${one}`)]),
            ]}
            onChange={(one) => change({ ...some('calendar', CALENDARS, one), ...(order && { order }) })}
          />
        </>
      )}
    </>
  );
}

/** What was chosen of `values` by its name; nothing where it is left to be found out. */
function some<K extends string, V extends string>(key: K, values: readonly V[], chosen: string): { [key in K]?: V } {
  const found = values.find((value) => value === chosen);
  return found === undefined ? {} : ({ [key]: found } as { [key in K]?: V });
}

function Choice({
  label,
  value,
  choices,
  onChange,
}: {
  readonly label: string;
  readonly value: string;
  readonly choices: (readonly [string, string])[];
  readonly onChange: (value: string) => void;
}): JSX.Element {
  return (
    <div className="kg-Input kg-mod-select kg-Filters-choice">
      <select aria-label={label} value={value} onChange={(event) => onChange(event.target.value)}>
        {choices.map(([one, words]) => (
          <option key={one} value={one}>
            {words}
          </option>
        ))}
      </select>
    </div>
  );
}
