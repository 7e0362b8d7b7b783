import { IconButton } from '../../components/controls/Button.js';
import { Field } from '../../components/controls/Field.js';
import { useKargah } from '../../context.js';
import { useI18n } from '../../i18n/context.js';
import type { FieldErrors } from '../../recipes/paramsSchema.js';
import type { FormState } from '../trainForm.js';

export interface ScriptFieldsProps {
  readonly form: FormState;
  readonly errors: FieldErrors;
  readonly onChange: (changes: Partial<FormState>, ...fields: string[]) => void;
}

/** What is run, with what, where, and with which variables. */
export function ScriptFields({ form, errors, onChange }: ScriptFieldsProps): JSX.Element {
  const kargah = useKargah();
  const { t } = useI18n();
  const choose = async (): Promise<void> => {
    const path = await kargah.chooseFile(t('new.path.choose'), ['.py']);
    if (path !== null) onChange({ path }, 'path');
  };
  return (
    <>
      <Field
        label={t('new.path')}
        hint={t('new.path.hint')}
        error={errors['path']}
        dir="ltr"
        value={form.path}
        placeholder="train.py"
        spellCheck={false}
        data-testid="script-path"
        trailing={
          <IconButton
            icon="folder"
            className="kg-mod-tight"
            label={t('new.path.choose')}
            onClick={() => void choose()}
          />
        }
        onChange={(event) => onChange({ path: event.target.value }, 'path')}
      />
      <Field
        label={t('new.args')}
        hint={t('new.args.hint')}
        error={errors['args']}
        dir="ltr"
        value={form.args}
        placeholder="--epochs 5"
        spellCheck={false}
        onChange={(event) => onChange({ args: event.target.value }, 'args')}
      />
      <Field
        label={t('new.cwd')}
        hint={t('new.cwd.hint')}
        error={errors['cwd']}
        dir="ltr"
        value={form.cwd}
        placeholder="project"
        spellCheck={false}
        onChange={(event) => onChange({ cwd: event.target.value }, 'cwd')}
      />
      <Field
        label={t('new.env')}
        hint={t('new.env.hint')}
        error={errors['env']}
        dir="ltr"
        value={form.env}
        placeholder="MODE=fast"
        spellCheck={false}
        onChange={(event) => onChange({ env: event.target.value }, 'env')}
      />
      <Field
        label={t('new.secrets')}
        hint={t('new.secrets.hint')}
        error={errors['secrets']}
        dir="ltr"
        type="password"
        autoComplete="off"
        value={form.secrets}
        placeholder="HF_TOKEN=…"
        spellCheck={false}
        onChange={(event) => onChange({ secrets: event.target.value }, 'secrets')}
      />
    </>
  );
}
