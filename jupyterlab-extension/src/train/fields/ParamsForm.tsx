import { FormComponent } from '@jupyterlab/ui-components';
import type { FormProps } from '@rjsf/core';
import type {
  BaseInputTemplateProps,
  FieldProps,
  FieldTemplateProps,
  ObjectFieldTemplateProps,
  WidgetProps,
} from '@rjsf/utils';
import { type ComponentType, useMemo, useState } from 'react';
import { FieldNote } from '../../components/controls/Field.js';
import { Caret } from '../../components/icons/Icon.js';
import { useI18n } from '../../i18n/context.js';
import { latin } from '../../i18n/fold/latin.js';
import type { Recipe } from '../../api/types.js';
import { formValidator } from '../../recipes/formValidator.js';
import { asCode, type FieldErrors, formSchema } from '../../recipes/paramsSchema.js';
import type { Values } from '../../recipes/flatSchema.js';

// The types of rjsf do not hold under exactOptionalPropertyTypes; what is passed is checked against its own props.
const LabForm = FormComponent as unknown as ComponentType<FormProps>;
// JupyterLab's switches are no props of rjsf's.
const LAB = { showModifiedFromDefault: false } as const;

export interface ParamsFormProps {
  readonly recipe: Recipe;
  readonly values: Values;
  readonly errors: FieldErrors;
  readonly onChange: (values: Values) => void;
  readonly onBlur: (name: string) => void;
}

interface Context {
  readonly primary: readonly string[];
  readonly values: Values;
  readonly errors: FieldErrors;
}

/** The recipe's parameters, drawn from its JSON Schema by JupyterLab's form with our own templates and widgets. */
export function ParamsForm({ recipe, values, errors, onChange, onBlur }: ParamsFormProps): JSX.Element {
  const i18n = useI18n();
  const { schema, uiSchema } = useMemo(() => formSchema(recipe, i18n), [recipe, i18n]);
  const context: Context = { primary: recipe.primary_params, values, errors };
  return (
    <LabForm
      schema={schema}
      uiSchema={uiSchema}
      formData={values}
      formContext={context}
      validator={formValidator}
      noValidate
      tagName="div"
      idPrefix="param"
      templates={{ FieldTemplate, ObjectFieldTemplate, BaseInputTemplate }}
      widgets={{ SelectWidget, CheckboxWidget }}
      fields={{ list: ListField }}
      {...LAB}
      onChange={(event) => onChange((event.formData as Values | undefined) ?? {})}
      onBlur={(id: string) => onBlur(nameOf(id))}
    />
  );
}

const nameOf = (id: string): string => id.replace(/^param_/, '');

function FieldTemplate({ id, schema, children, label, displayLabel, formContext }: FieldTemplateProps): JSX.Element {
  const name = nameOf(id);
  if (id === 'param') {
    return <>{children}</>;
  }
  const error = (formContext as Context).errors[name];
  const titled = displayLabel !== false || schema.type === 'array' || schema.type === 'boolean';
  return (
    <div className="kg-Field" data-param={name}>
      {titled && (
        <label htmlFor={id} className="kg-Field-label">
          {label}{' '}
          <code dir="ltr" className="kg-Text-ellipsis">
            {name}
          </code>
        </label>
      )}
      {children}
      <FieldNote id={`${id}-more`} hint={schema.description === '' ? undefined : schema.description} error={error} />
    </div>
  );
}

/** The main parameters in a row of three; the others under "more settings", summed up in its head. */
function ObjectFieldTemplate({ properties, schema, formContext }: ObjectFieldTemplateProps): JSX.Element {
  const { t, pick } = useI18n();
  const { primary, values, errors } = formContext as Context;
  const main = properties.filter(({ name }) => primary.includes(name));
  const rest = properties.filter(({ name }) => !primary.includes(name));
  const wrong = rest.some(({ name }) => errors[name] !== undefined);
  const [open, setOpen] = useState(wrong);
  // A new error in what is folded away opens it; closing it again is the reader's choice.
  const [wasWrong, setWasWrong] = useState(wrong);
  if (wrong !== wasWrong) {
    setWasWrong(wrong);
    if (wrong) setOpen(true);
  }
  const told = rest.slice(0, 3);
  return (
    <div className="kg-Layout-stack kg-Params">
      <div className="kg-Layout-grid3">{main.map(({ content }) => content)}</div>
      {rest.length > 0 && (
        <div className="kg-Card kg-mod-fold">
          <button type="button" className="kg-Card-head" aria-expanded={open} onClick={() => setOpen(!open)}>
            <Caret open={open} />
            <h2>{t('new.more')}</h2>
            {!open && (
              <span className="kg-Text-muted kg-Text-small kg-Text-ellipsis">
                {told.map(({ name }, at) => (
                  <span key={name}>
                    {at > 0 && pick(', ', '، ')}
                    {(schema.properties?.[name] as { title?: string } | undefined)?.title ?? name}{' '}
                    <bdi className="kg-Text-code" dir="ltr">
                      {asCode(values[name])}
                    </bdi>
                  </span>
                ))}
                {rest.length > told.length &&
                  `${told.length > 0 ? pick(', ', '، ') : ''}${t('new.others', { n: rest.length - told.length })}`}
              </span>
            )}
          </button>
          {open && <div className="kg-Card-body kg-Layout-grid3">{rest.map(({ content }) => content)}</div>}
        </div>
      )}
    </div>
  );
}

function useFieldAttributes(
  id: string,
  context: unknown,
): { id: string; 'aria-invalid'?: true; 'aria-describedby': string } {
  const wrong = (context as Context).errors[nameOf(id)] !== undefined;
  return { id, 'aria-describedby': `${id}-more`, ...(wrong ? { 'aria-invalid': true } : {}) };
}

function BaseInputTemplate({ id, value, schema, onChange, onBlur, formContext }: BaseInputTemplateProps): JSX.Element {
  const attributes = useFieldAttributes(id, formContext);
  const numeric = schema.type === 'integer' || schema.type === 'number';
  return (
    <div
      className={`kg-Input ${numeric ? 'kg-mod-number' : ''} ${attributes['aria-invalid'] === true ? 'kg-mod-error' : ''}`}
    >
      <input
        {...attributes}
        className="kg-Input-value"
        // A number field of the browser refuses `1e-4` in some languages and changes on scrolling.
        type="text"
        inputMode={numeric ? 'decimal' : 'text'}
        dir={numeric ? 'ltr' : 'auto'}
        value={(value as string | number | undefined) ?? ''}
        onChange={(event) => onChange(event.target.value === '' ? undefined : latin(event.target.value))}
        onBlur={(event) => onBlur(id, event.target.value)}
      />
    </div>
  );
}

function SelectWidget({ id, value, options, onChange, onBlur, formContext }: WidgetProps): JSX.Element {
  const attributes = useFieldAttributes(id, formContext);
  const choices = options.enumOptions ?? [];
  // The form that JupyterLab carries leaves the names beside the choices; a newer one puts them in as labels.
  const names = (options['enumNames'] ?? []) as readonly string[];
  return (
    <div className="kg-Input kg-mod-select">
      <select
        {...attributes}
        value={choices.findIndex((choice) => choice.value === value)}
        onChange={(event) => onChange(choices[Number(event.target.value)]?.value)}
        onBlur={() => onBlur(id, value)}
      >
        {choices.map((choice, index) => (
          <option key={index} value={index}>
            {names[index] ?? choice.label}
          </option>
        ))}
      </select>
      <Caret open />
    </div>
  );
}

function CheckboxWidget({ id, value, label, onChange }: WidgetProps): JSX.Element {
  return (
    <button
      type="button"
      id={id}
      role="switch"
      aria-checked={value === true}
      aria-label={label}
      className={`kg-Switch ${value === true ? 'kg-mod-on' : ''}`}
      onClick={() => onChange(value !== true)}
    />
  );
}

/** A short list of numbers in one box: `128, 64`. */
function ListField({ idSchema, formData, onChange, onBlur, formContext }: FieldProps): JSX.Element {
  const attributes = useFieldAttributes(idSchema.$id, formContext);
  const given = Array.isArray(formData) ? formData.join(', ') : asCode(formData);
  const [text, setText] = useState(given);
  const [seen, setSeen] = useState(given);
  // What is being typed stays as typed; a value from elsewhere replaces it.
  if (given !== seen) {
    setSeen(given);
    if (JSON.stringify(numbers(text)) !== JSON.stringify(formData)) setText(given);
  }
  return (
    <div className={`kg-Input kg-mod-number ${attributes['aria-invalid'] === true ? 'kg-mod-error' : ''}`}>
      <input
        {...attributes}
        className="kg-Input-value"
        type="text"
        dir="ltr"
        value={text}
        onChange={(event) => {
          setText(latin(event.target.value));
          onChange(numbers(latin(event.target.value)));
        }}
        onBlur={() => onBlur(idSchema.$id, formData)}
      />
    </div>
  );
}

/** What is no number stays text, so that the check can say so. */
function numbers(text: string): (number | string)[] {
  return text
    .split(/[,،;\s]+/)
    .filter((part) => part !== '')
    .map((part) => (Number.isFinite(Number(part)) ? Number(part) : part));
}
