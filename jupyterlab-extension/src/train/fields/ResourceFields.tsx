import { useEffect, useState } from 'react';
import { data } from '../../api/client.js';
import type { Priority, Python } from '../../api/types.js';
import { Fold } from '../../components/Card.js';
import { Field } from '../../components/controls/Field.js';
import { SelectField } from '../../components/controls/SelectField.js';
import { useKargah } from '../../context.js';
import { useI18n } from '../../i18n/context.js';
import { useStore } from '../../lib/useStore.js';
import type { FieldErrors } from '../../recipes/paramsSchema.js';
import { NUMBERS, type ResourceForm } from './resourceForm.js';

const PRIORITIES: readonly Priority[] = ['low', 'normal', 'high'];

export interface ResourceFieldsProps {
  readonly form: ResourceForm;
  readonly errors: FieldErrors;
  /** Whether a priority can be chosen. A sweep has none: its jobs wait like its owner's others. */
  readonly withPriority: boolean;
  readonly onChange: (form: ResourceForm, field: string) => void;
}

/** What the job asks for; all of it may be left to the bridge. */
export function ResourceFields({ form, errors, withPriority, onChange }: ResourceFieldsProps): JSX.Element {
  const i18n = useI18n();
  const { t } = i18n;
  const told = [
    ...NUMBERS.flatMap((name) => (form[name].trim() === '' ? [] : [`${t(`res.${name}`)} ${form[name]}`])),
    ...(form.python === '' ? [] : [form.python]),
    ...(form.priority === 'normal' || !withPriority ? [] : [`${t('res.priority')}: ${t(`priority.${form.priority}`)}`]),
  ];
  return (
    <Fold
      title={t('res.title')}
      summary={told.length === 0 ? t('res.defaults') : told.join(i18n.pick(', ', '، '))}
      urgent={Object.keys(errors).some((name) => name.startsWith('resources.'))}
      testId="resources"
    >
      {() => <Fields form={form} errors={errors} withPriority={withPriority} onChange={onChange} />}
    </Fold>
  );
}

function Fields({ form, errors, withPriority, onChange }: ResourceFieldsProps): JSX.Element {
  const kargah = useKargah();
  const { t, format } = useI18n();
  const system = useStore(kargah.store.system);
  const pythons = usePythons();
  const change = (part: Partial<ResourceForm>): void =>
    onChange({ ...form, ...part }, `resources.${Object.keys(part).join()}`);
  const has = (x: string): string => t('res.machine', { x });
  const hints = {
    cpus: system === null ? undefined : has(format.number(system.cpus)),
    memory: system === null ? undefined : has(format.size(system.memory_bytes)),
    gpus: system === null ? undefined : has(format.number(system.gpus)),
    minutes: t('res.minutes.hint'),
  };
  const asked = NUMBERS.filter((name) => name !== 'gpus' || (system?.gpus ?? 0) > 0 || form.gpus !== '');
  return (
    <div className="kg-Layout-grid3">
      {asked.map((name) => (
        <Field
          key={name}
          label={t(`res.${name}`)}
          hint={hints[name]}
          error={errors[`resources.${name}`]}
          dir="ltr"
          inputMode="decimal"
          placeholder={name === 'minutes' ? '' : t('res.auto')}
          value={form[name]}
          onChange={(event) => change({ [name]: event.target.value })}
        />
      ))}
      <SelectField
        label={t('res.python')}
        value={form.python}
        error={errors['resources.python']}
        note={pythons.length > 1 ? t('res.python.hint') : undefined}
        testId="python"
        onChange={(python) => change({ python })}
      >
        <option value="">{pythons.find((one) => one.is_default)?.title ?? t('res.defaults')}</option>
        {pythons
          .filter((one) => !one.is_default)
          .map((one) => (
            <option key={one.python} value={one.python} title={one.executable}>
              {one.title}
            </option>
          ))}
        {form.python !== '' && !pythons.some((one) => one.python === form.python) && (
          <option value={form.python}>{form.python}</option>
        )}
      </SelectField>
      {withPriority && (
        <SelectField
          label={t('res.priority')}
          value={form.priority}
          note={t('res.priority.hint')}
          testId="priority"
          onChange={(priority) => change({ priority: priority as Priority })}
        >
          {PRIORITIES.map((one) => (
            <option key={one} value={one}>
              {t(`priority.${one}`)}
            </option>
          ))}
        </SelectField>
      )}
    </div>
  );
}

/** Read when the fields are first looked at; without an answer there is the default alone. */
function usePythons(): readonly Python[] {
  const { api } = useKargah();
  const [pythons, setPythons] = useState<readonly Python[]>([]);
  useEffect(() => {
    let gone = false;
    data(api.http.GET('/api/v1/pythons')).then(
      (page) => {
        if (!gone) setPythons(page.items);
      },
      () => undefined,
    );
    return () => {
      gone = true;
    };
  }, [api]);
  return pythons;
}
