import { type FormEvent, useState } from 'react';
import type { ModelRules } from '../../../api/types.js';
import { Button } from '../../../components/controls/Button.js';
import { TextArea } from '../../../components/controls/TextArea.js';
import { useI18n } from '../../../i18n/context.js';
import { Refused } from './Refused.js';
import { type EditorProps, useSaving } from './useSaving.js';

/** The rules as one file. What is wrong with it the bridge says, with the line. */
export function RulesYaml({ rules, ...editor }: EditorProps & { readonly rules: ModelRules }): JSX.Element {
  const { t } = useI18n();
  const [yaml, setYaml] = useState(rules.yaml);
  const { busy, failure, save } = useSaving(editor, rules.revision);
  const send = (event: FormEvent): void => {
    event.preventDefault();
    void save({ yaml });
  };
  return (
    <form className="kg-Layout-stack" data-testid="rules-yaml" onSubmit={send}>
      <TextArea
        label={t('rules.yaml')}
        hint={t('rules.yamlHint')}
        className="kg-Text-code"
        dir="ltr"
        rows={16}
        maxLength={20_000}
        spellCheck={false}
        value={yaml}
        onChange={(event) => setYaml(event.target.value)}
      />
      <Refused failure={failure} rules={rules} />
      <div className="kg-Layout-row kg-Layout-wrap">
        <Button type="submit" kind="primary" icon="check" busy={busy} label={t('action.save')} />
        <Button label={t('action.dismiss')} onClick={editor.onClose} />
      </div>
    </form>
  );
}
